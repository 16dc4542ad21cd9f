// ListTargetsByRule: the targets of a rule, as they were given.
import type { EventsHandler } from "../api.ts";
import { requireBus } from "../model/bus.ts";
import { locateBus } from "../model/names.ts";
import { cutPage } from "../model/paging.ts";
import { requireRule } from "../model/rule.ts";
import type { EventsParts } from "../parts.ts";

export const listTargetsByRule =
  ({ records }: EventsParts): EventsHandler<"ListTargetsByRule"> =>
  async (input, context) => {
    const { bus } = locateBus(input.EventBusName, context);
    await requireBus(records, context, bus);
    const { record } = await requireRule(records, context, bus, input.Rule);
    const inOrder = record.targets.toSorted((a, b) => (a.Id < b.Id ? -1 : 1));
    const { page, next } = cutPage(inOrder, input, ({ Id }) => Id);
    // They were valid inputs, and inputs are as outputs.
    return { ...next, Targets: structuredClone(page) as never };
  };
