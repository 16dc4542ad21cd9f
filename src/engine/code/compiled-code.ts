// What a language compiles of a package ahead, so that cold starts need not: made once for a package and a version of its
// runtime by a process of ours that runs none of the package, kept beside the unpacked code, and shown to environments
// read-only: no function writes it. Whoever reads it checks that it fits the code, so what is stale or broken is passed over.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Ids } from "../../core/ids.ts";
import type { CodeReference } from "../../functions/function-version.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { CodeTrees } from "./code-trees.ts";

/** Of a runtime that it matters to; `compiler` is what makes it. */
export type CompilingRuntime = Pick<Runtime, "versionHash" | "compiler">;

export interface CompiledCodeParts {
  readonly trees: CodeTrees;
  readonly ids: Ids;
  /** It could not be made: functions run without. */
  readonly onFailed: (error: unknown) => void;
}

/** What was compiled of the tree at `path` is in this folder, for each version of a runtime; it goes with the tree. */
export const compiledFolder = (path: string): string => join(dirname(path), `compiled-${basename(path)}`);

const run = promisify(execFile);
const patienceMs = 60_000;
/** Smaller packages are compiled in less time than it takes to look for what was compiled of them. */
const leastBytes = 16 * 1024;

export class CompiledCode {
  readonly #parts: CompiledCodeParts;
  /** Folders that are being made, or could not be: a second time it would fail again. */
  readonly #asked = new Set<string>();
  readonly #ending = new AbortController();
  /** One at a time, behind everything else. */
  #last: Promise<void> = Promise.resolve();

  constructor(parts: CompiledCodeParts) {
    this.#parts = parts;
  }

  /** The folder, if it is there: it may have gone with its tree, which has come again since. `taskRoot` is held. */
  find({ versionHash, compiler }: CompilingRuntime, taskRoot: string): string | undefined {
    if (compiler === undefined) return undefined;
    const folder = folderOf(taskRoot, versionHash);
    return existsSync(folder) ? folder : undefined;
  }

  /** Has it made, unless it is there, was asked for before, or would save nothing. `code`: what is unpacked at `taskRoot`. */
  wish({ versionHash, compiler }: CompilingRuntime, taskRoot: string, { sha256, sizeBytes }: CodeReference): void {
    if (compiler === undefined || sizeBytes < leastBytes) return;
    const folder = folderOf(taskRoot, versionHash);
    if (this.#asked.has(folder) || existsSync(folder)) return;
    this.#asked.add(folder);
    this.#last = this.#last.then(() => this.#make(compiler, folder, sha256)).catch((error: unknown) => {
      if (!this.#ending.signal.aborted) this.#parts.onFailed(error);
    });
  }

  /** Resolves when nothing is being made. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** Ends what is being made. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#last;
  }

  async #make(compiler: NonNullable<Runtime["compiler"]>, folder: string, sha256: string): Promise<void> {
    if (this.#ending.signal.aborted) return;
    const tree = await this.#parts.trees.hold(sha256);
    const making = `${folder}-${this.#parts.ids.hex(8)}`;
    try {
      await mkdir(making, { recursive: true });
      const { program, args } = compiler({ tree: tree.path, into: making });
      await run(program, [...args], { cwd: "/", env: {}, timeout: patienceMs, killSignal: "SIGKILL", signal: this.#ending.signal });
      await chmod(making, 0o555);
      await rename(making, folder);
      this.#asked.delete(folder);
    } finally {
      await rm(making, { recursive: true, force: true });
      tree.release();
    }
  }
}

const folderOf = (taskRoot: string, versionHash: string): string => join(compiledFolder(taskRoot), versionHash.slice(0, 32));
