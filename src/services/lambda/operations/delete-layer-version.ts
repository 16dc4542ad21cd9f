// DeleteLayerVersion: a version that is not there is no fault. Functions that use it have its content and go on.
import { commitLayerChange, deleteLayerVersion as removeVersion, findLayerVersion } from "../../../functions/layers.ts";
import type { LambdaHandler } from "../api.ts";
import { layerVersionTooLow } from "../faults/layers.ts";
import { locateOwnLayer } from "../model/layers.ts";
import type { LambdaParts } from "../parts.ts";

export const deleteLayerVersion =
  (parts: LambdaParts): LambdaHandler<"DeleteLayerVersion"> =>
  async ({ LayerName, VersionNumber }, context) => {
    if (VersionNumber < 1) throw layerVersionTooLow();
    const id = locateOwnLayer(LayerName, "DeleteLayerVersion", context);
    return commitLayerChange(parts.functions, id, async (layer) => {
      const stored = await findLayerVersion(parts.functions, id, VersionNumber);
      if (layer === undefined || stored === undefined) return { operations: [], result: {} };
      return { operations: removeVersion(layer, stored), result: {} };
    });
  };
