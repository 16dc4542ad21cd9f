// GetFunctionCodeSigningConfig: a function has none, since CreateFunction refuses one by name. Terraform reads it after
// every CreateFunction.
import { locateFunction } from "../../../functions/address.ts";
import { requireQualified } from "../../../functions/lookup.ts";
import type { LambdaHandler } from "../api.ts";
import type { LambdaParts } from "../parts.ts";

export const getFunctionCodeSigningConfig =
  (parts: LambdaParts): LambdaHandler<"GetFunctionCodeSigningConfig"> =>
  async (input, context) => {
    const { id, qualifier } = locateFunction(input, context, "namespaced");
    await requireQualified(parts.functions, id, qualifier);
    // AWS leaves the ARN out, though the model marks it as required.
    return { FunctionName: id.name, CodeSigningConfigArn: undefined };
  };
