// The layers of a function: from the ARNs in its settings to references that it keeps for good.
import { formatLayerArn } from "../../../core/arn.ts";
import type { CallContext } from "../../../core/context.ts";
import type { FunctionConfiguration, LayerReference } from "../../../functions/function-version.ts";
import { findLayerVersion } from "../../../functions/layers.ts";
import { functionWithLayersTooLarge, layerInOtherRegion, layerVersionMissing, sameLayerTwice, tooManyLayers } from "../faults/layers.ts";
import { limits } from "../limits.ts";
import type { LambdaParts } from "../parts.ts";
import { requireLayerAccess } from "./layer-access.ts";
import { parseLayerVersionArn } from "./layers.ts";

type LayerParts = Pick<LambdaParts, "blobs" | "functions">;

/**
 * In the order given. Faults: more than five, elsewhere, not there, two versions of one layer (400); another account's
 * whose policy does not let the caller use it (403).
 */
export async function resolveLayers(arns: readonly string[], context: CallContext, parts: LayerParts): Promise<readonly LayerReference[]> {
  if (arns.length > limits.layers) throw tooManyLayers(limits.layers);
  const resolved: LayerReference[] = [];
  const arnByLayer = new Map<string, string>();
  for (const arn of arns) {
    const { layerArn, reference } = await resolveLayer(arn, context, parts);
    const other = arnByLayer.get(layerArn);
    if (other !== undefined) throw sameLayerTwice(other, arn);
    arnByLayer.set(layerArn, arn);
    resolved.push(reference);
  }
  return resolved;
}

async function resolveLayer(arn: string, context: CallContext, { blobs, functions }: LayerParts): Promise<{ layerArn: string; reference: LayerReference }> {
  const address = parseLayerVersionArn(arn);
  if (address === undefined) throw layerVersionMissing(arn);
  const { id, version } = address;
  if (id.region !== context.region) throw layerInOtherRegion(context.region);
  await requireLayerAccess(address, context, { functions });
  const stored = await findLayerVersion(functions, id, version);
  // Were it deleted now, its content must still be there when the function's own record names it.
  if (stored === undefined || !(await blobs.keep(stored.record.code.sha256))) throw layerVersionMissing(arn);
  return { layerArn: formatLayerArn(id), reference: { arn, code: stored.record.code } };
}

/** Fault: more than AWS unpacks for one function (400). */
export function checkUnzippedSize({ code, layers }: Pick<FunctionConfiguration, "code" | "layers">): void {
  const unzippedBytes = layers.reduce((sum, layer) => sum + layer.code.unzippedBytes, code.unzippedBytes);
  if (unzippedBytes > limits.unzippedBytes) throw functionWithLayersTooLarge(unzippedBytes, limits.unzippedBytes);
}
