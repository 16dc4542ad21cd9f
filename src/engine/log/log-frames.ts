// Cuts what runtime clients write to the log descriptor into messages: whole ones, whatever newlines they have. A guest
// is hostile: nothing is kept beyond the longest event, and from what is no frame on all of it is plain text.
//
// A frame is a big-endian header and the message: u32 type, u32 length and, but for the first kind, i64 microseconds
// since the epoch. The type's last byte holds the kind in two bits and the level above them.
import { applicationLogLevels as logLevels, type ApplicationLogLevel } from "../../functions/logging.ts";
import { longestLineBytes } from "./line-splitter.ts";

export interface FramedMessage {
  /** Without the newline that clients end it with. */
  readonly text: string;
  readonly level: ApplicationLogLevel | undefined;
  /** Unix epoch milliseconds, as the guest says; undefined: it does not. */
  readonly timeMs: number | undefined;
}

/** What may listen: messages, and the bytes from where there are no more frames. */
export interface LogFrameListener {
  message(message: FramedMessage): void;
  unframed(bytes: Buffer): void;
}

const frameMark = 0xa55a_0000;
/** Of old clients: no time, no level. */
const untimedKind = 1;
/** Text, and JSON. */
const timedKinds: ReadonlySet<number> = new Set([2, 3]);

const untimedHeaderBytes = 8;
const timedHeaderBytes = 16;

interface Open extends Omit<FramedMessage, "text"> {
  /** What of the message has still to come. */
  leftBytes: number;
  /** A message that did not arrive in one piece; allocated once, so that drips cost nothing. */
  held: Buffer | undefined;
  heldBytes: number;
}

export class LogFrameReader {
  readonly #listener: LogFrameListener;
  #header: Buffer = Buffer.alloc(0);
  #open: Open | undefined;
  #isBroken = false;

  constructor(listener: LogFrameListener) {
    this.#listener = listener;
  }

  push(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0 && !this.#isBroken) rest = this.#open === undefined ? this.#begin(rest) : this.#fill(rest, this.#open);
    if (rest.length > 0) this.#listener.unframed(rest);
  }

  /** Nothing more comes: a message that was cut off is told of as far as it came. */
  end(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open?.held !== undefined) this.#emitHeld(open, open.held);
  }

  /** Both steps return what they have not used. */
  #begin(bytes: Buffer): Buffer {
    const known = this.#header.length === 0 ? bytes : Buffer.concat([this.#header, bytes]);
    this.#header = Buffer.alloc(0);
    if (known.length < untimedHeaderBytes) return this.#keepHeader(known);
    const type = known.readUInt32BE(0);
    const kind = type & 0b11;
    const isTimed = timedKinds.has(kind);
    const level = (type & 0xff) >> 2;
    if (((type & 0xffffff00) >>> 0) !== frameMark || !(isTimed || kind === untimedKind) || level > logLevels.length) {
      this.#isBroken = true;
      return known;
    }
    const headerBytes = isTimed ? timedHeaderBytes : untimedHeaderBytes;
    if (known.length < headerBytes) return this.#keepHeader(known);
    const timeMs = isTimed ? Math.floor(Number(known.readBigInt64BE(8)) / 1000) : undefined;
    this.#open = { level: logLevels[level - 1], timeMs, leftBytes: known.readUInt32BE(4), held: undefined, heldBytes: 0 };
    return known.subarray(headerBytes);
  }

  #keepHeader(bytes: Buffer): Buffer {
    this.#header = bytes;
    return Buffer.alloc(0);
  }

  /** A message longer than any event is told of in pieces. */
  #fill(bytes: Buffer, open: Open): Buffer {
    const wantedBytes = Math.min(open.leftBytes, longestLineBytes - open.heldBytes);
    const taken = bytes.subarray(0, wantedBytes);
    open.leftBytes -= taken.length;
    if (open.leftBytes === 0) this.#open = undefined;
    if (open.held === undefined && taken.length === wantedBytes) {
      this.#emit(open, taken);
    } else {
      open.held ??= Buffer.allocUnsafe(wantedBytes);
      open.heldBytes += taken.copy(open.held, open.heldBytes);
      if (taken.length === wantedBytes) this.#emitHeld(open, open.held);
    }
    return bytes.subarray(taken.length);
  }

  #emitHeld(open: Open, held: Buffer): void {
    const { heldBytes } = open;
    open.held = undefined;
    open.heldBytes = 0;
    this.#emit(open, held.subarray(0, heldBytes));
  }

  #emit({ level, timeMs }: Open, bytes: Buffer): void {
    const text = bytes.toString("utf8");
    if (text !== "") this.#listener.message({ text: text.endsWith("\n") ? text.slice(0, -1) : text, level, timeMs });
  }
}
