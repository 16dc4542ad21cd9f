// Blobs as files `ab/cdef…` under one folder. A file appears under its name whole and synced, or not at all.
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, unlink, utimes, type FileHandle } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Clock } from "../core/clock.ts";
import type { BlobRef, Blobs } from "./blob.ts";
import { blobTooLarge, storeClosed, storeDiskFailed, storeDiskFull } from "./faults.ts";

export interface BlobFilesOptions {
  readonly directory: string;
  readonly clock: Clock;
  /** False: nothing is synced, for a store that keeps nothing. */
  readonly durable: boolean;
}

const temporary = "tmp";
const sha256Pattern = /^[0-9a-f]{64}$/;
const chunkBytes = 256 * 1024;
/** How long a blob that was put is safe from `collect` although no live document names it yet. */
const graceMs = 3_600_000;

export class BlobFiles implements Blobs {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #durable: boolean;
  #temporaries = 0;
  // INVARIANT: a blob is being put, by so many, or being removed, never both: a put waits for the removal to end, a
  // collection passes over what is being put.
  readonly #puts = new Map<string, number>();
  readonly #removals = new Map<string, Promise<boolean>>();
  readonly #folders = new Map<string, Promise<void>>();
  #closed = false;

  private constructor(options: BlobFilesOptions) {
    this.#directory = resolve(options.directory);
    this.#clock = options.clock;
    this.#durable = options.durable;
  }

