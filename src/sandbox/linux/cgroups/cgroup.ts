// The control group of one container. What is asked or told while functions run is one read or write of a file that is
// open; all of them are the kernel's memory, so none blocks.
import { closeSync, existsSync, openSync, readSync, rmdirSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ifThere, isErrno } from "../../errno.ts";
import { readIfThere, type Controller } from "./controllers.ts";
import { cpuPeriodUs, cpuQuotaUs, cpuWeight } from "./cpu-share.ts";

export interface Cgroup {
  /** From now on its processes share what their memory buys. */
  limitCpu(): void;
  /** Takes that back, for its end: to die takes processor time, too, and with little memory there is little of it. */
  freeCpu(): void;
  /** Stops all its processes, and lets them go on. A frozen process of version 1 does not die before it goes on. */
  freeze(): void;
  thaw(): void;
  /** Most memory that its processes had at one time, without files that are only cached, bytes. */
  peakMemoryBytes(): number;
  /** How often a process has been killed since there was no memory left. */
  oomKills(): number;
  /** Its processes, as this server sees them. */
  pids(): readonly number[];
  /** Files that move a process here when its number is written to each. */
  readonly joining: readonly string[];
  /** Lets go of its files; afterwards it tells the last that it knew. */
  close(): void;
  /** Removes it, everywhere, and lets go of its files. False: a process is left, or it is not ours to remove. May be called again. */
  remove(): boolean;
}

export interface CgroupParts {
  readonly version: 1 | 2;
  /** The container's own, by controller; all the same in version 2. */
  readonly folders: ReadonlyMap<Controller, string>;
  /** Its folders in all trees, those among them. */
  readonly all: readonly string[];
  readonly memoryMiB: number;
}

/** What the two versions call the same. */
const files = {
  1: {
    peak: "memory.max_usage_in_bytes",
    usage: "memory.usage_in_bytes",
    cached: /^total_cache (\d+)$/m,
    shared: /^total_shmem (\d+)$/m,
    events: "memory.oom_control",
    freezer: { name: "freezer.state", frozen: "FROZEN", thawed: "THAWED" },
    cpuQuota: { file: "cpu.cfs_quota_us", none: "-1" },
    cpuLimits: (memoryMiB: number) => ({
      "cpu.cfs_quota_us": `${cpuQuotaUs(memoryMiB)}`,
      "cpu.shares": `${cpuWeight(memoryMiB, 1024)}`,
    }),
  },
  2: {
    peak: "memory.peak",
    usage: "memory.current",
    cached: /^file (\d+)$/m,
    shared: /^shmem (\d+)$/m,
    events: "memory.events",
    freezer: { name: "cgroup.freeze", frozen: "1", thawed: "0" },
    cpuQuota: { file: "cpu.max", none: "max" },
    cpuLimits: (memoryMiB: number) => ({
      "cpu.max": `${cpuQuotaUs(memoryMiB)} ${cpuPeriodUs}`,
      "cpu.weight": `${cpuWeight(memoryMiB, 100)}`,
    }),
  },
} as const;

export function openCgroup({ version, folders, all, memoryMiB }: CgroupParts): Cgroup {
  const names = files[version];
  const memory = folders.get("memory");
  const freezerFolder = folders.get("freezer");
  const freezer = freezerFolder === undefined ? undefined : openIfThere(join(freezerFolder, names.freezer.name), "r+");
  const peak = memory === undefined ? undefined : watchPeak(memory, names, memoryMiB * 2 ** 20);
  const unique = [...new Set(folders.values())];
  const pids = (): readonly number[] => {
    const folder = folders.get("pids") ?? unique[0];
    const text = folder === undefined ? "" : readIfThere(join(folder, "cgroup.procs"));
    return text.split("\n").filter(Boolean).map(Number);
  };
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    peak?.close();
    if (freezer !== undefined) closeSync(freezer);
  };
  const tell = (text: string): void => {
    if (freezer !== undefined && isOpen) writeIfThere(freezer, text);
  };
  return {
    joining: unique.map((folder) => join(folder, "cgroup.procs")),
    pids,
    close,
    peakMemoryBytes: () => peak?.bytes() ?? 0,
    oomKills: () => (memory === undefined ? 0 : numberIn(readIfThere(join(memory, names.events)), /^oom_kill (\d+)$/m)),
    freeze: () => tell(names.freezer.frozen),
    thaw: () => tell(names.freezer.thawed),
    limitCpu: () => {
      const folder = folders.get("cpu");
      if (folder === undefined) return;
      for (const [name, limit] of Object.entries(names.cpuLimits(memoryMiB))) writeFileSync(join(folder, name), limit);
    },
    freeCpu: () => {
      const file = join(folders.get("cpu") ?? "", names.cpuQuota.file);
      // It may have ended by itself, and its group be gone.
      if (folders.has("cpu") && existsSync(file)) writeFileSync(file, names.cpuQuota.none);
    },
    remove: () => {
      close();
      return all.every(isRemoved);
    },
  };
}

interface Peak {
  bytes(): number;
  close(): void;
}

/**
 * The kernel's own mark is of all memory, also of files that it holds only as long as nobody needs the space: what is
 * cached now is taken off. It is asked only when the mark has moved, so a busy environment costs one small reading.
 */
function watchPeak(folder: string, names: (typeof files)[1 | 2], mostBytes: number): Peak {
  // Linux before 5.19 knows no mark in version 2: there it is the highest at any asking.
  const mark = openIfThere(join(folder, names.peak)) ?? openIfThere(join(folder, names.usage));
  const statistics = openIfThere(join(folder, "memory.stat"));
  // What the container's init has is not the function's.
  const ownBytes = Number(readIfThere(join(folder, names.usage)));
  const text = Buffer.allocUnsafe(4096);
  const read = (fd: number | undefined): string => (fd === undefined ? "" : text.toString("latin1", 0, readSync(fd, text, 0, text.length, 0)));
  let markBytes = 0;
  let peakBytes = 0;
  let isOpen = true;
  const look = (): void => {
    const nowBytes = Number(read(mark));
    if (nowBytes === markBytes) return;
    markBytes = nowBytes;
    const parts = read(statistics);
    const cachedBytes = numberIn(parts, names.cached) - numberIn(parts, names.shared);
    peakBytes = Math.min(mostBytes, Math.max(peakBytes, markBytes - cachedBytes - ownBytes));
  };
  return {
    bytes: () => {
      if (isOpen) ifThere(look);
      return peakBytes;
    },
    close: () => {
      isOpen = false;
      for (const fd of [mark, statistics]) if (fd !== undefined) closeSync(fd);
    },
  };
}

const numberIn = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);

const openIfThere = (path: string, flags: "r" | "r+" = "r"): number | undefined => ifThere(() => openSync(path, flags));

const writeIfThere = (fd: number, text: string): void => {
  ifThere(() => writeSync(fd, text, 0));
};

const isRemoved = (folder: string): boolean => {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return true;
    if (isErrno(error, "EBUSY", "EROFS", "EACCES", "EPERM")) return false;
    throw error;
  }
};
