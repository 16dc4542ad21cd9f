// CreateArchive: from now on the events of a bus are kept.
import { commitChangeOf } from "../../../store/change.ts";
import type { EventsHandler } from "../api.ts";
import { archiveExists } from "../faults/archives.ts";
import { notApplied } from "../faults/base.ts";
import { archiveArn, archives, archiveTimer, dayMs } from "../model/archive.ts";
import { requireBus } from "../model/bus.ts";
import { locateBus } from "../model/names.ts";
import { readPattern } from "../model/pattern.ts";
import type { EventsParts } from "../parts.ts";

export const createArchive =
  ({ records, clock, ids }: EventsParts): EventsHandler<"CreateArchive"> =>
  async (input, context) => {
    const { ArchiveName: name, Description: description, EventPattern: pattern, RetentionDays: retentionDays = 0 } = input;
    const { bus } = locateBus(input.EventSourceArn, context);
    if (input.KmsKeyIdentifier !== undefined && input.KmsKeyIdentifier !== "") throw notApplied("KmsKeyIdentifier", "events are not encrypted with keys of your own.");
    if (pattern !== undefined) readPattern(pattern);
    const arn = archiveArn(context, name);
    return commitChangeOf(records, context, arn, async () => {
      await requireBus(records, context, bus);
      if ((await records.get(context, archives, name)) !== undefined) throw archiveExists(name);
      const createdMs = clock.now();
      const record = { name, id: ids.uuid(), bus, pattern, description, retentionDays, createdMs };
      return {
        operations: [archives.put(name, record, "absent"), archiveTimer(name, createdMs + dayMs)],
        result: { ArchiveArn: arn, State: "ENABLED", CreationTime: new Date(createdMs) },
      };
    });
  };
