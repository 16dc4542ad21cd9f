// What CreateFunction must know of a package before it says yes.
import { readArchive, readToEnd, type ArchiveSummary } from "./read-archive.ts";

/** `archive`: a path, or all of it. Reads all of it and keeps nothing. Faults: InvalidParameterValueException in AWS's words. */
export const inspectArchive = (archive: string | Uint8Array): Promise<ArchiveSummary> =>
  readArchive(archive, {
    directory: async () => {},
    // Counting and checking happens while it is read.
    file: async (_path, _executable, content) => readToEnd(content),
    symlink: async () => {},
  });
