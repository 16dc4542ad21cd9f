// Code signing configurations as callers name them and see them.
import type { CodeSigningConfig } from "@aws-sdk/client-lambda";
import { formatLambdaArn, parseLambdaArn } from "../../../core/arn.ts";
import type { Fault } from "../../../core/faults.ts";
import type { Scope } from "../../../core/context.ts";
import { codeSigningConfigs, type CodeSigningConfigRecord } from "../../../functions/code-signing.ts";
import type { Stored } from "../../../store/collection.ts";
import type { FunctionRepository } from "../../../functions/repository.ts";
import { codeSigningConfigNotFound } from "../faults/code-signing.ts";
import { formatTime } from "./time.ts";

/** As ARNs and keys of tags spell it. */
export const codeSigningConfigKind = "code-signing-config";

export const codeSigningConfigArn = (scope: Scope, id: string): string => formatLambdaArn(scope, codeSigningConfigKind, id);

/** What CreateCodeSigningConfig takes when no policy is given. */
export const defaultCodeSigningPolicy = "Warn";

export const codeSigningConfigOutput = (scope: Scope, record: CodeSigningConfigRecord): CodeSigningConfig => ({
  CodeSigningConfigId: record.id,
  CodeSigningConfigArn: codeSigningConfigArn(scope, record.id),
  Description: record.description,
  AllowedPublishers: { SigningProfileVersionArns: [...record.allowedPublishers] },
  CodeSigningPolicies: { UntrustedArtifactOnDeployment: record.untrustedArtifactOnDeployment },
  LastModified: formatTime(record.lastModifiedMs),
});

/** Fault: `missing`, also for one of another account or region. */
export async function requireCodeSigningConfig(
  repository: FunctionRepository,
  scope: Scope,
  arn: string,
  missing: (arn: string) => Fault = codeSigningConfigNotFound,
): Promise<Stored<CodeSigningConfigRecord>> {
  const parsed = parseLambdaArn(arn);
  if (parsed?.kind !== codeSigningConfigKind || parsed.account !== scope.account || parsed.region !== scope.region) throw missing(arn);
  const stored = await repository.get(scope, codeSigningConfigs, parsed.resource);
  if (stored === undefined) throw missing(arn);
  return stored;
}
