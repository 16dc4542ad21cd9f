// ListLayerVersions: newest first. A layer that nobody knows has none.
import { listLayerVersions as readLayerVersions } from "../../../functions/layers.ts";
import type { LambdaHandler } from "../api.ts";
import { isFiltered, listedLayerVersion, locateOwnLayer, matchesFilter } from "../model/layers.ts";
import { cutPage, pageSize, readNumberMarker } from "../model/paging.ts";
import type { LambdaParts } from "../parts.ts";

export const listLayerVersions =
  (parts: LambdaParts): LambdaHandler<"ListLayerVersions"> =>
  async (input, context) => {
    const id = locateOwnLayer(input.LayerName, "ListLayerVersions", context);
    const size = pageSize(input);
    const found = await readLayerVersions(parts.functions, id, {
      before: readNumberMarker(input),
      // A filter is applied here, so all that follow the marker are read for it.
      limit: isFiltered(input) ? undefined : size + 1,
    });
    const matching = found.filter((record) => matchesFilter(record, input));
    const { page, nextMarker } = cutPage(matching, size, ({ version }) => version.toString());
    return { ...nextMarker, LayerVersions: page.map((record) => listedLayerVersion(id, record)) };
  };
