// CreateFunction: a record in state Pending, written once its code is stored; the reconciler makes it Active.
import { formatFunctionArn } from "../../../core/arn.ts";
import { locateFunction } from "../../../functions/address.ts";
import { commitChange } from "../../../functions/change.ts";
import { attachCodeSigning, commitAttachment } from "../../../functions/code-signing.ts";
import { functionTagsKey, putFunction, putTags, putVersion } from "../../../functions/documents.ts";
import { latestVersion, type FunctionId } from "../../../functions/function-version.ts";
import { startCreation, startVersion, type DesiredFunction } from "../../../functions/lifecycle.ts";
import type { LambdaHandler, LambdaInput } from "../api.ts";
import { namedCodeSigningConfigNotFound } from "../faults/code-signing.ts";
import { functionExists, functionNameTooLong, unqualifiedOnly } from "../faults/functions.ts";
import { limits } from "../limits.ts";
import { requireCodeSigningConfig } from "../model/code-signing-config.ts";
import { judgeDeployment, layerPackages } from "../model/code-signing.ts";
import { readPackage, requireCodeStorage } from "../model/code.ts";
import { checkUnzippedSize, resolveLayers } from "../model/function-layers.ts";
import { bindCapacityProvider, checkManaged } from "../model/managed-instances.ts";
import { requireOwnRole } from "../model/execution-role.ts";
import { latestOutput } from "../model/function-output.ts";
import { checkRuntime, checkSettings, checkTags, newConfiguration } from "../model/settings.ts";
import { stampOf } from "../model/stamp.ts";
import type { LambdaParts } from "../parts.ts";
import { refuseUnappliedCode, refuseUnappliedSettings } from "../unapplied-settings.ts";

export const createFunction =
  (parts: LambdaParts): LambdaHandler<"CreateFunction"> =>
  async (input, context) => {
    const { id, qualifier } = locateFunction(input, context, "strict");
    if (id.name.length > limits.functionNameLength)
      throw functionNameTooLong(input.FunctionName, limits.functionNameLength);
    if (qualifier !== undefined && qualifier !== latestVersion) throw unqualifiedOnly();
    requireOwnRole(input.Role, context);
    checkInput(input, id, parts);
    // Before the code is read: whoever creates twice should not wait for a second upload to be verified.
    if ((await parts.functions.find(id)) !== undefined) throw functionExists(id.name);

    const layers = await resolveLayers(input.Layers ?? [], context, parts);
    const code = await readPackage(input.Code, parts, context);
    checkUnzippedSize({ code, layers });
    await requireCodeStorage(input.Publish === true ? 2 * code.sizeBytes : code.sizeBytes, parts, id);
    const configuration = newConfiguration(id, input, { code, layers }, parts);
    checkManaged(configuration);
    const desired: DesiredFunction = {
      configuration,
      shown: { emptyVpcConfig: input.VpcConfig !== undefined },
    };
    return commitCreation(id, desired, input, parts);
  };

function checkInput(input: LambdaInput<"CreateFunction">, id: FunctionId, parts: LambdaParts): void {
  const subject = { functionName: id.name, settings: parts.settings };
  // What AWS refuses, too, comes before what only we refuse.
  checkSettings(input, input.CapacityProviderConfig !== undefined);
  checkTags(input.Tags ?? {});
  refuseUnappliedSettings(input, subject);
  refuseUnappliedCode(input.Code, subject);
  if (input.Runtime !== undefined) checkRuntime(input.Runtime, "create", parts);
}

/** Looks again: of two that create at once it is decided here, where the record is written if there is none, who was first. */
async function commitCreation(
  id: FunctionId,
  desired: DesiredFunction,
  input: LambdaInput<"CreateFunction">,
  parts: LambdaParts,
): ReturnType<LambdaHandler<"CreateFunction">> {
  // An empty ARN means none, as clients send it.
  const configArn = input.CodeSigningConfigArn === "" ? undefined : input.CodeSigningConfigArn;
  const plan = async () => {
    if ((await parts.functions.find(id)) !== undefined) throw functionExists(id.name);
    const record = startCreation(id.name, desired, stampOf(parts));
    const { code, layers } = desired.configuration;
    const config = configArn === undefined ? undefined : await requireCodeSigningConfig(parts.functions, id, configArn, namedCodeSigningConfigNotFound);
    const judgement = await judgeDeployment(id, [{ name: id.name, code }, ...layerPackages(layers)], config, parts);
    const operations = [
      putFunction(record, "absent"),
      putTags(functionTagsKey(id.name), input.Tags ?? {}),
      ...judgement.operations,
      ...(await bindCapacityProvider(parts.functions, id, desired.configuration)),
      ...(config === undefined ? [] : attachCodeSigning(id.name, config)),
    ];
    const output = await latestOutput(parts, id, record);
    if (input.Publish !== true) return { operations, result: { output, judgement } };
    const { number, take } = await parts.functions.nextVersion(id);
    const version = startVersion(record, { number, description: undefined }, stampOf(parts));
    operations.push(putVersion(version, "absent"), take);
    // AWS answers with the number of the version, though under the ARN of the function.
    const published = { ...output, Version: number.toString(), FunctionArn: formatFunctionArn(id) };
    return { operations, result: { output: published, judgement } };
  };
  const committed = await (configArn === undefined ? commitChange(parts.functions, id, plan) : commitAttachment(parts.functions, id, configArn, plan));
  committed.judgement.warn();
  return committed.output;
}

