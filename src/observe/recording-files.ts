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
  /** Writes of a function, one after the other. */
  readonly #writing = new Map<string, Promise<unknown>>();

  readonly #bounds: typeof defaultBounds;

  constructor(directory: string, bounds = defaultBounds) {
    this.#directory = directory;
    this.#bounds = bounds;
  }

  /** Path of the file. One of the same time and request is replaced. */
  keep(scope: RecordingScope, recording: Recording): Promise<string> {
    const folder = this.#folderOf(scope);
    const before = this.#writing.get(folder) ?? Promise.resolve();
    const written = before.catch(() => undefined).then(() => write(folder, recording, this.#bounds));
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

  #folderOf({ account, region, name }: RecordingScope): string {
    return join(this.#directory, account, region, name);
  }
}

async function write(folder: string, recording: Recording, bounds: typeof defaultBounds): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // In the order of time.
  const path = join(folder, `${recording.recordedAt.replaceAll(/[:.]/g, "-")}-${recording.requestId}.json`);
  await writeFile(`${path}.new`, formatRecording(recording), { mode: 0o600 });
  await rename(`${path}.new`, path);
  await removeOldest(folder, bounds);
  return path;
}

async function removeOldest(folder: string, most: typeof defaultBounds): Promise<void> {
  const names = await namesIn(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  let [files, bytes] = [names.length, sizes.reduce((sum, size) => sum + size, 0)];
  for (const [index, name] of names.entries()) {
    if (files <= most.files && bytes <= most.bytes) return;
    await rm(join(folder, name));
    files -= 1;
    bytes -= sizes[index] ?? 0;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
