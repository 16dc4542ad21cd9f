// ListRules: those of one bus, in order of names.
import type { EventsHandler } from "../api.ts";
import { requireBus } from "../model/bus.ts";
import { locateBus } from "../model/names.ts";
import { listRecords } from "../model/paging.ts";
import { ruleOutput, rules, rulesOf } from "../model/rule.ts";
import type { EventsParts } from "../parts.ts";

export const listRules =
  ({ records }: EventsParts): EventsHandler<"ListRules"> =>
  async (input, context) => {
    const { bus } = locateBus(input.EventBusName, context);
    await requireBus(records, context, bus);
    const { items, next } = await listRecords(records, context, rules, { ...input, prefix: `${rulesOf(bus)}${input.NamePrefix ?? ""}` });
    return { ...next, Rules: items.map(({ record }) => ruleOutput(context, record)) };
  };
