// Asks the version managers of this machine for a language, one after the other.
import { runtimeNotInstalled } from "./faults.ts";
import { install } from "./programs.ts";

type Command = readonly [program: string, args: readonly string[]];

/** Runs the first that succeeds. Fault: RuntimeNotInstalled, with what each of them said. */
export async function installByFirst(id: string, commands: readonly Command[], onLine: (line: string) => void): Promise<void> {
  const failures: string[] = [];
  for (const [program, args] of commands) {
    try {
      await install(program, args, { onLine });
      return;
    } catch (error) {
      failures.push(`${program}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw runtimeNotInstalled(id, failures.join("\n"));
}
