// GetLayerVersion: what was published, with a link to its content.
import type { LambdaHandler } from "../api.ts";
import { requireLayerVersion } from "../model/layer-access.ts";
import { layerVersionOutput, locateLayer } from "../model/layers.ts";
import type { LambdaParts } from "../parts.ts";

export const getLayerVersion =
  (parts: LambdaParts): LambdaHandler<"GetLayerVersion"> =>
  async ({ LayerName, VersionNumber }, context) => {
    const id = locateLayer(LayerName, context);
    const record = await requireLayerVersion({ id, version: VersionNumber }, context, parts);
    return layerVersionOutput(id, record, context, parts);
  };
