// PutRuntimeManagementConfig: pins $LATEST or a published version to a version of its runtime, or lets it go. Environments
// of another version end, idle ones at once and others after their invoke.
import { commitChange } from "../../../functions/change.ts";
import type { ChangePlan } from "../../../store/change.ts";
import { putFunction, putVersion } from "../../../functions/documents.ts";
import { functionNotFound } from "../../../functions/faults.ts";
import { formatFunctionArn } from "../../../core/arn.ts";
import { latestVersion, parseVersionNumber, type FunctionConfiguration } from "../../../functions/function-version.ts";
import { requireDeployed, requireIdle } from "../../../functions/lifecycle.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import { withoutPin } from "../../../functions/runtime-management.ts";
import type { FunctionTarget } from "../../../functions/address.ts";
import type { LambdaHandler, LambdaInput } from "../api.ts";
import { locateManaged, managementOutput, wantedPin } from "../model/runtime-management.ts";
import type { LambdaParts } from "../parts.ts";

type PutInput = LambdaInput<"PutRuntimeManagementConfig">;
type PutPlan = Promise<ChangePlan<ReturnType<typeof managementOutput>>>;

export const putRuntimeManagementConfig =
  (parts: LambdaParts): LambdaHandler<"PutRuntimeManagementConfig"> =>
  async (input, context) => {
    const target = locateManaged(input, context);
    const isLatest = target.qualifier === undefined || target.qualifier === latestVersion;
    return commitChange(parts.functions, target.id, () => (isLatest ? planLatest : planVersion)(target, input, parts));
  };

async function planLatest(target: FunctionTarget, input: PutInput, parts: LambdaParts): PutPlan {
  const { record, revision } = await requireFunction(parts.functions, target.id);
  const idle = requireIdle(record, target.id);
  const repin = repinning(target, input, parts);
  const configuration = await repin(idle.configuration);
  // After a failed update it is the former one that runs.
  const pinned =
    idle.state === "active"
      ? { ...idle, configuration }
      : { ...idle, configuration, former: { ...idle.former, configuration: await repin(idle.former.configuration) } };
  return { operations: [putFunction(pinned, revision)], result: managementOutput(target, configuration) };
}

async function planVersion(target: FunctionTarget, input: PutInput, parts: LambdaParts): PutPlan {
  const { id, qualifier } = target;
  const latest = await requireFunction(parts.functions, id);
  const number = parseVersionNumber(qualifier ?? "");
  const published = number === undefined ? undefined : await parts.functions.findVersion(id, number);
  if (published === undefined) throw functionNotFound(formatFunctionArn(id, qualifier));
  requireDeployed(published.record);
  const configuration = await repinning(target, input, parts)(published.record.configuration);
  return {
    operations: [putFunction(latest.record, latest.revision), putVersion({ ...published.record, configuration }, published.revision)],
    result: managementOutput(target, configuration),
  };
}

/** The same configuration with the pin that was asked for. */
const repinning =
  ({ id }: FunctionTarget, input: PutInput, parts: LambdaParts) =>
  async (configuration: FunctionConfiguration): Promise<FunctionConfiguration> => {
    const runtimePin = await wantedPin(input, id, configuration, parts);
    return { ...withoutPin(configuration), ...(runtimePin === undefined ? {} : { runtimePin }) };
  };
