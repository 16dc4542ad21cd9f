// UpdateArchive: what it keeps from now on, and for how long.
import { commitChangeOf } from "../../../store/change.ts";
import type { EventsHandler } from "../api.ts";
import { nothingToUpdate } from "../faults/archives.ts";
import { notApplied } from "../faults/base.ts";
import { archiveArn, archives, archiveTimer, requireArchive } from "../model/archive.ts";
import { readPattern } from "../model/pattern.ts";
import type { EventsParts } from "../parts.ts";

export const updateArchive =
  ({ records, clock }: EventsParts): EventsHandler<"UpdateArchive"> =>
  async (input, context) => {
    const { ArchiveName: name, Description, EventPattern, RetentionDays } = input;
    if (Description === undefined && EventPattern === undefined && RetentionDays === undefined) throw nothingToUpdate();
    if (input.KmsKeyIdentifier !== undefined && input.KmsKeyIdentifier !== "") throw notApplied("KmsKeyIdentifier", "events are not encrypted with keys of your own.");
    if (EventPattern !== undefined) readPattern(EventPattern);
    const arn = archiveArn(context, name);
    return commitChangeOf(records, context, arn, async () => {
      const { record, revision } = await requireArchive(records, context, name);
      const changed = {
        ...record,
        description: Description ?? record.description,
        pattern: EventPattern ?? record.pattern,
        retentionDays: RetentionDays ?? record.retentionDays,
      };
      return {
        operations: [archives.put(name, changed, revision), archiveTimer(name, clock.now())],
        result: { ArchiveArn: arn, State: "ENABLED", CreationTime: new Date(record.createdMs) },
      };
    });
  };
