// ListAliases: in order of their names; with FunctionVersion those that point to it.
import { requireFunction } from "../../../functions/lookup.ts";
import type { LambdaHandler } from "../api.ts";
import { aliasOutput } from "../model/alias.ts";
import { cutPage, pageSize, readMarker } from "../model/paging.ts";
import { locateWholeFunction } from "../model/target.ts";
import type { LambdaParts } from "../parts.ts";

export const listAliases =
  (parts: LambdaParts): LambdaHandler<"ListAliases"> =>
  async (input, context) => {
    const id = locateWholeFunction(input, context);
    await requireFunction(parts.functions, id);
    const size = pageSize(input);
    // A filter is applied here, so all that follow the marker are read for it.
    const limit = input.FunctionVersion === undefined ? size + 1 : undefined;
    const stored = await parts.functions.listAliases(id, { after: readMarker(input), limit });
    const aliases = stored
      .map(({ record }) => record)
      .filter(
        ({ version, routing }) =>
          input.FunctionVersion === undefined ||
          version === input.FunctionVersion ||
          routing?.version === input.FunctionVersion,
      );
    const { page, nextMarker } = cutPage(aliases, size, ({ alias }) => alias);
    return { ...nextMarker, Aliases: page.map((alias) => aliasOutput(id, alias)) };
  };
