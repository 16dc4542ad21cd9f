// Where the signature lies in a signed zip: it is the last entry, and taking it away gives back, byte for byte, the zip
// that was signed. So a signature covers every byte of a package, whatever a reader of zips makes of them: nothing can
// be added, removed, altered, renamed, moved or hidden. Layout by APPNOTE.TXT 4.3; the zip is never in memory as a whole.
import { createHash } from "node:crypto";
import { copyFile, open, type FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";

/** Path of the entry. Functions see it among their files, as on AWS they see that of AWS Signer. */
export const signaturePath = "META-INF/lambent-signature.jws";

const nameBytes = Buffer.from(signaturePath);
/** A signature has the same few claims whatever is in the zip. */
const longestSignatureBytes = 8192;
const endBytes = 22;
const chunkBytes = 1024 * 1024;
const localBytes = 30 + nameBytes.length;
const recordBytes = 46 + nameBytes.length;
/** What two and four bytes cannot hold, or hold as a sign that the zip is a zip64. */
const [entryLimit, offsetLimit] = [0xffff, 0xffff_ffff];

/** A zip up to its central directory is `offset` bytes; this is the rest. */
interface ZipEnd {
  readonly offset: number;
  readonly directory: Buffer;
  readonly entries: number;
}

export interface SignedZip {
  readonly signature: string;
  /** SHA-384 of the zip before it was signed. */
  readonly digest: Buffer;
}

/** SHA-384 of a zip that is to be signed; undefined when it cannot be: not a zip, empty, a zip64, or with a comment. */
export async function digestZip(path: string): Promise<Buffer | undefined> {
  await using file = await open(path, "r");
  const end = await readEnd(file);
  return end === undefined || end.offset === 0 || end.entries + 1 >= entryLimit ? undefined : digestOf(file, end);
}

/** Writes a copy of the zip at `path`, which digestZip has accepted, with the signature in it. */
export async function attachSignature(path: string, signature: string, target: string): Promise<void> {
  await copyFile(path, target);
  await using file = await open(target, "r+");
  const end = await readEnd(file);
  if (end === undefined) throw new TypeError(`${path} is not a zip that can be signed`);
  const tail = signedTail(end, signature);
  await file.truncate(end.offset);
  await file.write(tail, 0, tail.length, end.offset);
  await file.sync();
}

/** Undefined unless the zip is exactly what attachSignature makes of some zip and signature. */
export async function readSignedZip(path: string): Promise<SignedZip | undefined> {
  await using file = await open(path, "r");
  const signed = await readEnd(file);
  if (signed === undefined || signed.entries === 0 || signed.directory.length < recordBytes) return undefined;
  const record = signed.directory.subarray(-recordBytes);
  const offset = record.readUInt32LE(42);
  const length = signed.offset - offset - localBytes;
  if (offset === 0 || length < 0 || length > longestSignatureBytes) return undefined;
  const signature = (await readExactly(file, offset + localBytes, length))?.toString("latin1");
  if (signature === undefined) return undefined;
  const end = { offset, directory: signed.directory.subarray(0, -recordBytes), entries: signed.entries - 1 };
  const tail = signedTail(end, signature);
  const found = await readExactly(file, offset, tail.length);
  if (found?.equals(tail) !== true || offset + tail.length !== (await file.stat()).size) return undefined;
  return { signature, digest: await digestOf(file, end) };
}

/** Undefined: not a zip, a zip64, or with anything between its parts or behind them. */
async function readEnd(file: FileHandle): Promise<ZipEnd | undefined> {
  const { size } = await file.stat();
  const last = await readExactly(file, size - endBytes, endBytes);
  if (last === undefined) return undefined;
  const [entries, length, offset] = [last.readUInt16LE(10), last.readUInt32LE(12), last.readUInt32LE(16)];
  if (offset + length !== size - endBytes || !last.equals(endOf(entries, length, offset))) return undefined;
  const directory = await readExactly(file, offset, length);
  return directory === undefined ? undefined : { offset, directory, entries };
}

/** Undefined when the file does not have them. */
async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer | undefined> {
  if (position < 0) return undefined;
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return bytesRead === length ? buffer : undefined;
}

async function digestOf(file: FileHandle, { offset, directory, entries }: ZipEnd): Promise<Buffer> {
  const hash = createHash("sha384");
  const chunk = Buffer.alloc(Math.min(chunkBytes, offset));
  for (let position = 0; position < offset; ) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, offset - position), position);
    if (bytesRead === 0) throw new RangeError("the zip was cut while it was read");
    hash.update(chunk.subarray(0, bytesRead));
    position += bytesRead;
  }
  return hash.update(directory).update(endOf(entries, directory.length, offset)).digest();
}

/** All that follows `offset` in the signed zip: the signature's entry, the central directory and its end. */
function signedTail({ offset, directory, entries }: ZipEnd, signature: string): Buffer {
  const content = Buffer.from(signature, "latin1");
  const local = Buffer.alloc(30);
  local.write("PK\x03\x04");
  writeEntry(local, 4, content);
  const record = Buffer.alloc(46);
  record.write("PK\x01\x02");
  // Made on Unix, with the mode of a plain file in the upper half of the external attributes.
  record.writeUInt16LE((3 << 8) | 20, 4);
  writeEntry(record, 6, content);
  record.writeUInt32LE(0o100644 * 0x1_0000, 38);
  record.writeUInt32LE(offset, 42);
  const start = offset + localBytes + content.length;
  const end = endOf(entries + 1, directory.length + recordBytes, start);
  return Buffer.concat([local, nameBytes, content, directory, record, nameBytes, end]);
}

/** What local header and central record share: stored, not compressed, of 1 January 1980. */
function writeEntry(header: Buffer, at: number, content: Buffer): void {
  header.writeUInt16LE(20, at);
  header.writeUInt16LE(0x21, at + 8);
  header.writeUInt32LE(crc32(content), at + 10);
  header.writeUInt32LE(content.length, at + 14);
  header.writeUInt32LE(content.length, at + 18);
  header.writeUInt16LE(nameBytes.length, at + 22);
}

/** Zeros, which is no end of a zip, where the numbers are those of a zip64. */
function endOf(entries: number, length: number, offset: number): Buffer {
  const end = Buffer.alloc(endBytes);
  if (entries >= entryLimit || length >= offsetLimit || offset >= offsetLimit) return end;
  end.write("PK\x05\x06");
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(length, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
