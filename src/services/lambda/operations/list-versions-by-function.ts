// ListVersionsByFunction: $LATEST, then the published versions in order of their numbers.
import { locateFunction } from "../../../functions/address.ts";
import { latestVersion } from "../../../functions/function-version.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import type { LambdaHandler } from "../api.ts";
import { latestOutput, listed, versionOutput } from "../model/function-output.ts";
import { cutPage, pageSize, readNumberMarker } from "../model/paging.ts";
import type { LambdaParts } from "../parts.ts";

export const listVersionsByFunction =
  (parts: LambdaParts): LambdaHandler<"ListVersionsByFunction"> =>
  async (input, context) => {
    const { id } = locateFunction({ FunctionName: input.FunctionName }, context, "namespaced");
    const { record: latest } = await requireFunction(parts.functions, id);
    const size = pageSize(input);
    const marker = readNumberMarker(input);
    const versions = await parts.functions.listVersions(id, { after: marker ?? 0, limit: size + 1 });
    const items = versions.map(({ record }) => ({
      key: record.version.toString(),
      show: () => versionOutput(parts, id, record),
    }));
    if (marker === undefined) items.unshift({ key: "0", show: () => latestOutput(parts, id, latest, latestVersion) });
    const { page, nextMarker } = cutPage(items, size, ({ key }) => key);
    return { ...nextMarker, Versions: await Promise.all(page.map(async ({ show }) => listed(await show()))) };
  };
