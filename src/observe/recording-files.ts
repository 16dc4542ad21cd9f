// Keeps recordings as files, one an invoke, in a folder of each function: readable by the owner only, since events hold
// what callers sent. The oldest go when there are too many.
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatRecording, type Recording } from "../core/recording.ts";

/** Of one function. */
export interface RecordingScope {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

/** Of one function; whichever is reached first. */
const defaultBounds = { files: 1000, bytes: 256 * 1024 * 1024 };

export class RecordingFiles {
  readonly #directory: string;
  readonly #bounds: typeof defaultBounds;
  /** Writes of a function, one after the other. */
  readonly #writing = new Map<string, Promise<unknown>>();
  /** Sizes of the files of a folder by their names, once something was written there: to ask for them costs more than to write. */
  readonly #kept = new Map<string, Map<string, number>>();

  constructor(directory: string, bounds = defaultBounds) {
    this.#directory = directory;
    this.#bounds = bounds;
  }

  /** Path of the file. One of the same time and request is replaced. */
  keep(scope: RecordingScope, recording: Recording): Promise<string> {
    const folder = this.#folderOf(scope);
    const before = this.#writing.get(folder) ?? Promise.resolve();
    const written = before.catch(() => undefined).then(() => this.#write(folder, recording));
    this.#writing.set(folder, written);
    const forget = (): void => {
      if (this.#writing.get(folder) === written) this.#writing.delete(folder);
    };
    written.then(forget, forget);
    return written;
  }

  /** Texts of the last ones, oldest first. */
  async last(scope: RecordingScope, count: number): Promise<readonly string[]> {
    const folder = this.#folderOf(scope);
    await this.#writing.get(folder)?.catch(() => undefined);
    const names = (await namesIn(folder)).slice(-count);
    return Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  }

  async #write(folder: string, recording: Recording): Promise<string> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const kept = this.#kept.get(folder) ?? (await sizesIn(folder));
    this.#kept.set(folder, kept);
    // In the order of time.
    const name = `${recording.recordedAt.replaceAll(/[:.]/g, "-")}-${recording.requestId}.json`;
    const path = join(folder, name);
    const bytes = Buffer.from(formatRecording(recording));
    await writeFile(`${path}.new`, bytes, { mode: 0o600 });
    await rename(`${path}.new`, path);
    kept.set(name, bytes.length);
    await removeOldest(folder, kept, this.#bounds);
    return path;
  }

  #folderOf({ account, region, name }: RecordingScope): string {
    return join(this.#directory, account, region, name);
  }
}

async function removeOldest(folder: string, kept: Map<string, number>, most: typeof defaultBounds): Promise<void> {
  let bytes = 0;
  for (const size of kept.values()) bytes += size;
  if (kept.size <= most.files && bytes <= most.bytes) return;
  for (const name of [...kept.keys()].sort()) {
    if (kept.size <= most.files && bytes <= most.bytes) return;
    // Its owner may have removed it.
    await rm(join(folder, name), { force: true });
    bytes -= kept.get(name) ?? 0;
    kept.delete(name);
  }
}

async function sizesIn(folder: string): Promise<Map<string, number>> {
  const names = await namesIn(folder);
  return new Map(await Promise.all(names.map(async (name) => [name, (await stat(join(folder, name))).size] as const)));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
