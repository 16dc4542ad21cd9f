// DescribeRule: all that is set of a rule but its targets.
import type { EventsHandler } from "../api.ts";
import { requireBus } from "../model/bus.ts";
import { locateBus } from "../model/names.ts";
import { requireRule, ruleOutput } from "../model/rule.ts";
import type { EventsParts } from "../parts.ts";

export const describeRule =
  ({ records }: EventsParts): EventsHandler<"DescribeRule"> =>
  async (input, context) => {
    const { bus } = locateBus(input.EventBusName, context);
    await requireBus(records, context, bus);
    const { record } = await requireRule(records, context, bus, input.Name);
    return { ...ruleOutput(context, record), CreatedBy: context.account };
  };
