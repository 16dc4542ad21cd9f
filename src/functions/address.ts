// From what a caller wrote (FunctionName and Qualifier) to the function that is meant.
import { formatFunctionArn, parseFunctionName, type FunctionNamePattern } from "../core/arn.ts";
import type { Scope } from "../core/context.ts";
import { malformedFunctionName, otherAccount, qualifiersDiffer, regionNotReachable } from "./faults.ts";
import type { FunctionId } from "./function-version.ts";

export interface FunctionTarget {
  readonly id: FunctionId;
  /** `$LATEST`, a number or an alias; undefined when the caller gave none. */
  readonly qualifier: string | undefined;
}

export interface AddressInput {
  readonly FunctionName: string;
  readonly Qualifier?: string | undefined;
}

/** Patterns as the service model prints them; a message that quotes one must be AWS's to the letter. */
const modelPatterns: Readonly<Record<FunctionNamePattern, string>> = {
  strict:
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?" +
    "(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?",
  namespaced:
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?" +
    "(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?",
};

/** Faults: malformed, other region (404), other account (403), two qualifiers that differ. */
export function locateFunction(input: AddressInput, scope: Scope, pattern: FunctionNamePattern): FunctionTarget {
  const address = parseFunctionName(input.FunctionName, pattern);
  if (address === undefined) throw malformedFunctionName(input.FunctionName, modelPatterns[pattern]);
  if (address.region !== undefined && address.region !== scope.region)
    throw regionNotReachable(address.region, scope.region);
  const id = { account: scope.account, region: scope.region, name: address.name };
  if (address.account !== undefined && address.account !== scope.account)
    throw otherAccount(formatFunctionArn({ ...id, account: address.account }));
  const { Qualifier } = input;
  if (address.qualifier !== undefined && Qualifier !== undefined && address.qualifier !== Qualifier)
    throw qualifiersDiffer();
  return { id, qualifier: address.qualifier ?? Qualifier };
}
