// Reads one pipe of a sandbox: the event loop brings bytes as they come, and `drain` takes at once what lies there.
// Both deliver on this thread to one listener, so bytes stay in order. A writer that outruns the listener fills the
// pipe and blocks: nothing is kept here.
import { closeSync } from "node:fs";
import { Socket } from "node:net";
import type { Syscalls } from "./syscalls.ts";

/** Most that a pipe holds when an unprivileged writer has enlarged it (/proc/sys/fs/pipe-max-size). */
const largestPipeBytes = 1024 * 1024;

/** Drains all of them, of one process, with one look at all first. */
export function drainTogether(readers: readonly PipeReader[], syscalls: Syscalls): () => void {
  const isAnyReadable = syscalls.readable(readers.map(({ fd }) => fd));
  return () => {
    // The number of one that was closed may be another file's by now; `drain` knows.
    if (isAnyReadable()) for (const reader of readers) reader.drain();
  };
}

export class PipeReader {
  readonly fd: number;
  readonly #syscalls: Syscalls;
  #socket: Socket | undefined;
  #listener: (bytes: Buffer) => void = () => undefined;
  #onEnd: () => void = () => undefined;
  #closed = false;

  /** Takes over the descriptor: it is closed at the end of the stream or by `close`. */
  constructor(fd: number, syscalls: Syscalls) {
    this.fd = fd;
    this.#syscalls = syscalls;
    syscalls.setNonBlocking(fd);
  }

  /** Nothing is read before this, so nothing is lost. Once. */
  onBytes(listener: (bytes: Buffer) => void): void {
    if (this.#closed) return;
    this.#listener = listener;
    this.#socket = new Socket({
      fd: this.fd,
      readable: true,
      writable: false,
      onread: {
        buffer: this.#syscalls.readBuffer,
        // Listeners keep what they get.
        callback: (count, buffer) => {
          listener(Buffer.from(buffer.subarray(0, count)));
          return true;
        },
      },
    });
    this.#socket.on("error", () => this.close());
    this.#socket.on("close", () => this.#end());
    this.#socket.resume();
  }

  /** Leaves what comes in the pipe, until `resume`; only `drain` still takes it. */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    if (this.#socket?.destroyed === false) this.#socket.resume();
  }

  /** Called once, when every writer has closed its end or `close` was called. */
  onEnd(listener: () => void): void {
    this.#onEnd = listener;
  }

  /** Delivers what was written before the call. Ends also against a writer that never stops. */
  drain(): void {
    if (this.#socket === undefined) return;
    const { readBuffer } = this.#syscalls;
    let leftBytes = largestPipeBytes;
    while (leftBytes > 0 && !this.#socket.destroyed) {
      const count = this.#syscalls.read(this.fd, readBuffer);
      if (count === undefined || count === 0) return;
      leftBytes -= count;
      this.#listener(Buffer.from(readBuffer.subarray(0, count)));
    }
  }

  close(): void {
    if (this.#socket !== undefined) {
      this.#socket.destroy();
    } else if (!this.#closed) {
      this.#end();
      closeSync(this.fd);
    }
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onEnd();
  }
}
