// What the engine asks of the stored functions. Answers come from memory and are refreshed by the store's watch, so
// that a warm invoke touches no disk.
import type { AccountConcurrency } from "./account-concurrency.ts";
import type { EventInvokePolicy } from "./event-invoke-config.ts";
import type { FunctionId, FunctionVersion } from "./function-version.ts";
import type { Lineage } from "./recursion-config.ts";

export interface FunctionCatalog {
  /**
   * The version that an invoke of `qualifier` (undefined: `$LATEST`) runs now, already deployed: while an update is
   * in progress this is the version before it. Returns plainly, not a promise, when it is in memory.
   * Faults: ResourceNotFoundException (404), ResourceConflictException (409, function not active).
   */
  resolve(id: FunctionId, qualifier: string | undefined): ResolvedFunction | Promise<ResolvedFunction>;
  /**
   * Where the invokes of a qualifier go: to one version or, by an alias with weights, to two. In parts of 1.
   * Faults: as those of resolve.
   */
  targets(id: FunctionId, qualifier: string): Promise<readonly InvokeTarget[]>;
  /** Calls back with every function whose resolution may have changed (updated, deleted, alias moved). */
  onChange(listener: (id: FunctionId) => void): () => void;
}

export interface InvokeTarget {
  readonly version: FunctionVersion;
  readonly share: number;
}

export interface ResolvedFunction {
  readonly version: FunctionVersion;
  /** As the caller addressed it: no suffix without a qualifier, else `:qualifier`. What the function sees. */
  readonly invokedArn: string;
  /** Of the function's account and region, always as of now. */
  readonly account: AccountConcurrency;
  /** How a chain of invokes is told to have come through this function, and whether that may go on. */
  readonly lineage: Lineage;
  /** Of the qualifier that was addressed. */
  readonly events: EventInvokePolicy;
  /** The qualifier for which the concurrency is provisioned that it may use: its alias or its version. */
  readonly provisionedFor: string | undefined;
}
