// ListLayers: in order of their names, each with its newest version that the filters let by.
import { formatLayerArn } from "../../../core/arn.ts";
import type { Scope } from "../../../core/context.ts";
import { layers, listLayerVersions, type LayerVersionRecord } from "../../../functions/layers.ts";
import type { LambdaHandler } from "../api.ts";
import { isFiltered, listedLayerVersion, matchesFilter, type LayerFilter } from "../model/layers.ts";
import { cutPage, pageSize, readMarker } from "../model/paging.ts";
import type { LambdaParts } from "../parts.ts";

export const listLayers =
  (parts: LambdaParts): LambdaHandler<"ListLayers"> =>
  async (input, { account, region }) => {
    const scope = { account, region };
    const size = pageSize(input);
    const found = await readLatest(parts, scope, { filter: input, after: readMarker(input), limit: size + 1 });
    const { page, nextMarker } = cutPage(found, size, ({ name }) => name);
    return {
      ...nextMarker,
      Layers: page.map((record) => {
        const id = { ...scope, name: record.name };
        return { LayerName: id.name, LayerArn: formatLayerArn(id), LatestMatchingVersion: listedLayerVersion(id, record) };
      }),
    };
  };

interface Range {
  readonly filter: LayerFilter;
  /** A name. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** A layer whose versions are all deleted or filtered away is passed over, so names are read until the page is full. */
async function readLatest({ functions }: LambdaParts, scope: Scope, { filter, after, limit }: Range): Promise<readonly LayerVersionRecord[]> {
  const found: LayerVersionRecord[] = [];
  let last = after;
  while (found.length < limit) {
    const named = await functions.scan(scope, layers, { limit, ...(last === undefined ? {} : { after: last }) });
    const latest = await Promise.all(
      named.map(async ({ record: { name } }) => {
        const versions = await listLayerVersions(functions, { ...scope, name }, isFiltered(filter) ? {} : { limit: 1 });
        return versions.find((version) => matchesFilter(version, filter));
      }),
    );
    found.push(...latest.filter((version) => version !== undefined));
    if (named.length < limit) break;
    last = named.at(-1)?.key;
  }
  return found.slice(0, limit);
}
