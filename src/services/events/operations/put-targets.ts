// PutTargets: where the events of a rule go; a target of the same id is replaced.
import { commitChangeOf } from "../../../store/change.ts";
import type { EventsHandler } from "../api.ts";
import { limitExceeded } from "../faults/base.ts";
import { limits } from "../limits.ts";
import { requireBus } from "../model/bus.ts";
import { locateBus, ruleArn } from "../model/names.ts";
import { requireRule, ruleKey, rules } from "../model/rule.ts";
import { checkTarget } from "../model/target.ts";
import type { EventsParts } from "../parts.ts";

export const putTargets =
  ({ records }: EventsParts): EventsHandler<"PutTargets"> =>
  async (input, context) => {
    const { bus } = locateBus(input.EventBusName, context);
    const { Rule: name, Targets: given } = input;
    given.forEach(checkTarget);
    return commitChangeOf(records, context, ruleArn(context, bus, name), async () => {
      await requireBus(records, context, bus);
      const { record, revision } = await requireRule(records, context, bus, name);
      const targets = new Map([...record.targets, ...given].map((target) => [target.Id, target]));
      if (targets.size > limits.targetsOfRule) throw limitExceeded();
      const changed = { ...record, targets: [...targets.values()] };
      return { operations: [rules.put(ruleKey(bus, name), changed, revision)], result: { FailedEntryCount: 0, FailedEntries: [] } };
    });
  };
