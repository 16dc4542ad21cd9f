// Layers as people name them: `tools` (its newest version), `tools:3`, or by the semantic versions that they gave,
// `tools@1.4.2`, `tools@^1.4`.
import { compare, maxSatisfying, valid, validRange } from "semver";
import type { Scope } from "../../core/context.ts";
import { parseVersionNumber } from "../../functions/function-version.ts";
import { commitLayerChange, findLayerVersion, layers, listLayerVersions, putLayer, type LayerId, type LayerRecord, type LayerVersionRecord } from "../../functions/layers.ts";
import type { FunctionRepository } from "../../functions/repository.ts";
import { layerUnknown, nothingInRange, selectorInvalid, semanticVersionInvalid, tagTaken, versionRequired } from "./faults.ts";

export interface LayerSelector {
  readonly name: string;
  /** Undefined: the newest, or all of them where that makes sense. */
  readonly wanted: { readonly kind: "number"; readonly number: number } | { readonly kind: "range"; readonly range: string } | undefined;
}

/** The name's pattern is that of AWS's model; a range may have blanks. */
const selectorPattern = /^(?<name>[\w-]{1,140})(?::(?<number>\d+)|@(?<range>.{1,200}))?$/;

/** Fault: 400. */
export function parseSelector(text: string): LayerSelector {
  const { name, number, range } = selectorPattern.exec(text)?.groups ?? {};
  if (name === undefined) throw selectorInvalid(text);
  if (number !== undefined) {
    const version = parseVersionNumber(number);
    if (version === undefined) throw selectorInvalid(text);
    return { name, wanted: { kind: "number", number: version } };
  }
  if (range === undefined) return { name, wanted: undefined };
  const normal = validRange(range);
  if (normal === null) throw selectorInvalid(text);
  return { name, wanted: { kind: "range", range: normal } };
}

export interface SelectedLayer {
  readonly id: LayerId;
  readonly layer: LayerRecord;
  readonly version: LayerVersionRecord;
}

/** Of a range the highest semantic version. Faults: 400, 404. */
export async function selectLayer(text: string, { account, region }: Scope, functions: FunctionRepository): Promise<SelectedLayer> {
  const { name, wanted } = parseSelector(text);
  const id = { account, region, name };
  const layer = (await functions.get(id, layers, name))?.record;
  if (layer === undefined) throw layerUnknown(text);
  const number = wanted?.kind === "number" ? wanted.number : wanted && numberInRange(layer, wanted.range);
  const version = number === undefined ? (await listLayerVersions(functions, id, { limit: 1 }))[0] : (await findLayerVersion(functions, id, number))?.record;
  if (version === undefined) throw layerUnknown(text);
  return { id, layer, version };
}

function numberInRange({ name, tags }: LayerRecord, range: string): number {
  const best = maxSatisfying(Object.keys(tags), range);
  const number = best === null ? undefined : tags[best];
  if (number === undefined) throw nothingInRange(name, range, Object.keys(tags).sort(compare));
  return number;
}

/** Semantic versions of one version, lowest first. */
export const tagsOf = ({ tags }: LayerRecord, version: number): readonly string[] =>
  Object.keys(tags)
    .filter((tag) => tags[tag] === version)
    .sort(compare);

export interface TagRequest {
  /** `NAME:VERSION` */
  readonly selector: string;
  readonly tag: string;
  /** Takes it away again. */
  readonly isRemoval: boolean;
}

/** Returns the tags that the version has now. Faults: no version, no semantic version (400, 404), taken (409). */
export async function tagLayer({ selector, tag, isRemoval }: TagRequest, { account, region }: Scope, functions: FunctionRepository): Promise<readonly string[]> {
  const { name, wanted } = parseSelector(selector);
  if (wanted?.kind !== "number") throw versionRequired(selector);
  const { number } = wanted;
  // The form in which semver compares: without a `v` before it, and without build metadata, which orders nothing.
  const clean = valid(tag);
  if (clean === null) throw semanticVersionInvalid(tag);
  const id = { account, region, name };
  return commitLayerChange(functions, id, async (stored) => {
    if (stored === undefined || (await findLayerVersion(functions, id, number)) === undefined) throw layerUnknown(selector);
    const { [clean]: taken, ...others } = stored.record.tags;
    if (taken !== undefined && taken !== number) throw tagTaken(name, clean, taken);
    const record = { ...stored.record, tags: isRemoval ? others : { ...others, [clean]: number } };
    return { operations: [putLayer(record, stored.revision)], result: tagsOf(record, number) };
  });
}
