// PublishLayerVersion: content under the next number of a layer, which comes into being with its first version.
import { commitLayerChange, layerVersions, putLayer, type LayerVersionRecord } from "../../../functions/layers.ts";
import { versionKey } from "../../../functions/documents.ts";
import type { LambdaHandler } from "../api.ts";
import { readPackage, requireCodeStorage } from "../model/code.ts";
import { layerVersionOutput, locateOwnLayer } from "../model/layers.ts";
import type { LambdaParts } from "../parts.ts";
import { refuseUnappliedCode } from "../unapplied-settings.ts";

export const publishLayerVersion =
  (parts: LambdaParts): LambdaHandler<"PublishLayerVersion"> =>
  async (input, context) => {
    const id = locateOwnLayer(input.LayerName, "PublishLayerVersion", context);
    refuseUnappliedCode(input.Content, { functionName: id.name, settings: parts.settings });
    const code = await readPackage(input.Content, parts, context);
    await requireCodeStorage(code.sizeBytes, parts, id);
    return commitLayerChange(parts.functions, id, async (layer) => {
      const version = (layer?.record.lastVersion ?? 0) + 1;
      const record: LayerVersionRecord = {
        name: id.name,
        version,
        description: input.Description ?? "",
        licenseInfo: input.LicenseInfo ?? "",
        createdMs: parts.clock.now(),
        compatibleRuntimes: input.CompatibleRuntimes,
        compatibleArchitectures: input.CompatibleArchitectures,
        code,
      };
      return {
        operations: [
          putLayer({ name: id.name, lastVersion: version, tags: layer?.record.tags ?? {} }, layer?.revision),
          layerVersions.put(versionKey(id.name, version), record, "absent"),
        ],
        result: layerVersionOutput(id, record, context, parts),
      };
    });
  };
