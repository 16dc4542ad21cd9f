// What CreateFunction must know of a package before it says yes.
import { readArchive, readToEnd, type ArchiveSummary } from "./read-archive.ts";

/** Reads all of it and keeps nothing. Faults: InvalidParameterValueException in AWS's words. */
export const inspectArchive = (path: string): Promise<ArchiveSummary> =>
  readArchive(path, {
    directory: async () => {},
    // Counting and checking happens while it is read.
    file: async (_path, _executable, content) => readToEnd(content),
    symlink: async () => {},
  });
