// What CreateFunction must know of a package before it says yes.
import { readArchive, readToEnd, type ArchiveSummary } from "./read-archive.ts";
import { signaturePath } from "./signed-zip.ts";

export interface ArchiveInspection extends ArchiveSummary {
  /** Whether anything lies where a signature does: as the engine unpacks it, whatever else a reader might see. */
  readonly isSigned: boolean;
}

/** `archive`: a path, or all of it. Reads all of it and keeps nothing. Faults: InvalidParameterValueException in AWS's words. */
export async function inspectArchive(archive: string | Uint8Array): Promise<ArchiveInspection> {
  let isSigned = false;
  const note = (entry: string): void => void (isSigned ||= entry === signaturePath);
  const summary = await readArchive(archive, {
    directory: async (entry) => note(entry),
    file: async (entry, _executable, content) => {
      note(entry);
      // Counting and checking happens while it is read.
      await readToEnd(content);
    },
    symlink: async (entry) => note(entry),
  });
  return { ...summary, isSigned };
}
