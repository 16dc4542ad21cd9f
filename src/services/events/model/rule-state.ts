// Whether a rule acts. A schedule begins anew when it is enabled.
import type { CallContext } from "../../../core/context.ts";
import { commitChangeOf } from "../../../store/change.ts";
import type { EventsInput } from "../api.ts";
import type { EventsParts } from "../parts.ts";
import { requireBus } from "./bus.ts";
import { locateBus, ruleArn } from "./names.ts";
import { requireRule, type RuleState, ruleKey, rules } from "./rule.ts";
import { scheduleTimer } from "./rule-schedule.ts";

export async function setRuleState(
  { records, clock }: EventsParts,
  { EventBusName, Name }: EventsInput<"EnableRule">,
  { context, state }: { readonly context: CallContext; readonly state: RuleState },
): Promise<object> {
  const { bus } = locateBus(EventBusName, context);
  return commitChangeOf(records, context, ruleArn(context, bus, Name), async () => {
    await requireBus(records, context, bus);
    const { record, revision } = await requireRule(records, context, bus, Name);
    if (record.state === state) return { operations: [], result: {} };
    const changed = { ...record, state, scheduledSinceMs: clock.now() };
    return { operations: [rules.put(ruleKey(bus, Name), changed, revision), scheduleTimer(changed, clock.now())], result: {} };
  });
}
