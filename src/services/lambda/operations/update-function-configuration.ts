// UpdateFunctionConfiguration: desired settings, deployed by the reconciler; invokes run the former ones until then.
import { commitChange } from "../../../functions/change.ts";
import { putFunction } from "../../../functions/documents.ts";
import { startUpdate } from "../../../functions/lifecycle.ts";
import { withUpdatedRuntime } from "../../../functions/runtime-management.ts";
import type { LambdaHandler } from "../api.ts";
import { checkUnzippedSize, resolveLayers } from "../model/function-layers.ts";
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
    refuseUnappliedSettings(input, { functionName: id.name, settings: parts.settings });
    checkSettings(input);
    return commitChange(parts.functions, id, async () => {
      const { record, revision } = await requireChangeable(id, input.RevisionId, parts);
      const layers = input.Layers && (await resolveLayers(input.Layers, context, parts));
      const changed = changedConfiguration(record.configuration, input, layers);
      checkUnzippedSize(changed);
      checkRuntime(changed.runtime, "update", parts);
      if (changed.runtime !== record.configuration.runtime) requireUnpinned(record.configuration);
      const configuration = await withUpdatedRuntime(changed, parts.runtimeVersions);
      const shown = { emptyVpcConfig: input.VpcConfig !== undefined || record.shown.emptyVpcConfig };
      const updating = startUpdate(record, { configuration, shown }, stampOf(parts));
      return { operations: [putFunction(updating, revision)], result: await latestOutput(parts, id, updating) };
    });
  };
