// GetLayerVersionByArn: GetLayerVersion for those who hold the ARN of the version.
import type { LambdaHandler } from "../api.ts";
import { layerResourceNotFound } from "../faults/layers.ts";
import { requireLayerVersion } from "../model/layer-access.ts";
import { layerVersionOutput, parseLayerVersionArn } from "../model/layers.ts";
import type { LambdaParts } from "../parts.ts";

export const getLayerVersionByArn =
  (parts: LambdaParts): LambdaHandler<"GetLayerVersionByArn"> =>
  async ({ Arn }, context) => {
    const address = parseLayerVersionArn(Arn);
    if (address === undefined) throw layerResourceNotFound();
    const record = await requireLayerVersion(address, context, parts);
    return layerVersionOutput(address.id, record, context, parts);
  };
