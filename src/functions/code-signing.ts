// Code signing configurations, and which function has which: what a function's packages must be signed by.
import type { StoreOperation } from "../store/operation.ts";
import type { Scope } from "../core/context.ts";
import { commitChange } from "./change.ts";
import type { ChangePlan } from "../store/change.ts";
import { Collection, type Stored } from "../store/collection.ts";
import { qualifiedKey } from "./documents.ts";
import { latestVersion, type FunctionId } from "./function-version.ts";
import type { FunctionRepository } from "./repository.ts";
import type { Page } from "../store/records.ts";

/** What becomes of a deployment whose signature is sound but not trusted: a warning, or a refusal. */
export type UntrustedArtifactPolicy = "Warn" | "Enforce";

/** Document `code-signing-configs/ID`. */
export interface CodeSigningConfigRecord {
  /** `csc-` and 17 of a to z and 0 to 9. */
  readonly id: string;
  readonly description: string | undefined;
  /** ARNs of versions of signing profiles. */
  readonly allowedPublishers: readonly string[];
  readonly untrustedArtifactOnDeployment: UntrustedArtifactPolicy;
  /** Unix epoch milliseconds. */
  readonly lastModifiedMs: number;
}

export const codeSigningConfigs = new Collection<CodeSigningConfigRecord>("code-signing-configs");

/** Document `function-code-signing/NAME:$LATEST`. It belongs to the function (belongings.ts). */
interface FunctionCodeSigningRecord {
  readonly functionName: string;
  readonly configId: string;
}

const byConfig = "by-code-signing-config";
const usersOf = (configId: string): string => `${configId}:`;

export const functionCodeSigning = new Collection<FunctionCodeSigningRecord>(
  "function-code-signing",
  ({ configId, functionName }) => ({ [byConfig]: `${usersOf(configId)}${functionName}` }),
);

const keyOf = (functionName: string): string => qualifiedKey(functionName, latestVersion);

/**
 * INVARIANT: the configuration is written along, as it is: one that is being deleted at the same time is either gone
 * before the function refers to it, or seen to be used. The function's document belongs into the same commit.
 */
export const attachCodeSigning = (
  functionName: string,
  { key, record, revision }: Stored<CodeSigningConfigRecord>,
): readonly StoreOperation[] => [
  codeSigningConfigs.put(key, record, revision),
  functionCodeSigning.put(keyOf(functionName), { functionName, configId: record.id }),
];

/**
 * A change that gives a function the configuration with this ARN. In turn, since each writes the configuration: many at
 * once would keep each other retrying. Nothing asks for a configuration's turn inside that of a function.
 */
export const commitAttachment = <Result>(
  repository: FunctionRepository,
  id: FunctionId,
  configArn: string,
  plan: () => Promise<ChangePlan<Result>>,
): Promise<Result> => repository.inTurn(configArn, () => commitChange(repository, id, plan));

export const detachCodeSigning = (functionName: string): StoreOperation => functionCodeSigning.delete(keyOf(functionName));

/** The configuration that a function has; undefined: none, and its packages are not judged. */
export async function codeSigningOf(
  repository: FunctionRepository,
  id: FunctionId,
): Promise<Stored<CodeSigningConfigRecord> | undefined> {
  const attached = await repository.get(id, functionCodeSigning, keyOf(id.name));
  return attached === undefined ? undefined : repository.get(id, codeSigningConfigs, attached.record.configId);
}

/** Names of the functions that have a configuration, in order; `after` is a name. */
export async function listCodeSigningUsers(
  repository: FunctionRepository,
  scope: Scope,
  configId: string,
  { after, limit }: Page = {},
): Promise<readonly string[]> {
  const users = await repository.scan(scope, functionCodeSigning, {
    index: byConfig,
    prefix: usersOf(configId),
    ...(after === undefined ? {} : { after: `${usersOf(configId)}${after}` }),
    ...(limit === undefined ? {} : { limit }),
  });
  return users.map(({ record }) => record.functionName);
}
