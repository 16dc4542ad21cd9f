// Event buses. The default one is always there; a document of it exists once something is set on it.
import type { Scope } from "../../../core/context.ts";
import { Collection, type Stored } from "../../../store/collection.ts";
import type { Records } from "../../../store/records.ts";
import { busNotFound } from "../faults/buses.ts";
import { busArn, defaultBus } from "./names.ts";
import type { PolicyDocument } from "./permission.ts";

/** Document `buses/NAME`. */
export interface BusRecord {
  readonly name: string;
  /** Unix epoch milliseconds; undefined of the default bus until something is set on it. */
  readonly createdMs?: number;
  readonly modifiedMs?: number;
  readonly description?: string | undefined;
  readonly deadLetterArn?: string | undefined;
  readonly policy?: PolicyDocument | undefined;
}

export const buses = new Collection<BusRecord>("buses");

/** `revision` as a change expects it. */
export interface FoundBus {
  readonly record: BusRecord;
  readonly revision: number | "absent";
}

/** Fault: there is none. */
export async function requireBus(records: Records, scope: Scope, name: string): Promise<FoundBus> {
  const stored: Stored<BusRecord> | undefined = await records.get(scope, buses, name);
  if (stored !== undefined) return stored;
  if (name !== defaultBus) throw busNotFound(name);
  return { record: { name }, revision: "absent" };
}

const dateOf = (ms: number | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms));

/** As lists and DescribeEventBus show it. */
export const busOutput = (scope: Scope, { name, description, policy, createdMs, modifiedMs }: BusRecord) => ({
  Name: name,
  Arn: busArn(scope, name),
  Description: description,
  Policy: policy === undefined ? undefined : JSON.stringify(policy),
  CreationTime: dateOf(createdMs),
  LastModifiedTime: dateOf(modifiedMs),
});
