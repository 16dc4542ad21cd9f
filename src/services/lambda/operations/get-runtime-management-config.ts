// GetRuntimeManagementConfig: how $LATEST or a published version gets newer versions of its runtime.
import { requireQualified } from "../../../functions/lookup.ts";
import type { LambdaHandler } from "../api.ts";
import { locateManaged, managementOutput } from "../model/runtime-management.ts";
import type { LambdaParts } from "../parts.ts";

export const getRuntimeManagementConfig =
  (parts: LambdaParts): LambdaHandler<"GetRuntimeManagementConfig"> =>
  async (input, context) => {
    const target = locateManaged(input, context);
    const { record } = await requireQualified(parts.functions, target.id, target.qualifier);
    return managementOutput(target, record.configuration);
  };
