// Highest resident memory of a process and its children, from /proc. Elsewhere unknown: 0.
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { ifThere } from "../errno.ts";

export interface PeakMemory {
  bytes(): number;
  close(): void;
}

const unknownPeak: PeakMemory = { bytes: () => 0, close: () => undefined };

/** Descriptors stay open: asking costs a reading, not a search. */
export function watchPeakMemory(pid: number): PeakMemory {
  if (process.platform !== "linux") return unknownPeak;
  const status = openIfThere(`/proc/${pid}/status`);
  const children = openIfThere(`/proc/${pid}/task/${pid}/children`);
  const text = Buffer.allocUnsafe(4096);
  let peakBytes = 0;
  let open = true;
  return {
    bytes: () => {
      if (!open) return peakBytes;
      const own = status === undefined ? 0 : highWaterBytes(readFrom(status, text));
      const kin = children === undefined ? 0 : childrenBytes(readFrom(children, text));
      peakBytes = Math.max(peakBytes, own + kin);
      return peakBytes;
    },
    close: () => {
      if (!open) return;
      open = false;
      for (const fd of [status, children]) if (fd !== undefined) closeSync(fd);
    },
  };
}

/** Children are counted with their own peaks: their sum with the parent's is at least what was used at one time. */
function childrenBytes(pids: string): number {
  let sum = 0;
  for (const pid of pids.split(" ")) {
    if (pid === "") continue;
    sum += highWaterBytes(readProc(`/proc/${pid}/status`));
    sum += childrenBytes(readProc(`/proc/${pid}/task/${pid}/children`));
  }
  return sum;
}

/** Peak of the resident set, proc_pid_status(5). "kB" there are 1,024 bytes. */
function highWaterBytes(status: string): number {
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(status);
  return match === null ? 0 : Number(match[1]) * 1024;
}

function readFrom(fd: number, into: Buffer): string {
  return ifThere(() => into.toString("latin1", 0, readSync(fd, into, 0, into.length, 0))) ?? "";
}

const readProc = (path: string): string => ifThere(() => readFileSync(path, "latin1")) ?? "";
const openIfThere = (path: string): number | undefined => ifThere(() => openSync(path, "r"));
