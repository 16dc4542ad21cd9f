// ListRuleNamesByTarget: which rules of a bus lead to an ARN.
import type { EventsHandler } from "../api.ts";
import { requireBus } from "../model/bus.ts";
import { locateBus } from "../model/names.ts";
import { listRecords } from "../model/paging.ts";
import { type RuleRecord, rules, rulesOf } from "../model/rule.ts";
import type { EventsParts } from "../parts.ts";

export const listRuleNamesByTarget =
  ({ records }: EventsParts): EventsHandler<"ListRuleNamesByTarget"> =>
  async (input, context) => {
    const { bus } = locateBus(input.EventBusName, context);
    await requireBus(records, context, bus);
    const leadsThere = ({ targets }: RuleRecord): boolean => targets.some(({ Arn }) => Arn === input.TargetArn);
    const { items, next } = await listRecords(records, context, rules, { ...input, prefix: rulesOf(bus), keep: leadsThere });
    return { ...next, RuleNames: items.map(({ record }) => record.name) };
  };
