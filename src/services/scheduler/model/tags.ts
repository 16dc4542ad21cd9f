// Tags of groups: schedules have none.
import type { Scope } from "../../../core/context.ts";
import { commitChangeOf } from "../../../store/change.ts";
import type { Records } from "../../../store/records.ts";
import { resourceNotFound } from "../faults/schedules.ts";
import { type GroupRecord, groups, requireGroup } from "./group.ts";
import { groupOfArn } from "./names.ts";

/** Fault: no group of this account and region has that ARN. */
export function requireTagged(records: Records, scope: Scope, arn: string): ReturnType<typeof requireGroup> {
  const group = groupOfArn(arn, scope);
  if (group === undefined) throw resourceNotFound(arn);
  return requireGroup(records, scope, group);
}

/** A request may repeat: the same tags are the same change, so a ClientToken says nothing more. */
export const changeTags = (
  { records }: { readonly records: Records },
  { arn, context }: { readonly arn: string; readonly context: Scope },
  change: (tags: GroupRecord["tags"]) => GroupRecord["tags"],
): Promise<object> =>
  commitChangeOf(records, context, arn, async () => {
    const { record, revision } = await requireTagged(records, context, arn);
    return { operations: [groups.put(record.name, { ...record, tags: change(record.tags) }, revision)], result: {} };
  });
