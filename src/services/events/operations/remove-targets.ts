// RemoveTargets: those that are not there are removed, too. Force is for rules that AWS services manage, of which there
// are none.
import { commitChangeOf } from "../../../store/change.ts";
import type { EventsHandler } from "../api.ts";
import { requireBus } from "../model/bus.ts";
import { locateBus, ruleArn } from "../model/names.ts";
import { requireRule, ruleKey, rules } from "../model/rule.ts";
import type { EventsParts } from "../parts.ts";

export const removeTargets =
  ({ records }: EventsParts): EventsHandler<"RemoveTargets"> =>
  async (input, context) => {
    const { bus } = locateBus(input.EventBusName, context);
    return commitChangeOf(records, context, ruleArn(context, bus, input.Rule), async () => {
      await requireBus(records, context, bus);
      const { record, revision } = await requireRule(records, context, bus, input.Rule);
      const targets = record.targets.filter(({ Id }) => !input.Ids.includes(Id));
      return {
        operations: [rules.put(ruleKey(bus, input.Rule), { ...record, targets }, revision)],
        result: { FailedEntryCount: 0, FailedEntries: [] },
      };
    });
  };
