// DeleteRule: one that is not there is deleted, too; one with targets is not. Force is for rules that AWS services
// manage, of which there are none.
import { commitChangeOf } from "../../../store/change.ts";
import type { EventsHandler } from "../api.ts";
import { ruleHasTargets } from "../faults/rules.ts";
import { requireBus } from "../model/bus.ts";
import { locateBus, ruleArn } from "../model/names.ts";
import { ruleKey, rules } from "../model/rule.ts";
import { noTimer } from "../model/rule-schedule.ts";
import { putTags } from "../model/tags.ts";
import type { EventsParts } from "../parts.ts";

export const deleteRule =
  ({ records }: EventsParts): EventsHandler<"DeleteRule"> =>
  async (input, context) => {
    const { bus } = locateBus(input.EventBusName, context);
    const arn = ruleArn(context, bus, input.Name);
    return commitChangeOf(records, context, arn, async () => {
      await requireBus(records, context, bus);
      const stored = await records.get(context, rules, ruleKey(bus, input.Name));
      if (stored === undefined) return { operations: [], result: {} };
      if (stored.record.targets.length > 0) throw ruleHasTargets();
      return { operations: [rules.delete(stored.key, stored.revision), noTimer(stored.record), putTags(arn, {})], result: {} };
    });
  };
