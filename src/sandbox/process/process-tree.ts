// The processes of one sandbox: a group of their own, known by its leader, and whoever left that group, known by a
// marker in the environment, which every descendant inherits. A function that clears its environment and leaves the
// group escapes: this driver does not isolate.
import { readdirSync, readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { isErrno } from "../errno.ts";

/** Name of the variable that marks every process of a sandbox. */
export const markerVariable = "LAMBENT_SANDBOX";

/** Signals every process of a leader's group. Nobody left there is no error. */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals): void {
  signalPid(-leaderPid, signal);
}

export function signalPid(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // EPERM: only processes of another user are left (setuid programs).
    if (!isErrno(error, "ESRCH", "EPERM")) throw error;
  }
}

export interface StrayKiller {
  /** Kills every process with this marker, or with any that begins with it when it ends in a dot; resolves when none is left. */
  kill(marker: string): Promise<void>;
}

/** How many processes are looked at before the event loop gets its turn: half a millisecond's worth. */
const lookedAtOnce = 20;
/** A killed process is gone at once, unless it is stuck in the kernel: then it is not waited for for ever. */
const mostLooks = 20_000;
const mostWalks = 10;

interface Hunt {
  readonly marker: string;
  walksLeft: number;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Searches that are asked for at one time share one walk through /proc. Without /proc (macOS) there is none. */
export function createStrayKiller(): StrayKiller {
  let hunts: Hunt[] = [];
  let walking = false;

  const walk = async (): Promise<void> => {
    walking = true;
    while (hunts.length > 0) {
      // Whoever joins during this walk needs a walk of their own: it may have passed their processes already.
      const now = hunts;
      const found = await killMarked(now.map((hunt) => hunt.marker));
      const ended = now.filter((hunt) => !found.has(hunt.marker) || --hunt.walksLeft === 0);
      hunts = hunts.filter((hunt) => !ended.includes(hunt));
      for (const hunt of ended) hunt.done();
    }
    walking = false;
  };
  const abandon = (error: unknown): void => {
    const failed = hunts;
    hunts = [];
    walking = false;
    for (const hunt of failed) hunt.failed(error);
  };
  return {
    kill: async (marker) => {
      if (process.platform !== "linux") return;
      await new Promise<void>((done, failed) => {
        hunts = [...hunts, { marker, walksLeft: mostWalks, done, failed }];
        if (!walking) walk().catch(abandon);
      });
    },
  };
}

/** Those of `markers` that still had a process; these have been killed. */
async function killMarked(markers: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  const killed: number[] = [];
  let looked = 0;
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    if (++looked % lookedAtOnce === 0) await setImmediate();
    const own = readMarker(pid);
    if (own === undefined) continue;
    const wanted = markers.find((marker) => (marker.endsWith(".") ? own.startsWith(marker) : own === marker));
    if (wanted === undefined) continue;
    found.add(wanted);
    killed.push(pid);
    signalPid(pid, "SIGKILL");
  }
  for (let looks = 0; looks < mostLooks && killed.some((pid) => readMarker(pid) !== undefined); looks++) {
    await setImmediate();
  }
  return found;
}

const variable = Buffer.from(`${markerVariable}=`);

/** A zombie's environment reads as empty, so the dead have no marker. */
function readMarker(pid: number): string | undefined {
  let environment: Buffer;
  try {
    environment = readFileSync(`/proc/${pid}/environ`);
  } catch (error) {
    // Ended meanwhile, or of another user and so none of ours.
    if (isErrno(error, "ENOENT", "ESRCH", "EACCES", "EPERM")) return undefined;
    throw error;
  }
  let at = environment.indexOf(variable);
  while (at > 0 && environment[at - 1] !== 0) at = environment.indexOf(variable, at + 1);
  if (at < 0) return undefined;
  const end = environment.indexOf(0, at);
  return environment.toString("utf8", at + variable.length, end < 0 ? environment.length : end);
}
