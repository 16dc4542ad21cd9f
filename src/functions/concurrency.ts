// What functions claim of their account's concurrent executions: records, and how a change of them is committed.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
import type { StoreOperation } from "../store/operation.ts";
import type { Scope } from "../core/context.ts";
import { Collection } from "../store/collection.ts";
import { qualifiedKey } from "./documents.ts";
import { latestVersion } from "./function-version.ts";
import type { FunctionRepository } from "./repository.ts";

/** Document `reserved-concurrency/NAME:$LATEST`. */
export interface ReservedConcurrencyRecord {
  readonly functionName: string;
  /** 0: every invoke is throttled. */
  readonly executions: number;
}

/** Document `provisioned-concurrency/NAME:QUALIFIER`, which is a version's number or an alias. */
export interface ProvisionedConcurrencyRecord {
  readonly functionName: string;
  readonly qualifier: string;
  /** At least 1: how many environments are kept initialised. */
  readonly executions: number;
  /** Unix epoch milliseconds. */
  readonly lastModifiedMs: number;
  /** UUID of the request: tells what the engine has done for it from what it did for the one before. */
  readonly allocationId: string;
}

export const reservedConcurrency = new Collection<ReservedConcurrencyRecord>("reserved-concurrency");

export const provisionedConcurrency = new Collection<ProvisionedConcurrencyRecord>("provisioned-concurrency");

export const reservedKey = (name: string): string => qualifiedKey(name, latestVersion);

const claims = new Collection<object>("concurrency-claims");
const claimsKey = "account";

/**
 * INVARIANT: whatever raises what a function claims is committed together with this operation, read before the claims
 * of the account are summed up. Claims of different functions thereby take turns, and no two of them together exceed
 * what each alone was found to fit into.
 */
export async function claimInTurn(repository: FunctionRepository, scope: Scope): Promise<StoreOperation> {
  const stored = await repository.get(scope, claims, claimsKey);
  return claims.put(claimsKey, {}, stored?.revision ?? "absent");
}
