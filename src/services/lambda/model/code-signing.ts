// Whether a function's code signing configuration lets packages be deployed.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html
import { codeSigningConfigs, type CodeSigningConfigRecord } from "../../../functions/code-signing.ts";
import { formatFunctionArn } from "../../../core/arn.ts";
import type { Stored } from "../../../store/collection.ts";
import type { CodeReference, FunctionId, LayerReference } from "../../../functions/function-version.ts";
import { findSigningProfile, signingProfiles } from "../../../functions/signing-profiles.ts";
import type { StoreOperation } from "../../../store/operation.ts";
import { codeVerificationFailed, invalidCodeSignature, type UntrustedReason } from "../faults/code-signing.ts";
import type { LambdaParts } from "../parts.ts";

/** A package of a deployment. `name` is what a refusal calls it by. */
export interface DeployedPackage {
  readonly name: string;
  readonly code: CodeReference;
}

export const layerPackages = (layers: readonly LayerReference[]): readonly DeployedPackage[] =>
  layers.map(({ arn, code }) => ({ name: arn, code }));

interface Untrusted extends DeployedPackage {
  readonly reason: UntrustedReason;
}

export interface Judgement {
  /** To be committed along: what the packages were judged by is still so. */
  readonly operations: readonly StoreOperation[];
  /** Writes the warnings; for when the deployment is committed. */
  warn(): void;
}

type JudgeParts = Pick<LambdaParts, "functions" | "clock" | "log">;

/**
 * Faults: a package that was changed after it was signed, whatever the policy says; under Enforce also one that is not
 * signed by an allowed publisher, or whose signature has expired or was revoked. Without a configuration all pass.
 */
export async function judgeDeployment(
  id: FunctionId,
  packages: readonly DeployedPackage[],
  config: Stored<CodeSigningConfigRecord> | undefined,
  parts: JudgeParts,
): Promise<Judgement> {
  if (config === undefined) return { operations: [], warn: () => {} };
  const { record: policy, revision } = config;
  const warnOf = (name: string, reason: UntrustedReason | "integrity"): void => {
    const fields = { function: formatFunctionArn(id), package: name, reason, configuration: policy.id, metric: errorMetric };
    parts.log.warn(fields, "code-signature-not-trusted");
  };
  const broken = packages.find(({ code }) => code.signature?.kind === "broken");
  if (broken !== undefined) {
    warnOf(broken.name, "integrity");
    throw invalidCodeSignature();
  }
  const operations = [check(codeSigningConfigs.name, config.key, revision)];
  const untrusted: Untrusted[] = [];
  for (const one of packages) {
    const { reason, along } = await judgePackage(id, one.code, policy, parts);
    operations.push(...along);
    if (reason !== undefined) untrusted.push({ ...one, reason });
  }
  const warn = (): void => untrusted.forEach(({ name, reason }) => warnOf(name, reason));
  const [first] = untrusted;
  if (first === undefined || policy.untrustedArtifactOnDeployment === "Warn") return { operations, warn };
  warn();
  throw codeVerificationFailed(first.name, first.reason);
}

/** What AWS counts in CloudWatch for a signature that fails; our log has a line of it each time. */
const errorMetric = "SignatureValidationErrors";

interface Finding {
  /** Undefined: the package is trusted. */
  readonly reason: UntrustedReason | undefined;
  readonly along: readonly StoreOperation[];
}

async function judgePackage(
  id: FunctionId,
  { signature }: CodeReference,
  { allowedPublishers }: CodeSigningConfigRecord,
  { functions, clock }: JudgeParts,
): Promise<Finding> {
  if (signature === undefined) return { reason: "unsigned", along: [] };
  if (signature.kind !== "sound") return { reason: "mismatch", along: [] };
  const profile = await findSigningProfile(functions, id, signature.profileVersionArn);
  if (profile === undefined || !allowedPublishers.includes(signature.profileVersionArn)) return { reason: "mismatch", along: [] };
  const along = [check(signingProfiles.name, profile.key, profile.revision)];
  if (profile.record.revokedMs !== undefined) return { reason: "revoked", along };
  return { reason: clock.now() < signature.expiresAtMs ? undefined : "expired", along };
}

const check = (collection: string, key: string, expect: number): StoreOperation => ({ kind: "check-document", collection, key, expect });
