// DescribeArchive: an archive and how much it keeps.
import type { EventsHandler } from "../api.ts";
import { archiveArn, archiveOutput, requireArchive, sizeOf } from "../model/archive.ts";
import type { EventsParts } from "../parts.ts";

export const describeArchive =
  ({ records }: EventsParts): EventsHandler<"DescribeArchive"> =>
  async (input, context) => {
    const { record } = await requireArchive(records, context, input.ArchiveName);
    const { name, description, pattern } = record;
    return {
      ...archiveOutput(context, record, await sizeOf(records, context, record)),
      ArchiveArn: archiveArn(context, name),
      Description: description,
      EventPattern: pattern,
    };
  };
