// DeleteArchive: the archive and all that it keeps.
import { commitChangeOf } from "../../../store/change.ts";
import type { EventsHandler } from "../api.ts";
import { archiveArn, archives, archiveStream, requireArchive } from "../model/archive.ts";
import type { EventsParts } from "../parts.ts";

export const deleteArchive =
  ({ records }: EventsParts): EventsHandler<"DeleteArchive"> =>
  (input, context) =>
    commitChangeOf(records, context, archiveArn(context, input.ArchiveName), async () => {
      const { record, revision } = await requireArchive(records, context, input.ArchiveName);
      return {
        operations: [archives.delete(record.name, revision), { kind: "delete-stream", stream: archiveStream(record) }],
        result: {},
      };
    });
