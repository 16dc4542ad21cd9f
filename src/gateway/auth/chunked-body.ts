// Takes the `aws-chunked` framing off a body, checking the signature of each chunk and of the trailer.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
import { createHash } from "node:crypto";
import { bodyCutOff } from "../faults.ts";
import { ByteReader } from "./byte-reader.ts";
import { isSameSecret } from "./credentials.ts";
import { chunkTooLarge, chunkTooSmall, malformedTrailer, signatureMismatch } from "./faults.ts";
import { type SigningScope, sha256OfNothing, signChunk, signTrailer } from "./signing.ts";

export interface ChunkedForm {
  /** Length of the data without its framing, as `x-amz-decoded-content-length` says; undefined when it does not. */
  readonly decodedBytes: number | undefined;
  /** Names that `x-amz-trailer` announced, in lower case. */
  readonly trailerNames: readonly string[];
  /** How chunks are signed; undefined: they are not, or nobody verifies. */
  readonly signing: { readonly scope: SigningScope; readonly seed: string } | undefined;
  /** Called at the end of the body, once a trailer. */
  onTrailer(name: string, value: string): void;
}

// A signed chunk is held until its signature is checked. The SDKs send 64 KiB to 1 MiB.
const largestSignedChunkBytes = 16 * 1024 * 1024;
// All but the last, says S3.
const smallestChunkBytes = 8192;
const longestLineBytes = 4096;

export async function* unframe(body: AsyncIterable<Uint8Array>, form: ChunkedForm): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(body);
  try {
    let previous = form.signing?.seed ?? "";
    let receivedBytes = 0;
    let lastBytes = smallestChunkBytes;
    for (;;) {
      const chunk = parseChunkHeader(await reader.line(longestLineBytes));
      if (chunk.sizeBytes > 0 && lastBytes < smallestChunkBytes) throw chunkTooSmall();
      lastBytes = chunk.sizeBytes;
      receivedBytes += chunk.sizeBytes;
      if (receivedBytes > (form.decodedBytes ?? Number.POSITIVE_INFINITY)) throw bodyCutOff();
      if (form.signing === undefined) {
        if (chunk.sizeBytes === 0) break;
        yield* readData(reader, chunk.sizeBytes);
      } else {
        const data = await readSigned(reader, chunk, form.signing.scope, previous);
        previous = chunk.signature;
        if (chunk.sizeBytes === 0) break;
        yield* data;
      }
      if ((await reader.line(0)) !== "") throw bodyCutOff();
    }
    await readTrailers(reader, form, previous);
    if (receivedBytes !== (form.decodedBytes ?? receivedBytes) || !(await reader.isAtEnd())) throw bodyCutOff();
  } finally {
    await reader.close();
  }
}

interface ChunkHeader {
  readonly sizeBytes: number;
  /** Empty when the chunk carries none. */
  readonly signature: string;
}

/** `HEX` or `HEX;chunk-signature=S`. */
function parseChunkHeader(line: string | undefined): ChunkHeader {
  const parts = /^([0-9A-Fa-f]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line ?? "");
  if (parts === null) throw bodyCutOff();
  return { sizeBytes: Number.parseInt(parts[1] ?? "", 16), signature: parts[2] ?? "" };
}

async function* readData(reader: ByteReader, sizeBytes: number): AsyncGenerator<Buffer> {
  for (let leftBytes = sizeBytes; leftBytes > 0; ) {
    const data = await reader.some(leftBytes);
    if (data === undefined) throw bodyCutOff();
    leftBytes -= data.byteLength;
    yield data;
  }
}

/** The chunk's data, released only when its signature is right. */
async function readSigned(
  reader: ByteReader,
  { sizeBytes, signature }: ChunkHeader,
  scope: SigningScope,
  previous: string,
): Promise<readonly Buffer[]> {
  if (sizeBytes > largestSignedChunkBytes) throw chunkTooLarge(largestSignedChunkBytes);
  const digest = createHash("sha256");
  const data: Buffer[] = [];
  for await (const part of readData(reader, sizeBytes)) {
    digest.update(part);
    data.push(part);
  }
  const chunkHash = sizeBytes === 0 ? sha256OfNothing : digest.digest("hex");
  if (!isSameSecret(signature, signChunk(scope, previous, chunkHash))) throw signatureMismatch();
  return data;
}

/** What follows the empty chunk: an empty line, or the announced trailers, their signature and an empty line. */
async function readTrailers(reader: ByteReader, form: ChunkedForm, previous: string): Promise<void> {
  const wanted = new Set(form.trailerNames);
  let signedText = "";
  let signature = "";
  for (;;) {
    // AWS's own example ends a trailer with `\n\r\n`.
    const line = (await reader.line(longestLineBytes))?.trim();
    if (line === undefined) throw bodyCutOff();
    if (line === "") break;
    const at = line.indexOf(":");
    const name = line.slice(0, Math.max(at, 0)).toLowerCase();
    const value = line.slice(at + 1).trim();
    if (name === "x-amz-trailer-signature") {
      signature = value;
      continue;
    }
    if (!wanted.delete(name)) throw malformedTrailer();
    signedText += `${name}:${value}\n`;
    form.onTrailer(name, value);
  }
  if (wanted.size > 0) throw malformedTrailer();
  if (form.signing === undefined || form.trailerNames.length === 0) return;
  if (!isSameSecret(signature, signTrailer(form.signing.scope, previous, signedText))) throw signatureMismatch();
}
