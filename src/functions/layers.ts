// Layers and their versions as records. A function that uses one keeps a reference of its own to the content
// (function-version.ts), so deleting a version takes nothing from it.
import { formatLayerArn } from "../core/arn.ts";
import type { StoreOperation } from "../store/operation.ts";
import { commitChangeOf, type ChangePlan } from "../store/change.ts";
import { Collection, type Stored } from "../store/collection.ts";
import { belongingTo, versionKey } from "./documents.ts";
import type { Architecture, CodeReference, FunctionId } from "./function-version.ts";
import type { PolicyRecord } from "./policies.ts";
import type { FunctionRepository } from "./repository.ts";

/** Identifies a layer; an ARN in parts, as that of a function is. */
export type LayerId = FunctionId;

/** Document `layers/NAME`: outlives its versions, since numbers are never reused. */
export interface LayerRecord {
  readonly name: string;
  /** The highest number that a version was ever given. */
  readonly lastVersion: number;
  /** Semantic versions that Lambent's users gave (`lambent layer tag`), each with the number that it stands for. */
  readonly tags: Readonly<Record<string, number>>;
}

/** Document `layer-versions/NAME:NUMBER`: never changed. */
export interface LayerVersionRecord {
  readonly name: string;
  readonly version: number;
  readonly description: string;
  readonly licenseInfo: string;
  /** Unix epoch milliseconds. */
  readonly createdMs: number;
  /** Undefined when never sent. What it is said to run with; AWS holds no function to it. */
  readonly compatibleRuntimes: readonly string[] | undefined;
  readonly compatibleArchitectures: readonly Architecture[] | undefined;
  readonly code: CodeReference;
}

export const layers = new Collection<LayerRecord>("layers");
export const layerVersions = new Collection<LayerVersionRecord>("layer-versions");
/** Document `layer-policies/NAME:NUMBER`; goes with its version. */
export const layerPolicies = new Collection<PolicyRecord>("layer-policies");

/** Plans are given the layer as it is; what they write of it takes turns by the layer's own document. */
export const commitLayerChange = <Result>(
  repository: FunctionRepository,
  id: LayerId,
  plan: (layer: Stored<LayerRecord> | undefined) => Promise<ChangePlan<Result>>,
): Promise<Result> =>
  commitChangeOf(repository, id, formatLayerArn(id), async () => plan(await repository.get(id, layers, id.name)));

/**
 * INVARIANT: every write of something that belongs to a layer is committed together with this one at the revision that
 * was read: the layer's document orders all changes of the layer.
 */
export const putLayer = (record: LayerRecord, revision: number | undefined): StoreOperation =>
  layers.put(record.name, record, revision ?? "absent");

/** Undefined: no such version, or no more. */
export const findLayerVersion = (
  repository: FunctionRepository,
  id: LayerId,
  version: number,
): Promise<Stored<LayerVersionRecord> | undefined> => repository.get(id, layerVersions, versionKey(id.name, version));

export const findLayerPolicy = (
  repository: FunctionRepository,
  id: LayerId,
  version: number,
): Promise<Stored<PolicyRecord> | undefined> => repository.get(id, layerPolicies, versionKey(id.name, version));

/** A version and all that belongs to it; the layer stays. */
export const deleteLayerVersion = (
  layer: Stored<LayerRecord>,
  { key, record: { version } }: Stored<LayerVersionRecord>,
): readonly StoreOperation[] => {
  const tags = Object.fromEntries(Object.entries(layer.record.tags).filter(([, tagged]) => tagged !== version));
  return [putLayer({ ...layer.record, tags }, layer.revision), layerVersions.delete(key), layerPolicies.delete(key)];
};

/** Newest first, those below the number `before`. */
export async function listLayerVersions(
  repository: FunctionRepository,
  id: LayerId,
  { before, limit }: { readonly before?: number | undefined; readonly limit?: number | undefined } = {},
): Promise<readonly LayerVersionRecord[]> {
  const stored = await repository.scan(id, layerVersions, {
    prefix: belongingTo(id.name),
    reverse: true,
    ...(before === undefined ? {} : { after: versionKey(id.name, before) }),
    ...(limit === undefined ? {} : { limit }),
  });
  return stored.map(({ record }) => record);
}
