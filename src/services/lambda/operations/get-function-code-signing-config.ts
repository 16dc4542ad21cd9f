// GetFunctionCodeSigningConfig: which configuration a function has. Terraform asks after every CreateFunction.
import { locateFunction } from "../../../functions/address.ts";
import { codeSigningOf } from "../../../functions/code-signing.ts";
import { requireQualified } from "../../../functions/lookup.ts";
import type { LambdaHandler } from "../api.ts";
import { codeSigningConfigArn } from "../model/code-signing-config.ts";
import type { LambdaParts } from "../parts.ts";

export const getFunctionCodeSigningConfig =
  ({ functions }: LambdaParts): LambdaHandler<"GetFunctionCodeSigningConfig"> =>
  async (input, context) => {
    const { id, qualifier } = locateFunction(input, context, "namespaced");
    await requireQualified(functions, id, qualifier);
    const config = await codeSigningOf(functions, id);
    // Of a function without one AWS leaves the ARN out, though the model marks it as required.
    const CodeSigningConfigArn = config === undefined ? undefined : codeSigningConfigArn(id, config.record.id);
    return { FunctionName: id.name, CodeSigningConfigArn };
  };
