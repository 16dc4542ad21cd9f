// ListFunctionsByCodeSigningConfig: ARNs of the functions that have a configuration, in order of their names, up to
// 10,000 a page (API reference).
import { formatFunctionArn } from "../../../core/arn.ts";
import { listCodeSigningUsers } from "../../../functions/code-signing.ts";
import type { LambdaHandler } from "../api.ts";
import { limits } from "../limits.ts";
import { requireCodeSigningConfig } from "../model/code-signing-config.ts";
import { cutPage, readMarker } from "../model/paging.ts";
import type { LambdaParts } from "../parts.ts";

export const listFunctionsByCodeSigningConfig =
  ({ functions }: LambdaParts): LambdaHandler<"ListFunctionsByCodeSigningConfig"> =>
  async (input, context) => {
    const { account, region } = context;
    const { record } = await requireCodeSigningConfig(functions, context, input.CodeSigningConfigArn);
    const size = input.MaxItems ?? limits.codeSigningPageItems;
    const names = await listCodeSigningUsers(functions, context, record.id, { after: readMarker(input), limit: size + 1 });
    const { page, nextMarker } = cutPage(names, size, (name) => name);
    return { ...nextMarker, FunctionArns: page.map((name) => formatFunctionArn({ account, region, name })) };
  };
