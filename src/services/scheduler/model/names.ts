// ARNs of schedules and of their groups.
import { parseArn, partitionOf } from "../../../core/arn.ts";
import type { Scope } from "../../../core/context.ts";

export const defaultGroup = "default";
/** As which Scheduler calls other services. */
export const schedulerPrincipal = "scheduler.amazonaws.com";

const arnOf = ({ account, region }: Scope, resource: string): string => `arn:${partitionOf(region)}:scheduler:${region}:${account}:${resource}`;

export const groupArn = (scope: Scope, group: string): string => arnOf(scope, `schedule-group/${group}`);
export const scheduleArn = (scope: Scope, group: string, name: string): string => arnOf(scope, `schedule/${group}/${name}`);

/** The group that an ARN of this account and region names; undefined: none. */
export function groupOfArn(text: string, scope: Scope): string | undefined {
  const arn = parseArn(text);
  const [kind, group] = arn?.resource.split("/") ?? [];
  return text === groupArn(scope, group ?? "") && kind === "schedule-group" ? group : undefined;
}
