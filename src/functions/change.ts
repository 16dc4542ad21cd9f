// Read, decide, write if nothing changed meanwhile, else again: how every change of a function, and of whatever else has an ARN, is made.
import { formatFunctionArn } from "../core/arn.ts";
import type { StoreOperation } from "../store/operation.ts";
import { CommitConflict } from "../store/store.ts";
import type { Scope } from "./address.ts";
import { tooManyConflicts } from "./faults.ts";
import type { FunctionId } from "./function-version.ts";
import type { FunctionRepository } from "./repository.ts";

export interface ChangePlan<Result> {
  /** Written together or not at all; empty when there is nothing to change. */
  readonly operations: readonly StoreOperation[];
  readonly result: Result;
}

/** Each conflict means that a change of another process went through; this many in a row are a storm, not a wait. */
const maxAttempts = 50;

/**
 * Changes of one function take turns in this process, so that a burst of them costs no retries and the reconciler is
 * never starved; compare-and-set keeps those of other processes apart. `plan` reads what it decides by each time it is
 * called; a fault that it throws ends the change.
 */
export const commitChange = <Result>(
  repository: FunctionRepository,
  id: FunctionId,
  plan: () => Promise<ChangePlan<Result>>,
): Promise<Result> => commitChangeOf(repository, id, formatFunctionArn(id), plan);

/** The same for any other resource: a layer, a mapping, a code signing config. */
export const commitChangeOf = <Result>(
  repository: FunctionRepository,
  scope: Scope,
  arn: string,
  plan: () => Promise<ChangePlan<Result>>,
): Promise<Result> =>
  repository.inTurn(arn, async () => {
    for (let attempt = 1; ; attempt++) {
      const { operations, result } = await plan();
      if (operations.length === 0) return result;
      try {
        await repository.commit(scope, operations);
        return result;
      } catch (error) {
        if (!(error instanceof CommitConflict)) throw error;
        if (attempt === maxAttempts) throw tooManyConflicts(arn, error);
      }
    }
  });
