// CreateCodeSigningConfig: whose signatures a function's packages may carry, and what becomes of the others.
import { codeSigningConfigs, type CodeSigningConfigRecord } from "../../../functions/code-signing.ts";
import { putTags } from "../../../functions/documents.ts";
import type { LambdaHandler } from "../api.ts";
import { codeSigningConfigKind, codeSigningConfigOutput, defaultCodeSigningPolicy } from "../model/code-signing-config.ts";
import { checkTags } from "../model/settings.ts";
import type { LambdaParts } from "../parts.ts";

export const createCodeSigningConfig =
  (parts: LambdaParts): LambdaHandler<"CreateCodeSigningConfig"> =>
  async (input, context) => {
    checkTags(input.Tags ?? {});
    const record: CodeSigningConfigRecord = {
      id: `csc-${parts.ids.hex(9).slice(0, 17)}`,
      description: input.Description,
      allowedPublishers: input.AllowedPublishers.SigningProfileVersionArns,
      untrustedArtifactOnDeployment: input.CodeSigningPolicies?.UntrustedArtifactOnDeployment ?? defaultCodeSigningPolicy,
      lastModifiedMs: parts.clock.now(),
    };
    await parts.functions.commit(context, [
      codeSigningConfigs.put(record.id, record, "absent"),
      putTags(`${codeSigningConfigKind}:${record.id}`, input.Tags ?? {}),
    ]);
    return { CodeSigningConfig: codeSigningConfigOutput(context, record) };
  };
