// PublishVersion: an immutable copy of $LATEST, Pending until it is deployed; the last version when nothing changed.
import { commitChange } from "../../../functions/change.ts";
import { putFunction } from "../../../functions/documents.ts";
import { planPublication } from "../../../functions/publishing.ts";
import type { LambdaHandler } from "../api.ts";
import { codeSha256Differs } from "../faults/versions.ts";
import { base64Sha256, requireCodeStorage } from "../model/code.ts";
import { versionOutput } from "../model/function-output.ts";
import { stampOf } from "../model/stamp.ts";
import { locateWholeFunction, requireChangeable } from "../model/target.ts";
import type { LambdaParts } from "../parts.ts";
import { refuseUnappliedSettings } from "../unapplied-settings.ts";

export const publishVersion =
  (parts: LambdaParts): LambdaHandler<"PublishVersion"> =>
  async (input, context) => {
    const id = locateWholeFunction(input, context);
    refuseUnappliedSettings({ PublishTo: input.PublishTo }, { functionName: id.name, settings: parts.settings });
    return commitChange(parts.functions, id, async () => {
      const { record, revision } = await requireChangeable(id, input.RevisionId, parts);
      const current = base64Sha256(record.configuration.code);
      if (input.CodeSha256 !== undefined && input.CodeSha256 !== "" && input.CodeSha256 !== current)
        throw codeSha256Differs(input.CodeSha256, current);
      const request = { latest: record, description: input.Description, stamp: stampOf(parts) };
      const { record: version, operations } = await planPublication(parts.functions, id, request);
      const result = await versionOutput(parts, id, version);
      if (operations.length === 0) return { operations, result };
      await requireCodeStorage(record.configuration.code.sizeBytes, parts, id);
      // $LATEST runs on as it is, under a new RevisionId.
      const latest = putFunction({ ...record, revisionId: parts.ids.uuid() }, revision);
      return { operations: [latest, ...operations], result };
    });
  };
