// The policy of a function, version or alias: where it is, and how every operation changes it.
import { formatFunctionArn, parseLambdaArn, type FunctionArn } from "../../../core/arn.ts";
import { locateFunction, type AddressInput } from "../../../functions/address.ts";
import type { Scope } from "../../../core/context.ts";
import { commitChange } from "../../../functions/change.ts";
import type { Stored } from "../../../store/collection.ts";
import { putFunction, qualifiedKey } from "../../../functions/documents.ts";
import { functionNotFound } from "../../../functions/faults.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import { isNumeric, latestVersion, parseVersionNumber, type FunctionId } from "../../../functions/function-version.ts";
import { functionPolicies, policyText, requirePolicyRevision, type PolicyRecord } from "../../../functions/policies.ts";
import type { FunctionRecord } from "../../../functions/records.ts";
import type { FunctionRepository } from "../../../functions/repository.ts";
import { policyNotThere } from "../faults/policies.ts";
import { aliasArnNotFound } from "../faults/versions.ts";
import type { LambdaParts } from "../parts.ts";

export interface PolicyTarget {
  readonly id: FunctionId;
  /** `$LATEST` when the caller gave none: the function itself. */
  readonly qualifier: string;
  /** As the policy's statements name it: a function itself without a qualifier. */
  readonly arn: FunctionArn;
  /** Whether the caller said `$LATEST`, which has no policy of its own. */
  readonly isLatest: boolean;
}

export function locatePolicy(input: AddressInput, scope: Scope): PolicyTarget {
  const { id, qualifier } = locateFunction(input, scope, "namespaced");
  const isLatest = qualifier === latestVersion;
  const arn = formatFunctionArn(id, isLatest ? undefined : qualifier);
  return { id, qualifier: qualifier ?? latestVersion, arn, isLatest };
}

/** By the ARN that Put-, Get- and DeleteResourcePolicy take. Fault: 404 for what has no policies. */
export function locatePolicyByArn(resourceArn: string, scope: Scope): PolicyTarget {
  if (parseLambdaArn(resourceArn)?.kind !== "function") throw policyNotThere();
  return locatePolicy({ FunctionName: resourceArn }, scope);
}

export const findPolicy = ({ id, qualifier }: PolicyTarget, functions: FunctionRepository): Promise<Stored<PolicyRecord> | undefined> =>
  functions.get(id, functionPolicies, qualifiedKey(id.name, qualifier));

export interface PolicyChange<Result> {
  /** Undefined: it goes. */
  readonly policy: PolicyRecord | undefined;
  readonly result: Result;
}

/** As the operations on whole policies answer. */
export const policyOutput = (policy: PolicyRecord): { readonly Policy: string; readonly RevisionId: string } => ({
  Policy: policyText(policy),
  RevisionId: policy.revisionId,
});

/** Faults: no policy, or nothing that could have one (404). */
export async function requirePolicy(target: PolicyTarget, functions: FunctionRepository): Promise<PolicyRecord> {
  const stored = await findPolicy(target, functions);
  if (stored !== undefined) return stored.record;
  const { record } = await requireFunction(functions, target.id);
  await requireResource(target, record, functions);
  throw policyNotThere();
}

interface PolicyEdit<Result> {
  /** What the caller saw last. */
  readonly revisionId: string | undefined;
  /** Of a function that is not there. */
  readonly missing: (arn: string) => Error;
  readonly edit: (current: PolicyRecord | undefined) => PolicyChange<Result>;
}

/** Faults: what the policy is for is not there (404), another RevisionId (412), and those of `edit`. */
export const changePolicy = <Result>(
  target: PolicyTarget,
  { functions }: Pick<LambdaParts, "functions">,
  { revisionId, missing, edit }: PolicyEdit<Result>,
): Promise<Result> =>
  commitChange(functions, target.id, async () => {
    const latest = await functions.find(target.id);
    if (latest === undefined) throw missing(formatFunctionArn(target.id));
    const ownRevision = await requireResource(target, latest.record, functions);
    const stored = await findPolicy(target, functions);
    const { policy, result } = edit(stored?.record);
    // Recorded: before there is a policy, the RevisionId of the alias itself passes.
    requirePolicyRevision(stored?.record.revisionId ?? ownRevision, revisionId, "GetPolicy");
    const key = qualifiedKey(target.id.name, target.qualifier);
    const write =
      policy === undefined ? functionPolicies.delete(key, stored?.revision) : functionPolicies.put(key, policy, stored?.revision ?? "absent");
    // The function's document is written along: it orders all changes of the function (functions/documents.ts).
    return { operations: [putFunction(latest.record, latest.revision), write], result };
  });

/** The RevisionId of the function, version or alias. Fault: 404. */
async function requireResource({ id, qualifier }: PolicyTarget, latest: FunctionRecord, functions: FunctionRepository): Promise<string> {
  if (qualifier === latestVersion) return latest.revisionId;
  const arn = formatFunctionArn(id, qualifier);
  if (!isNumeric(qualifier)) {
    const alias = await functions.findAlias(id, qualifier);
    if (alias === undefined) throw aliasArnNotFound(arn);
    return alias.record.revisionId;
  }
  const number = parseVersionNumber(qualifier);
  const version = number === undefined ? undefined : await functions.findVersion(id, number);
  if (version === undefined) throw functionNotFound(arn);
  return version.record.revisionId;
}
