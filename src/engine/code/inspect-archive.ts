// What CreateFunction must know of a package before it says yes.
import { readArchive, type ArchiveSummary } from "./read-archive.ts";

/** Reads all of it and keeps nothing. Faults: InvalidParameterValueException in AWS's words. */
export const inspectArchive = (path: string): Promise<ArchiveSummary> =>
  readArchive(path, {
    directory: async () => {},
    file: async (_path, _executable, content) => readToEnd(content),
    symlink: async () => {},
  });

/** Counting and checking happens while it is read. */
async function readToEnd(content: AsyncIterable<Buffer>): Promise<void> {
  const chunks = content[Symbol.asyncIterator]();
  let done: boolean | undefined = false;
  while (done !== true) ({ done } = await chunks.next());
}
