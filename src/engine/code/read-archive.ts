// Reads a zip entry by entry, believing none of its sizes: what is counted is what was inflated.
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import { fromRandomAccessReaderPromise, type Entry, type ZipFile } from "yauzl";
import { Fault } from "../../core/faults.ts";
import { badEntry, cannotUnzip, emptyArchive, mostUnzippedBytes, unzippedTooLarge } from "./faults.ts";
import { staysInside, TreeShape } from "./tree-shape.ts";
import { ZipSource } from "./zip-source.ts";

/** Where the entries of an archive go; parents come by themselves. Each call ends before the next. */
export interface ArchiveVisitor {
  directory(path: string): Promise<void>;
  file(path: string, executable: boolean, content: FileContent): Promise<void>;
  symlink(path: string, target: string): Promise<void>;
}

/** Bytes of a small file; those of a large one as they are inflated, checked at the end. */
export type FileContent = Buffer | AsyncIterable<Buffer>;

export interface ArchiveSummary {
  readonly unzippedBytes: number;
}

/** Inflated in one go: a stream for each of thousands of small files would cost many times as much as its content. */
const smallBytes = 128 * 1024;
/** Others get their turn of the event loop after about a millisecond of inflating, or of reading the directory. */
const turnBytes = 256 * 1024;
const turnEntries = 16;

/** `archive`: a path, or all of it. Faults: InvalidParameterValueException, for what is no sound zip, is too large or leads outside. */
export async function readArchive(archive: string | Uint8Array, visitor: ArchiveVisitor): Promise<ArchiveSummary> {
  if (typeof archive !== "string") return readFrom(ZipSource.ofBytes(archive), visitor);
  await using file = await open(archive);
  return await readFrom(await ZipSource.ofFile(file), visitor);
}

async function readFrom(source: ZipSource, visitor: ArchiveVisitor): Promise<ArchiveSummary> {
  try {
    const zip = await fromRandomAccessReaderPromise(source, source.sizeBytes, { lazyEntries: true, autoClose: false });
    return await visitEntries({ zip, source, visitor, shape: new TreeShape(), size: { bytes: 0 } });
  } catch (error) {
    if (error instanceof Fault || isHostError(error)) throw error;
    throw cannotUnzip(error);
  }
}

/** For visitors that do not want a file's content: an entry has to be read before the next one comes. */
export async function readToEnd(content: FileContent): Promise<void> {
  if (Buffer.isBuffer(content)) return;
  const chunks = content[Symbol.asyncIterator]();
  let done: boolean | undefined = false;
  while (done !== true) ({ done } = await chunks.next());
}

interface Visit {
  readonly zip: ZipFile;
  readonly source: ZipSource;
  readonly visitor: ArchiveVisitor;
  readonly shape: TreeShape;
  readonly size: UnzippedSize;
}

/** Over the whole archive. */
interface UnzippedSize {
  bytes: number;
}

async function visitEntries(visit: Visit): Promise<ArchiveSummary> {
  let entries = 0;
  let turn = { entries: 0, bytes: 0 };
  for await (const entry of visit.zip.eachEntry()) {
    entries += 1;
    await visitEntry(entry, visit);
    if (entries - turn.entries < turnEntries && visit.size.bytes - turn.bytes < turnBytes) continue;
    turn = { entries, bytes: visit.size.bytes };
    await setImmediate();
  }
  if (entries === 0) throw emptyArchive();
  return { unzippedBytes: visit.size.bytes };
}

async function visitEntry(entry: Entry, visit: Visit): Promise<void> {
  const { kind, executable } = modeOf(entry);
  const path = visit.shape.add(entry.fileName, kind);
  if (path === undefined) return;
  if (kind === "directory") {
    await visit.visitor.directory(path);
    return;
  }
  const content = await contentOf(entry, visit);
  if (kind === "file") {
    await visit.visitor.file(path, executable, content);
    return;
  }
  const target = readTarget(content);
  if (!staysInside(path, target)) throw badEntry(`link leads out: ${path}`);
  await visit.visitor.symlink(path, target);
}

async function contentOf(entry: Entry, { zip, source, size }: Visit): Promise<FileContent> {
  if (entry.isEncrypted()) throw badEntry(`encrypted: ${entry.fileName}`);
  const packed = entry.compressionMethod === deflated;
  if (!packed && entry.compressionMethod !== stored) throw badEntry(`method ${entry.compressionMethod} of ${entry.fileName}`);
  // A claim that is too small shows later; one that is too large needs no inflating.
  if (size.bytes + entry.uncompressedSize > mostUnzippedBytes) throw unzippedTooLarge();
  const { fileDataStart: start } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const end = start + entry.compressedSize;
  if (entry.compressedSize > smallBytes || entry.uncompressedSize > smallBytes) {
    const chunks = source.chunks(start, end);
    return counted(packed ? inflated(chunks) : chunks, entry, size);
  }
  const bytes = await source.bytes(start, entry.compressedSize);
  return checked(packed ? inflateSmall(bytes, entry) : bytes, entry, size);
}

/** APPNOTE.TXT 4.4.5. */
const stored = 0;
const deflated = 8;

const inflateSmall = (bytes: Buffer, { uncompressedSize }: Entry): Buffer =>
  // One more than claimed: what is larger than it says is seen, and goes no further. The least that zlib takes is 64.
  inflateRawSync(bytes, { maxOutputLength: uncompressedSize + 1, chunkSize: Math.max(64, uncompressedSize + 1) });

function checked(bytes: Buffer, entry: Entry, size: UnzippedSize): Buffer {
  count(bytes, size);
  requireAsClaimed(entry, bytes.length, crc32(bytes));
  return bytes;
}

async function* counted(chunks: AsyncIterable<Buffer>, entry: Entry, size: UnzippedSize): AsyncIterable<Buffer> {
  const before = size.bytes;
  let sum = 0;
  for await (const chunk of chunks) {
    count(chunk, size);
    if (size.bytes - before > entry.uncompressedSize) break;
    sum = crc32(chunk, sum);
    yield chunk;
  }
  requireAsClaimed(entry, size.bytes - before, sum);
}

async function* inflated(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const inflate = createInflateRaw({ chunkSize: turnBytes });
  const source = Readable.from(chunks);
  source.once("error", (error) => void inflate.destroy(error));
  try {
    yield* source.pipe(inflate);
  } finally {
    source.destroy();
  }
}

function count(bytes: Buffer, size: UnzippedSize): void {
  size.bytes += bytes.length;
  if (size.bytes > mostUnzippedBytes) throw unzippedTooLarge();
}

function requireAsClaimed(entry: Entry, bytes: number, sum: number): void {
  if (bytes !== entry.uncompressedSize) throw badEntry(`size of ${entry.fileName}`);
  if (sum !== entry.crc32) throw badEntry(`checksum of ${entry.fileName}`);
}

function readTarget(content: FileContent): string {
  // PATH_MAX of Linux, which no entry that is streamed stays below.
  if (!Buffer.isBuffer(content) || content.length > 4096) throw badEntry("a link's target is too long");
  return content.toString("utf8");
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
