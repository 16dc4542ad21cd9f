// Which functions use a layer. Nobody else can tell: AWS keeps the answer to itself.
import { formatFunctionArn, formatLayerArn } from "../../core/arn.ts";
import { latestVersion, type FunctionConfiguration } from "../../functions/function-version.ts";
import type { LayerId } from "../../functions/layers.ts";
import type { FunctionRepository } from "../../functions/repository.ts";

export interface LayerUser {
  /** With `$LATEST` or the number of a version. */
  readonly functionArn: string;
  readonly layerVersionArn: string;
}

/** In every account of this instance; what runs until an update has ended, or since one failed, included. `version` undefined: all. */
export async function findLayerUsers(id: LayerId, version: number | undefined, functions: FunctionRepository): Promise<readonly LayerUser[]> {
  const users = new Map<string, LayerUser>();
  const note = (functionArn: string, { layers }: Pick<FunctionConfiguration, "layers">): void => {
    for (const { arn } of layers) {
      const isMeant = version === undefined ? arn.startsWith(`${formatLayerArn(id)}:`) : arn === formatLayerArn(id, version);
      if (isMeant) users.set(`${functionArn} ${arn}`, { functionArn, layerVersionArn: arn });
    }
  };
  for (const scope of await functions.scopes()) {
    if (scope.region !== id.region) continue;
    for (const { record } of await functions.listFunctions(scope)) {
      const arn = formatFunctionArn({ ...scope, name: record.name }, latestVersion);
      note(arn, record.configuration);
      if ("former" in record) note(arn, record.former.configuration);
    }
    for (const { record } of await functions.listAllVersions(scope))
      note(formatFunctionArn({ ...scope, name: record.name }, record.version.toString()), record.configuration);
  }
  return [...users.values()];
}
