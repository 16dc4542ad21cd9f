// UpdateFunctionCode: desired code, deployed by the reconciler; invokes run the former code until then.
import { formatFunctionArn } from "../../../core/arn.ts";
import { commitChange } from "../../../functions/change.ts";
import { codeSigningOf } from "../../../functions/code-signing.ts";
import { putFunction } from "../../../functions/documents.ts";
import type { CodeReference, FunctionConfiguration, FunctionId } from "../../../functions/function-version.ts";
import { startUpdate } from "../../../functions/lifecycle.ts";
import { planPublication } from "../../../functions/publishing.ts";
import { withUpdatedRuntime } from "../../../functions/runtime-management.ts";
import type { LambdaHandler, LambdaInput } from "../api.ts";
import { imageForZip } from "../faults/code.ts";
import { judgeDeployment, type Judgement } from "../model/code-signing.ts";
import { readPackage, requireCodeStorage } from "../model/code.ts";
import { checkUnzippedSize } from "../model/function-layers.ts";
import { latestOutput, versionOutput } from "../model/function-output.ts";
import { checkRuntime } from "../model/settings.ts";
import { stampOf } from "../model/stamp.ts";
import { locateWholeFunction, requireChangeable } from "../model/target.ts";
import type { LambdaParts } from "../parts.ts";
import { refuseUnappliedCode, refuseUnappliedSettings } from "../unapplied-settings.ts";

type UpdateInput = LambdaInput<"UpdateFunctionCode">;

export const updateFunctionCode =
  (parts: LambdaParts): LambdaHandler<"UpdateFunctionCode"> =>
  async (input, context) => {
    const id = locateWholeFunction(input, context);
    const subject = { functionName: id.name, settings: parts.settings };
    if (input.ImageUri !== undefined) throw imageForZip();
    refuseUnappliedSettings({ Architectures: input.Architectures, PublishTo: input.PublishTo }, subject);
    refuseUnappliedCode(input, subject);
    // Before the code is read; what counts is checked again when it is written.
    const current = await requireChangeable(id, input.RevisionId, parts);
    checkRuntime(current.record.configuration.runtime, "update", parts);
    const code = await readPackage(input, parts, context);
    const more = code.sizeBytes - current.record.configuration.code.sizeBytes;
    await requireCodeStorage(input.Publish === true ? more + code.sizeBytes : more, parts, id);
    if (input.DryRun === true) {
      // All is checked and nothing recorded; the answer has the hash of what was sent. The blob is collected later.
      (await judgeCode(id, code, parts)).warn();
      const { record } = current;
      return latestOutput(parts, id, { ...record, configuration: withCode(record.configuration, input, code) });
    }
    return commitUpdate(id, { input, code }, parts);
  };

/** Faults: code and layers together unpack to too much. */
function withCode(current: FunctionConfiguration, input: UpdateInput, code: CodeReference): FunctionConfiguration {
  const changed = { ...current, architecture: input.Architectures?.[0] ?? current.architecture, code };
  checkUnzippedSize(changed);
  return changed;
}

interface CodeUpdate {
  readonly input: UpdateInput;
  readonly code: CodeReference;
}

const judgeCode = async (id: FunctionId, code: CodeReference, parts: LambdaParts): Promise<Judgement> =>
  judgeDeployment(id, [{ name: formatFunctionArn(id), code }], await codeSigningOf(parts.functions, id), parts);

async function commitUpdate(
  id: FunctionId,
  { input, code }: CodeUpdate,
  parts: LambdaParts,
): ReturnType<LambdaHandler<"UpdateFunctionCode">> {
  const committed = await commitChange(parts.functions, id, async () => {
    const { record, revision } = await requireChangeable(id, input.RevisionId, parts);
    const judgement = await judgeCode(id, code, parts);
    const changed = withCode(record.configuration, input, code);
    const configuration = await withUpdatedRuntime(changed, parts.runtimeVersions);
    const updating = startUpdate(record, { configuration, shown: record.shown }, stampOf(parts));
    const operations = [putFunction(updating, revision), ...judgement.operations];
    if (input.Publish !== true) return { operations, result: { output: await latestOutput(parts, id, updating), judgement } };
    const request = { latest: updating, description: undefined, stamp: stampOf(parts) };
    const publication = await planPublication(parts.functions, id, request);
    return {
      operations: [...operations, ...publication.operations],
      result: { output: await versionOutput(parts, id, publication.record), judgement },
    };
  });
  committed.judgement.warn();
  return committed.output;
}
