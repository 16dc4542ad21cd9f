// Reads a zip entry by entry, believing none of its sizes: what is counted is what was inflated.
import type { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import { openPromise, type Entry, type ZipFile } from "yauzl";
import { Fault } from "../../core/faults.ts";
import { badEntry, cannotUnzip, emptyArchive, mostUnzippedBytes, unzippedTooLarge } from "./faults.ts";
import { staysInside, TreeShape } from "./tree-shape.ts";

/** Where the entries of an archive go; parents come by themselves. Each call ends before the next. */
export interface ArchiveVisitor {
  directory(path: string): Promise<void>;
  file(path: string, executable: boolean, content: AsyncIterable<Buffer>): Promise<void>;
  symlink(path: string, target: string): Promise<void>;
}

export interface ArchiveSummary {
  readonly unzippedBytes: number;
}

/** Faults: InvalidParameterValueException, for what is not a sound zip, is too large or leads outside. */
export async function readArchive(path: string, visitor: ArchiveVisitor): Promise<ArchiveSummary> {
  try {
    const zip = await openPromise(path, { lazyEntries: true, autoClose: false });
    try {
      return await visitEntries(zip, visitor);
    } finally {
      zip.close();
    }
  } catch (error) {
    if (error instanceof Fault || isHostError(error)) throw error;
    throw cannotUnzip(error);
  }
}

/** For visitors that do not want a file's content: an entry has to be read before the next one comes. */
export async function readToEnd(content: AsyncIterable<Buffer>): Promise<void> {
  const chunks = content[Symbol.asyncIterator]();
  let done: boolean | undefined = false;
  while (done !== true) ({ done } = await chunks.next());
}

async function visitEntries(zip: ZipFile, visitor: ArchiveVisitor): Promise<ArchiveSummary> {
  const shape = new TreeShape();
  const size: UnzippedSize = { bytes: 0 };
  let entries = 0;
  for await (const entry of zip.eachEntry()) {
    entries += 1;
    await visitEntry(zip, entry, { shape, size, visitor });
  }
  if (entries === 0) throw emptyArchive();
  return { unzippedBytes: size.bytes };
}

interface Visit {
  readonly shape: TreeShape;
  readonly size: UnzippedSize;
  readonly visitor: ArchiveVisitor;
}

async function visitEntry(zip: ZipFile, entry: Entry, { shape, size, visitor }: Visit): Promise<void> {
  const { kind, executable } = modeOf(entry);
  const path = shape.add(entry.fileName, kind);
  if (path === undefined) return;
  if (kind === "directory") {
    await visitor.directory(path);
    return;
  }
  const stream = await zip.openReadStreamPromise(entry);
  const content = counted(stream, entry, size);
  if (kind === "file") {
    await visitor.file(path, executable, content);
    return;
  }
  const target = await readTarget(content);
  if (!staysInside(path, target)) throw badEntry(`link leads out: ${path}`);
  await visitor.symlink(path, target);
}

interface UnzippedSize {
  bytes: number;
}

/** Counts over the whole archive and checks the entry's sum at its end. */
async function* counted(stream: Readable, entry: Entry, size: UnzippedSize): AsyncIterable<Buffer> {
  let sum = 0;
  const chunks: AsyncIterable<Buffer> = stream;
  for await (const chunk of chunks) {
    size.bytes += chunk.length;
    if (size.bytes > mostUnzippedBytes) throw unzippedTooLarge();
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (sum !== entry.crc32) throw badEntry(`checksum of ${entry.fileName}`);
}

async function readTarget(content: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.length;
    // PATH_MAX of Linux.
    if (bytes > 4096) throw badEntry("a link's target is too long");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

/** Upper byte of "version made by", APPNOTE.TXT 4.4.2. */
const madeOnUnix = 3;
const madeOnMacOs = 19;
/** Of st_mode, which archivers of Unix keep in the upper half of the external attributes. */
const typeMask = 0o170000;

/** Entries without Unix mode are plain files that cannot be executed, as on AWS. */
function modeOf(entry: Entry): { readonly kind: "file" | "directory" | "symlink"; readonly executable: boolean } {
  const system = entry.versionMadeBy >>> 8;
  const mode = system === madeOnUnix || system === madeOnMacOs ? entry.externalFileAttributes >>> 16 : 0;
  const executable = (mode & 0o111) !== 0;
  const endsInSlash = entry.fileName.endsWith("/");
  switch (mode & typeMask) {
    case 0:
    case 0o100000:
      return { kind: endsInSlash ? "directory" : "file", executable };
    case 0o040000:
      return { kind: "directory", executable };
    case 0o120000:
      if (endsInSlash) throw badEntry(`link and folder: ${entry.fileName}`);
      return { kind: "symlink", executable };
    default:
      throw badEntry(`neither file, folder nor link: ${entry.fileName}`);
  }
}

/** Errors of this machine (no space, no rights) are no fault of the archive's. */
const isHostError = (error: unknown): boolean => error instanceof Error && "syscall" in error;
