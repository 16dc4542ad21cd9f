// Rules: which events of a bus go to which targets, or when.
import type { Scope } from "../../../core/context.ts";
import { Collection, type Stored } from "../../../store/collection.ts";
import type { Records } from "../../../store/records.ts";
import type { EventsInput } from "../api.ts";
import { ruleNotFound } from "../faults/rules.ts";
import { ruleArn } from "./names.ts";

/** As it was given. */
export type TargetRecord = EventsInput<"PutTargets">["Targets"][number];

export type RuleState = "ENABLED" | "DISABLED" | "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";

/** Document `rules/BUS/NAME`. Targets are in it: a rule and where it leads change together. */
export interface RuleRecord {
  readonly bus: string;
  readonly name: string;
  readonly pattern: string | undefined;
  readonly schedule: string | undefined;
  readonly state: RuleState;
  readonly description: string | undefined;
  readonly roleArn: string | undefined;
  readonly targets: readonly TargetRecord[];
  /** Unix epoch milliseconds: where the periods of a `rate()` begin. */
  readonly scheduledSinceMs: number;
}

export const rules = new Collection<RuleRecord>("rules");
export const ruleKey = (bus: string, name: string): string => `${bus}/${name}`;
export const rulesOf = (bus: string): string => `${bus}/`;

/** Fault: there is none. The bus is there. */
export async function requireRule(records: Records, scope: Scope, bus: string, name: string): Promise<Stored<RuleRecord>> {
  const stored = await records.get(scope, rules, ruleKey(bus, name));
  if (stored === undefined) throw ruleNotFound(name, bus);
  return stored;
}

export const ruleOutput = (scope: Scope, { bus, name, pattern, schedule, state, description, roleArn }: RuleRecord) => ({
  Name: name,
  Arn: ruleArn(scope, bus, name),
  EventPattern: pattern,
  State: state,
  Description: description,
  ScheduleExpression: schedule,
  RoleArn: roleArn,
  EventBusName: bus,
});
