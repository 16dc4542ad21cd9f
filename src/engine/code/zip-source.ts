// The file under a zip, read ahead: directory, headers and small entries lie close together, and a read of the disk for
// each costs more than inflating it.
import type { FileHandle } from "node:fs/promises";
import { RandomAccessReader } from "yauzl";

const windowBytes = 512 * 1024;
/** One moves along the directory at the end of the archive, one along the entries. */
const windows = 2;

interface Window {
  readonly start: number;
  readonly bytes: Buffer;
}

export class ZipSource extends RandomAccessReader {
  readonly sizeBytes: number;
  readonly #file: FileHandle | undefined;
  /** The one used last comes first. */
  #windows: readonly Window[];

  private constructor(sizeBytes: number, file: FileHandle | undefined, whole: readonly Window[]) {
    super();
    this.sizeBytes = sizeBytes;
    this.#file = file;
    this.#windows = whole;
  }

  static ofBytes(bytes: Uint8Array): ZipSource {
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new ZipSource(bytes.byteLength, undefined, [{ start: 0, bytes: whole }]);
  }

  /** The file stays the caller's. */
  static async ofFile(file: FileHandle): Promise<ZipSource> {
    return new ZipSource((await file.stat()).size, file, []);
  }

  /** For yauzl: answers at once when the bytes are at hand. */
  override read(...[buffer, offset, length, position, done]: Parameters<RandomAccessReader["read"]>): void {
    const there = this.#within(position, length);
    if (there === undefined) {
      void this.#readInto(buffer.subarray(offset, offset + length), position, done);
      return;
    }
    there.copy(buffer, offset);
    done(null);
  }

  /** At most some hundred kilobytes at a time. */
  async bytes(position: number, length: number): Promise<Buffer> {
    const there = this.#within(position, length);
    if (there !== undefined) return there;
    const window = Buffer.allocUnsafe(Math.max(0, Math.min(Math.max(length, windowBytes), this.sizeBytes - position)));
    const bytesRead = (await this.#file?.read(window, 0, window.length, position))?.bytesRead ?? 0;
    if (bytesRead < length) throw new Error("the archive ends too early");
    this.#windows = [{ start: position, bytes: window.subarray(0, bytesRead) }, ...this.#windows.slice(0, windows - 1)];
    return window.subarray(0, length);
  }

  /** For entries too large to be read in one go. */
  async *chunks(start: number, end: number): AsyncGenerator<Buffer> {
    for (let at = start; at < end; at += windowBytes) yield await this.bytes(at, Math.min(windowBytes, end - at));
  }

  async #readInto(target: Buffer, position: number, done: (error: Error | null) => void): Promise<void> {
    let failure: Error | null = null;
    try {
      (await this.bytes(position, target.length)).copy(target);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
    done(failure);
  }

  #within(position: number, length: number): Buffer | undefined {
    const window = this.#windows.find(({ start, bytes }) => position >= start && position + length <= start + bytes.length);
    if (window === undefined) return undefined;
    if (window !== this.#windows[0]) this.#windows = [window, ...this.#windows.filter((other) => other !== window)];
    return window.bytes.subarray(position - window.start, position - window.start + length);
  }
}
