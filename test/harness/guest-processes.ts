// Processes of functions as this machine sees them, in whatever they run: by what plain processes and those in containers
// have in common. Of servers in this process only. Linux.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { ociMissing } from "./oci-driver.ts";

/** Each with the reason for which it cannot be tried here. */
export const isolations = [
  { isolation: "none", missing: undefined },
  { isolation: "required", missing: ociMissing },
] as const;

/** What a Node.js function calls its own process: the id that it has inside, and when it was started. */
export const ownIdentity = '`${process.pid}@${(await import("node:fs")).readFileSync("/proc/self/stat", "utf8").replace(/^.*\\) /s, "").split(" ")[19]}`';

/** The same in Ruby. */
export const ownRubyIdentity = '"#{Process.pid}@#{File.read("/proc/self/stat").sub(/\\A.*\\) /m, "").split(" ")[19]}"';

export interface GuestProcess {
  readonly pid: number;
  /** As it tells it itself. */
  readonly identity: string;
  readonly commandLine: string;
  /** It was started ahead of the environment that it is for, or may be for by now. */
  readonly isBootedAhead: boolean;
  /** Whether it is at work in this folder, whatever that is called where it is. */
  readonly isIn: (folder: string) => boolean;
}

export const guestProcesses = (): readonly GuestProcess[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return guestProcess(Number(name));
      } catch {
        // Not ours to look at, or gone while it was looked at.
        return [];
      }
    });

function guestProcess(pid: number): readonly GuestProcess[] {
  const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  if (!variables.some((variable) => variable.startsWith("LAMBDA_TASK_ROOT=")) || !isBelow(pid, process.pid)) return [];
  const begun = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ")[19] ?? "";
  const insidePid = statusOf(pid, "NSpid").split(/\s+/).at(-1) ?? "";
  const at = statSync(`/proc/${pid}/cwd/`);
  return [
    {
      pid,
      identity: `${insidePid}@${begun}`,
      commandLine: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "),
      isBootedAhead: variables.includes("LAMBENT_STANDBY=1"),
      isIn: (folder) => {
        const { dev, ino } = statSync(folder);
        return dev === at.dev && ino === at.ino;
      },
    },
  ];
}

const statusOf = (pid: number, field: string): string => new RegExp(`^${field}:\\s*(.*)$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";

function isBelow(pid: number, ancestor: number): boolean {
  const parent = Number(statusOf(pid, "PPid"));
  return parent === ancestor || (parent > 1 && isBelow(parent, ancestor));
}
