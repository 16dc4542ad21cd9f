// Runs a program under strace and replays what it wrote to disk: what would be left after a loss of power, when only
// what was synced is there.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";

export const hasStrace = spawnSync("strace", ["-V"]).status === 0;

export interface Call {
  readonly name: string;
  /** Path of the file that the first argument names, by descriptor or as text. */
  readonly path: string;
  /** Raw text of the arguments. */
  readonly args: string;
  readonly result: number;
}

const traced = "openat,mkdir,write,pwrite64,ftruncate,fsync,fdatasync,rename,unlink";

/** The calls of all threads, each at the moment it returned. `inject`: faults that strace makes. */
export function traceProgram(program: readonly string[], traceFile: string, inject: readonly string[] = []) {
  const options = ["-f", "-y", "-xx", "-s", "1000000", "-o", traceFile, "-e", `trace=${traced}`, ...inject.flatMap((fault) => ["-e", fault])];
  const run = spawnSync("strace", [...options, process.execPath, ...program], { encoding: "utf8" });
  return { calls: parseTrace(readFileSync(traceFile, "latin1")), stdout: run.stdout, stderr: run.stderr, status: run.status };
}

/** Lines are `PID name(args) = result`; a call that another thread's interrupts is in two pieces. */
function parseTrace(trace: string): Call[] {
  const unfinished = new Map<string, string>();
  const calls: Call[] = [];
  for (const line of trace.split("\n")) {
    const [, pid = "", rest = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const cut = rest.indexOf(" <unfinished ...>");
    if (cut !== -1) {
      unfinished.set(pid, rest.slice(0, cut));
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const whole = resumed === null ? rest : (unfinished.get(pid) ?? "") + resumed[1];
    const [, name, args = "", result] = /^(\w+)\((.*)\) += (-?\d+)/.exec(whole) ?? [];
    if (name !== undefined) calls.push({ name, args, path: pathOf(args), result: Number(result) });
  }
  return calls;
}

function pathOf(args: string): string {
  // A descriptor with its path, `7<\x2f…>` (AT_FDCWD in openat has one too), or a path as text.
  const text = /^(?:AT_FDCWD<[^>]*>, )?"([^"]*)"/.exec(args)?.[1] ?? /^\d+<([^>]*)>/.exec(args)?.[1] ?? "";
  return bytesOf(text).toString();
}

/** Bytes of a text that strace printed with -xx. */
const bytesOf = (text: string): Buffer => Buffer.from(text.replaceAll("\\x", ""), "hex");

/** What a call wrote, and where. */
export function writtenBy(call: Call): { readonly bytes: Buffer; readonly offset: number } {
  const [, text = "", , offset = "0"] = /^\d+<[^>]*>, "([^"]*)", (\d+)(?:, (\d+))?$/.exec(call.args) ?? [];
  return { bytes: bytesOf(text), offset: Number(offset) };
}

/** Files as a disk keeps them: what was written, and what of it would outlive a loss of power. */
export class Disk {
  readonly #written = new Map<string, Buffer>();
  readonly #synced = new Map<string, Buffer>();
  readonly #unlinked = new Set<string>();

  apply(call: Call): void {
    if (call.result < 0) return;
    const content = this.#written.get(call.path) ?? Buffer.alloc(0);
    if (call.name === "pwrite64") {
      const { bytes, offset } = writtenBy(call);
      const grown = Buffer.alloc(Math.max(content.length, offset + bytes.length));
      content.copy(grown);
      bytes.copy(grown, offset);
      this.#written.set(call.path, grown);
    }
    if (call.name === "ftruncate") this.#written.set(call.path, content.subarray(0, Number(/, (\d+)$/.exec(call.args)?.[1])));
    if (call.name === "unlink") this.#unlinked.add(call.path);
    if (call.name === "fsync" || call.name === "fdatasync") this.#sync(call.path, content);
  }

  #sync(path: string, content: Buffer): void {
    if (this.#written.has(path)) this.#synced.set(path, Buffer.from(content));
    // An unlinked file comes back unless its folder was synced since.
    for (const unlinked of this.#unlinked) {
      if (dirname(unlinked) !== path) continue;
      this.#synced.delete(unlinked);
      this.#unlinked.delete(unlinked);
    }
  }

  /** The synced content of files whose path begins so. */
  *synced(prefix: string): Generator<readonly [path: string, content: Buffer]> {
    for (const [path, content] of this.#synced) if (path.startsWith(prefix)) yield [path, content];
  }
}
