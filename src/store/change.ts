// Read, decide, write if nothing changed meanwhile, else again: how every change of whatever has an ARN is made.
import type { Scope } from "../core/context.ts";
import type { StoreOperation } from "./operation.ts";
import type { Records } from "./records.ts";
import { CommitConflict } from "./store.ts";

export interface ChangePlan<Result> {
  /** Written together or not at all; empty when there is nothing to change. */
  readonly operations: readonly StoreOperation[];
  readonly result: Result;
}

/** Each conflict means that a change of another process went through; this many in a row are a storm, not a wait. */
const maxAttempts = 50;

/**
 * Changes of one resource take turns in this process, so that a burst of them costs no retries and a reconciler is
 * never starved; compare-and-set keeps those of other processes apart. `plan` reads what it decides by each time it is
 * called; a fault that it throws ends the change.
 */
export const commitChangeOf = <Result>(
  records: Records,
  scope: Scope,
  arn: string,
  plan: () => Promise<ChangePlan<Result>>,
): Promise<Result> =>
  records.inTurn(arn, async () => {
    for (let attempt = 1; ; attempt++) {
      const { operations, result } = await plan();
      if (operations.length === 0) return result;
      try {
        await records.commit(scope, operations);
        return result;
      } catch (error) {
        if (!(error instanceof CommitConflict)) throw error;
        if (attempt === maxAttempts) throw records.tooManyConflicts(arn, error);
      }
    }
  });
