// Groups of schedules. The default one is always there.
import type { Scope } from "../../../core/context.ts";
import { Collection } from "../../../store/collection.ts";
import type { Records } from "../../../store/records.ts";
import { groupNotFound } from "../faults/schedules.ts";
import { defaultGroup, groupArn } from "./names.ts";

/** Document `groups/NAME`. */
export interface GroupRecord {
  readonly name: string;
  /** Unix epoch milliseconds; undefined of the default one. */
  readonly createdMs: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Of the request that made it: a repetition is the same group. */
  readonly clientToken: string | undefined;
}

export const groups = new Collection<GroupRecord>("groups");

/** Fault: there is none. */
export async function requireGroup(records: Records, scope: Scope, name: string): Promise<{ readonly record: GroupRecord; readonly revision: number | "absent" }> {
  const stored = await records.get(scope, groups, name);
  if (stored !== undefined) return stored;
  if (name !== defaultGroup) throw groupNotFound(name);
  return { record: { name, createdMs: undefined, tags: {}, clientToken: undefined }, revision: "absent" };
}

export const groupOutput = (scope: Scope, { name, createdMs }: GroupRecord) => ({
  Arn: groupArn(scope, name),
  Name: name,
  State: "ACTIVE" as const,
  ...(createdMs === undefined ? {} : { CreationDate: new Date(createdMs), LastModificationDate: new Date(createdMs) }),
});