  /** Removes what crashed writes left. Nobody else may use the folder. */
  static async open(options: BlobFilesOptions): Promise<BlobFiles> {
    const blobs = new BlobFiles(options);
    const leftovers = join(blobs.#directory, temporary);
    await rm(leftovers, { recursive: true, force: true });
    await mkdir(leftovers, { recursive: true });
    // The folder itself may be new.
    await blobs.#syncFolder(dirname(blobs.#directory));
    return blobs;
  }

  async put(content: AsyncIterable<Uint8Array> | Uint8Array, options: { readonly maxBytes?: number } = {}): Promise<BlobRef> {
    if (this.#closed) throw storeClosed(this.#directory);
    const maxBytes = options.maxBytes ?? Infinity;
    let known: string | undefined;
    if (content instanceof Uint8Array) {
      if (content.byteLength > maxBytes) throw blobTooLarge(maxBytes);
      known = createHash("sha256").update(content).digest("hex");
      if (await this.keep(known)) return { sha256: known, sizeBytes: content.byteLength };
    }
    this.#temporaries += 1;
    const file = join(this.#directory, temporary, String(this.#temporaries));
    try {
      const ref = await this.#writeTemporary(file, content, { maxBytes, known });
      await this.#whileNotRemoved(ref.sha256, async () => {
        if (await this.#keep(ref.sha256)) await unlink(file);
        else await this.#publish(file, ref.sha256);
      });
      return ref;
    } catch (error) {
      await rm(file, { force: true });
      throw this.#explained(error);
    }
  }

  async keep(sha256: string): Promise<boolean> {
    if (!sha256Pattern.test(sha256)) return false;
    return this.#whileNotRemoved(sha256, () => this.#keep(sha256));
  }

  async open(sha256: string, range?: { readonly start: number; readonly end: number }): Promise<AsyncIterable<Uint8Array> | undefined> {
    const path = await this.path(sha256);
    return path === undefined ? undefined : readChunks(path, range ?? { start: 0, end: Infinity });
  }

  async path(sha256: string): Promise<string | undefined> {
    if (!sha256Pattern.test(sha256)) return undefined;
    const path = this.#pathOf(sha256);
    return (await isFound(stat(path))) ? path : undefined;
  }

  async collect(live: ReadonlySet<string>): Promise<number> {
    let removed = 0;
    for (const folder of await readdir(this.#directory)) {
      if (folder.length !== 2) continue;
      for (const rest of await readdir(join(this.#directory, folder))) {
        const sha256 = folder + rest;
        if (!sha256Pattern.test(sha256) || live.has(sha256) || this.#puts.has(sha256)) continue;
        if (await this.#removeWhenOld(sha256)) removed += 1;
      }
    }
    return removed;
  }

  /** Refuses further puts. */
  close(): void {
    this.#closed = true;
  }

  /** `known`: its hash, where it was asked for before. */
  async #writeTemporary(
    file: string,
    content: AsyncIterable<Uint8Array> | Uint8Array,
    { maxBytes, known }: { readonly maxBytes: number; readonly known: string | undefined },
  ): Promise<BlobRef> {
    const hash = createHash("sha256");
    let sizeBytes = 0;
    const handle = await open(file, "wx", 0o600);
    try {
      for await (const chunk of content instanceof Uint8Array ? [content] : content) {
        sizeBytes += chunk.byteLength;
        if (sizeBytes > maxBytes) throw blobTooLarge(maxBytes);
        if (known === undefined) hash.update(chunk);
        await writeWhole(handle, chunk);
      }
      // The age of a blob is told by our clock, which may not be the disk's.
      const now = new Date(this.#clock.now());
      await handle.utimes(now, now);
      if (this.#durable) await handle.sync();
    } finally {
      await handle.close();
    }
    return { sha256: known ?? hash.digest("hex"), sizeBytes };
  }

  async #whileNotRemoved<Result>(sha256: string, put: () => Promise<Result>): Promise<Result> {
    this.#puts.set(sha256, (this.#puts.get(sha256) ?? 0) + 1);
    try {
      await this.#removals.get(sha256);
      return await put();
    } finally {
      const others = (this.#puts.get(sha256) ?? 1) - 1;
      if (others === 0) this.#puts.delete(sha256);
      else this.#puts.set(sha256, others);
    }
  }

  /** True when the blob is there for good; its grace time begins anew. */
  async #keep(sha256: string): Promise<boolean> {
    const now = new Date(this.#clock.now());
    if (!(await isFound(utimes(this.#pathOf(sha256), now, now)))) return false;
    // Another put may have renamed it a moment ago and not have synced the folder yet.
    await this.#syncFolderOf(sha256);
    return true;
  }

  async #publish(file: string, sha256: string): Promise<void> {
    await this.#makeFolder(sha256.slice(0, 2));
    await rename(file, this.#pathOf(sha256));
    await this.#syncFolderOf(sha256);
  }

  #makeFolder(prefix: string): Promise<void> {
    const made = this.#folders.get(prefix);
    if (made !== undefined) return made;
    const making = mkdir(join(this.#directory, prefix), { recursive: true }).then(() => this.#syncFolder(this.#directory));
    this.#folders.set(prefix, making);
    // One that failed is tried again by the next put; this one is told by `making`.
    making.catch(() => this.#folders.delete(prefix));
    return making;
  }

  async #removeWhenOld(sha256: string): Promise<boolean> {
    const removal = this.#unlinkWhenOld(this.#pathOf(sha256));
    this.#removals.set(sha256, removal);
    try {
      return await removal;
    } finally {
      this.#removals.delete(sha256);
    }
  }

  async #unlinkWhenOld(path: string): Promise<boolean> {
    const { mtimeMs } = await stat(path);
    if (Math.round(mtimeMs) + graceMs > this.#clock.now()) return false;
    await unlink(path);
    return true;
  }

  #syncFolderOf(sha256: string): Promise<void> {
    return this.#syncFolder(join(this.#directory, sha256.slice(0, 2)));
  }

  async #syncFolder(folder: string): Promise<void> {
    if (!this.#durable) return;
    const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  #pathOf(sha256: string): string {
    return join(this.#directory, sha256.slice(0, 2), sha256.slice(2));
  }

  #explained(error: unknown): unknown {
    const code = codeOf(error);
    if (code === "ENOSPC" || code === "EDQUOT") return storeDiskFull(this.#directory, error);
    if (code === "EIO" || code === "EROFS" || code === "EACCES") return storeDiskFailed(this.#directory, error);
    return error;
  }
}

async function* readChunks(path: string, range: { readonly start: number; readonly end: number }): AsyncGenerator<Uint8Array> {
  const handle = await open(path, "r");
  try {
    for (let position = range.start; position < range.end; ) {
      // A buffer for each chunk: the consumer may hold on to it.
      const { bytesRead, buffer } = await handle.read({ buffer: Buffer.allocUnsafe(Math.min(chunkBytes, range.end - position)), position });
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      position += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

/** A write may take less than it was given. */
async function writeWhole(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.byteLength; ) {
    const { bytesWritten } = await handle.write(chunk, offset);
    offset += bytesWritten;
  }
}

async function isFound(attempt: Promise<unknown>): Promise<boolean> {
  try {
    await attempt;
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);
