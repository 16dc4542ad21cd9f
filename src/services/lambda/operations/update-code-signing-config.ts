// UpdateCodeSigningConfig: replaces what was sent, each as a whole. What is deployed already stays; the next deployment
// of every function that has the configuration is judged by it.
import { commitChangeOf } from "../../../store/change.ts";
import { codeSigningConfigs, type CodeSigningConfigRecord } from "../../../functions/code-signing.ts";
import type { LambdaHandler } from "../api.ts";
import { codeSigningConfigOutput, requireCodeSigningConfig } from "../model/code-signing-config.ts";
import type { LambdaParts } from "../parts.ts";

export const updateCodeSigningConfig =
  ({ functions, clock }: LambdaParts): LambdaHandler<"UpdateCodeSigningConfig"> =>
  async (input, context) =>
    commitChangeOf(functions, context, input.CodeSigningConfigArn, async () => {
      const { key, record, revision } = await requireCodeSigningConfig(functions, context, input.CodeSigningConfigArn);
      const updated: CodeSigningConfigRecord = {
        id: record.id,
        description: input.Description ?? record.description,
        allowedPublishers: input.AllowedPublishers?.SigningProfileVersionArns ?? record.allowedPublishers,
        untrustedArtifactOnDeployment:
          input.CodeSigningPolicies?.UntrustedArtifactOnDeployment ?? record.untrustedArtifactOnDeployment,
        lastModifiedMs: clock.now(),
      };
      return {
        operations: [codeSigningConfigs.put(key, updated, revision)],
        result: { CodeSigningConfig: codeSigningConfigOutput(context, updated) },
      };
    });
