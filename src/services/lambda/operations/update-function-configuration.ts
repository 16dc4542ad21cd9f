// UpdateFunctionConfiguration: desired settings, deployed by the reconciler; invokes run the former ones until then.
import { commitChange } from "../../../functions/change.ts";
import { codeSigningOf } from "../../../functions/code-signing.ts";
import { putFunction } from "../../../functions/documents.ts";
import type { FunctionConfiguration, FunctionId } from "../../../functions/function-version.ts";
import { startUpdate } from "../../../functions/lifecycle.ts";
import { withUpdatedRuntime } from "../../../functions/runtime-management.ts";
import type { LambdaHandler } from "../api.ts";
import { judgeDeployment, layerPackages, type Judgement } from "../model/code-signing.ts";
import { checkUnzippedSize, resolveLayers } from "../model/function-layers.ts";
import { bindCapacityProvider, checkManaged } from "../model/managed-instances.ts";
import { requireOwnRole } from "../model/execution-role.ts";
import { latestOutput } from "../model/function-output.ts";
import { changedConfiguration, checkRuntime, checkSettings } from "../model/settings.ts";
import { requireUnpinned } from "../model/runtime-management.ts";
import { stampOf } from "../model/stamp.ts";
import { locateWholeFunction, requireChangeable } from "../model/target.ts";
import type { LambdaParts } from "../parts.ts";
import { refuseUnappliedSettings } from "../unapplied-settings.ts";

export const updateFunctionConfiguration =
  (parts: LambdaParts): LambdaHandler<"UpdateFunctionConfiguration"> =>
  async (input, context) => {
    const id = locateWholeFunction(input, context);
    requireOwnRole(input.Role, context);
    // Whether it is one already is known later: the smaller limit holds with the whole configuration.
    checkSettings(input, true);
    refuseUnappliedSettings(input, { functionName: id.name, settings: parts.settings });
    const committed = await commitChange(parts.functions, id, async () => {
      const { record, revision } = await requireChangeable(id, input.RevisionId, parts);
      const layers = input.Layers && (await resolveLayers(input.Layers, context, parts));
      const changed = changedConfiguration(id, record.configuration, input, layers);
      checkSettings(input, changed.capacityProvider !== undefined);
      checkManaged(changed);
      checkUnzippedSize(changed);
      checkRuntime(changed.runtime, "update", parts);
      if (changed.runtime !== record.configuration.runtime) requireUnpinned(record.configuration);
      const configuration = await withUpdatedRuntime(changed, parts.runtimeVersions);
      const judgement = await judgeLayers(id, { before: record.configuration, after: configuration }, parts);
      const shown = { emptyVpcConfig: input.VpcConfig !== undefined || record.shown.emptyVpcConfig };
      const updating = startUpdate(record, { configuration, shown }, stampOf(parts));
      return {
        operations: [
          putFunction(updating, revision),
          ...judgement.operations,
          ...(input.CapacityProviderConfig === undefined ? [] : await bindCapacityProvider(parts.functions, id, configuration)),
        ],
        result: { output: await latestOutput(parts, id, updating), judgement },
      };
    });
    committed.judgement.warn();
    return committed.output;
  };

/** Those that the function does not have yet; its code was judged when it came. */
async function judgeLayers(
  id: FunctionId,
  { before, after }: { readonly before: FunctionConfiguration; readonly after: FunctionConfiguration },
  parts: LambdaParts,
): Promise<Judgement> {
  const had = new Set(before.layers.map(({ arn }) => arn));
  const added = after.layers.filter(({ arn }) => !had.has(arn));
  const config = added.length === 0 ? undefined : await codeSigningOf(parts.functions, id);
  return judgeDeployment(id, layerPackages(added), config, parts);
}
