// A `lambent` command that goes on until it is interrupted.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../bin/lambent.js", import.meta.url));

export interface RunningCommand {
  /** The first line that matches, of those that have not been looked at. */
  readonly line: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Ctrl-C. Resolves with the exit status. */
  readonly interrupt: () => Promise<number | null>;
}

/** Against the instance at `endpoint`. */
export function startCommand(endpoint: string, ...args: readonly string[]): RunningCommand {
  const child = spawn(process.execPath, [bin, ...args, "--port", new URL(endpoint).port, "--data", "/nowhere"], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const exited = once(child, "exit");
  return {
    async line(pattern) {
      const seen: string[] = [];
      for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
        const found = pattern.exec(next.value);
        if (found !== null) return found;
        seen.push(next.value);
      }
      throw new Error(`nothing printed matches ${String(pattern)}:\n${seen.join("\n")}`);
    },
    async interrupt() {
      child.kill("SIGINT");
      const [code] = (await exited) as [number | null];
      return code;
    },
  };
}
