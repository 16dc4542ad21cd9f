// What a process writes that runs already when nobody is there yet to hear it: kept until somebody is.

/** A pipe of a sandbox's process, as far as it is listened to. */
export interface Source {
  onBytes(listener: (bytes: Buffer) => void): void;
}

/** Until `forget`: enough to see why a boot fails. What a process that runs wild writes beyond is dropped. */
const mostBytes = 64 * 1024;

export class LateStream {
  #kept: Buffer[] = [];
  #roomBytes = mostBytes;
  #listener: (bytes: Buffer) => void = (bytes) => this.#keep(bytes);

  constructor(source: Source) {
    source.onBytes((bytes) => this.#listener(bytes));
  }

  /** Calls it once, with what comes first; that is not kept. */
  onFirst(listener: (bytes: Buffer) => void): void {
    this.#listener = (bytes) => {
      this.#listener = (more) => this.#keep(more);
      listener(bytes);
    };
  }

  /** Gives what is kept, and from now on what comes. */
  onBytes(listener: (bytes: Buffer) => void): void {
    this.#listener = listener;
    for (const bytes of this.#kept.splice(0)) listener(bytes);
  }

  /** Lets go of what has come; all that comes afterwards is kept. */
  forget(): void {
    this.#kept = [];
    this.#roomBytes = Infinity;
  }

  /** What is kept, as text. */
  kept(): string {
    return Buffer.concat(this.#kept).toString();
  }

  #keep(bytes: Buffer): void {
    if (this.#roomBytes < bytes.length) return;
    this.#kept.push(bytes);
    this.#roomBytes -= bytes.length;
  }
}
