// The processes below one shell of a container, as the host's /proc has them.
import { readdirSync, readFileSync } from "node:fs";
import { ifThere, isErrno } from "../errno.ts";

/** All that it has started, and what these have; their parents first. */
export function descendantsOf(pid: number): readonly number[] {
  const found: number[] = [];
  const left = childrenOf(pid);
  for (let child = left.shift(); child !== undefined; child = left.shift()) {
    found.push(child);
    left.push(...childrenOf(child));
  }
  return found;
}

/** Of the descendants of `ancestor` the one that has this number in its own namespace. */
export const hostPidOf = (ancestor: number, ownPid: number): number | undefined =>
  descendantsOf(ancestor).find((pid) => {
    const numbers = /^NSpid:\s+(.*)$/m.exec(readIfThere(`/proc/${pid}/status`))?.[1]?.split(/\s+/);
    return Number(numbers?.at(-1)) === ownPid;
  });

/** When it began: what has this number later began later. Undefined: it has ended. proc_pid_stat(5), the 22nd. */
export const beginningOf = (pid: number): string | undefined => readIfThere(`/proc/${pid}/stat`).replace(/^.*\) /s, "").split(" ")[19];

export function signalPid(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isErrno(error, "ESRCH")) throw error;
  }
}

/** Each thread has those that it has started. */
export const childrenOf = (pid: number): number[] =>
  (ifThere(() => readdirSync(`/proc/${pid}/task`)) ?? [])
    .flatMap((thread) => readIfThere(`/proc/${pid}/task/${thread}/children`).split(" "))
    .filter(Boolean)
    .map(Number);

const readIfThere = (path: string): string => ifThere(() => readFileSync(path, "latin1")) ?? "";
