// Cuts the bytes of a guest into frames (guest/PROTOCOL.md). Whatever else it may be, a guest is hostile: lengths are
// bounded before anything is kept, and the first mistake is the last.
import { brokenFrame } from "../faults.ts";

export const frameType = {
  invoke: 1,
  release: 2,
  variables: 3,
  next: 16,
  response: 17,
  error: 18,
  initError: 19,
  responseBegin: 20,
  chunk: 21,
  responseEnd: 22,
  /** Said before there is an environment, and so refused by what reads for one. */
  booted: 23,
} as const;

export const headerBytes = 9;

/** Longer bodies end the environment. */
const longestBodyBytes = 64 * 1024 * 1024;
/** An X-Ray cause may have a megabyte. */
const longestMetaBytes = 2 * 1024 * 1024;

export interface Frame {
  readonly type: number;
  readonly meta: Buffer;
  /** Undefined when longer than the reader keeps. */
  readonly body: Buffer | undefined;
}

export interface FrameReceiver {
  frame(frame: Frame): void;
  /** Bytes of a chunk as they come: of a large one in several pieces. */
  chunk(bytes: Buffer): void;
}

export class FrameReader {
  readonly #keepBodyBytes: number;
  readonly #receiver: FrameReceiver;
  readonly #header = Buffer.alloc(headerBytes);
  #headerFill = 0;
  /** A frame that did not arrive in one piece; allocated once its length is known, so that drips cost nothing. */
  #frame: Buffer | undefined;
  #frameFill = 0;
  /** What of a body that is too long to keep has still to come. */
  #skipBytes = 0;
  #skipped: Frame | undefined;
  /** What of a chunk has still to come; it is handed on and not kept. */
  #chunkBytes = 0;

  constructor(keepBodyBytes: number, receiver: FrameReceiver) {
    this.#keepBodyBytes = keepBodyBytes;
    this.#receiver = receiver;
  }

  /** Throws the fault BrokenFrame; nothing may be pushed after it. */
  push(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#chunkBytes > 0) at += this.#handOn(bytes, at);
      else if (this.#skipped !== undefined) at += this.#skip(bytes.length - at, this.#skipped);
      else if (this.#frame !== undefined) at += this.#fill(bytes, at, this.#frame);
      else at += this.#begin(bytes, at);
    }
  }

  /** Each step returns how many bytes it has used. */
  #begin(bytes: Buffer, at: number): number {
    if (this.#headerFill === 0 && bytes.length - at >= headerBytes) {
      const length = keptBytes(bytes, at, this.#keepBodyBytes);
      if (bytes.length - at >= length) {
        this.#emit(bytes.subarray(at, at + length));
        return length;
      }
    }
    const taken = bytes.copy(this.#header, this.#headerFill, at);
    this.#headerFill += taken;
    if (this.#headerFill < headerBytes) return taken;
    this.#headerFill = 0;
    const frame = Buffer.allocUnsafe(keptBytes(this.#header, 0, this.#keepBodyBytes));
    this.#header.copy(frame);
    if (frame.length === headerBytes) this.#emit(frame);
    else this.#frame = frame;
    this.#frameFill = headerBytes;
    return taken;
  }

  #fill(bytes: Buffer, at: number, frame: Buffer): number {
    const taken = bytes.copy(frame, this.#frameFill, at);
    this.#frameFill += taken;
    if (this.#frameFill === frame.length) {
      this.#frame = undefined;
      this.#emit(frame);
    }
    return taken;
  }

  #emit(bytes: Buffer): void {
    const type = bytes.readUInt8(0);
    const metaEnd = headerBytes + bytes.readUInt32BE(1);
    const bodyLength = bytes.readUInt32BE(5);
    if (type === frameType.chunk) {
      this.#chunkBytes = bodyLength;
      return;
    }
    const meta = bytes.subarray(headerBytes, metaEnd);
    if (bodyLength <= this.#keepBodyBytes) {
      this.#receiver.frame({ type, meta, body: bytes.subarray(metaEnd) });
      return;
    }
    this.#skipBytes = bodyLength;
    this.#skipped = { type, meta, body: undefined };
  }

  #handOn(bytes: Buffer, at: number): number {
    const piece = bytes.subarray(at, at + this.#chunkBytes);
    this.#chunkBytes -= piece.length;
    this.#receiver.chunk(piece);
    return piece.length;
  }

  #skip(available: number, frame: Frame): number {
    const taken = Math.min(available, this.#skipBytes);
    this.#skipBytes -= taken;
    if (this.#skipBytes === 0) {
      this.#skipped = undefined;
      this.#receiver.frame(frame);
    }
    return taken;
  }
}

/** Length of the frame that begins here, less a body that will not be kept. Throws when the header is broken. */
function keptBytes(bytes: Buffer, at: number, keepBodyBytes: number): number {
  const type = bytes.readUInt8(at);
  if (type < frameType.next || type > frameType.responseEnd) throw brokenFrame(`unknown frame type ${type}`);
  const metaLength = bytes.readUInt32BE(at + 1);
  const bodyLength = bytes.readUInt32BE(at + 5);
  // Chunks are not kept, so that only the limit of the whole response bounds them.
  if (type === frameType.chunk && metaLength === 0) return headerBytes;
  if (metaLength > longestMetaBytes) throw brokenFrame(`meta of ${metaLength} bytes`);
  if (type === frameType.chunk) throw brokenFrame("a chunk with meta");
  if (bodyLength > longestBodyBytes) throw brokenFrame(`body of ${bodyLength} bytes`);
  return headerBytes + metaLength + (bodyLength > keepBodyBytes ? 0 : bodyLength);
}
