// ListCodeSigningConfigs: in order of their ids, up to 10,000 a page (API reference).
import { codeSigningConfigs } from "../../../functions/code-signing.ts";
import type { LambdaHandler } from "../api.ts";
import { limits } from "../limits.ts";
import { codeSigningConfigOutput } from "../model/code-signing-config.ts";
import { cutPage, readMarker } from "../model/paging.ts";
import type { LambdaParts } from "../parts.ts";

export const listCodeSigningConfigs =
  ({ functions }: LambdaParts): LambdaHandler<"ListCodeSigningConfigs"> =>
  async (input, context) => {
    const size = input.MaxItems ?? limits.codeSigningPageItems;
    const after = readMarker(input);
    const stored = await functions.scan(context, codeSigningConfigs, {
      limit: size + 1,
      ...(after === undefined ? {} : { after }),
    });
    const { page, nextMarker } = cutPage(stored, size, ({ key }) => key);
    return { ...nextMarker, CodeSigningConfigs: page.map(({ record }) => codeSigningConfigOutput(context, record)) };
  };
