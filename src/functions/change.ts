// Read, decide, write if nothing changed meanwhile, else again: how every change of a function is made.
import { formatFunctionArn } from "../core/arn.ts";
import { CommitConflict, type StoreOperation } from "../store/store.ts";
import { tooManyConflicts } from "./faults.ts";
import type { FunctionId } from "./function-version.ts";
import type { FunctionRepository } from "./repository.ts";

export interface ChangePlan<Result> {
  /** Written together or not at all; empty when there is nothing to change. */
  readonly operations: readonly StoreOperation[];
  readonly result: Result;
}

/** Each conflict means that another change went through, so this many in a row are a caller's storm, not a wait. */
const maxAttempts = 50;

/** `plan` reads what it decides by each time it is called; a fault that it throws ends the change. */
export async function commitChange<Result>(
  repository: FunctionRepository,
  id: FunctionId,
  plan: () => Promise<ChangePlan<Result>>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    const { operations, result } = await plan();
    if (operations.length === 0) return result;
    try {
      await repository.commit(id, operations);
      return result;
    } catch (error) {
      if (!(error instanceof CommitConflict)) throw error;
      if (attempt === maxAttempts) throw tooManyConflicts(formatFunctionArn(id), error);
    }
  }
}
