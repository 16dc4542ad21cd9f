// GetCodeSigningConfig: one configuration by its ARN.
import type { LambdaHandler } from "../api.ts";
import { codeSigningConfigOutput, requireCodeSigningConfig } from "../model/code-signing-config.ts";
import type { LambdaParts } from "../parts.ts";

export const getCodeSigningConfig =
  ({ functions }: LambdaParts): LambdaHandler<"GetCodeSigningConfig"> =>
  async ({ CodeSigningConfigArn }, context) => {
    const { record } = await requireCodeSigningConfig(functions, context, CodeSigningConfigArn);
    return { CodeSigningConfig: codeSigningConfigOutput(context, record) };
  };
