// PutFunctionCodeSigningConfig: packages that the function is given from now on are judged. What it runs goes on running.
import { attachCodeSigning, commitAttachment } from "../../../functions/code-signing.ts";
import { putFunction } from "../../../functions/documents.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import type { LambdaHandler } from "../api.ts";
import { namedCodeSigningConfigNotFound } from "../faults/code-signing.ts";
import { requireCodeSigningConfig } from "../model/code-signing-config.ts";
import { locateWholeFunction } from "../model/target.ts";
import type { LambdaParts } from "../parts.ts";

export const putFunctionCodeSigningConfig =
  ({ functions }: LambdaParts): LambdaHandler<"PutFunctionCodeSigningConfig"> =>
  async ({ FunctionName, CodeSigningConfigArn }, context) => {
    const id = locateWholeFunction({ FunctionName }, context);
    return commitAttachment(functions, id, CodeSigningConfigArn, async () => {
      // The configuration comes first: with neither there AWS names it.
      const config = await requireCodeSigningConfig(functions, id, CodeSigningConfigArn, namedCodeSigningConfigNotFound);
      const { record, revision } = await requireFunction(functions, id);
      return {
        operations: [putFunction(record, revision), ...attachCodeSigning(id.name, config)],
        result: { CodeSigningConfigArn, FunctionName: id.name },
      };
    });
  };
