// Where this machine's control groups are: one tree for each controller (version 1, also when version 2 is mounted beside
// it without controllers: "hybrid"), or one tree for all (version 2).
// https://docs.kernel.org/admin-guide/cgroup-v1/cgroups.html https://docs.kernel.org/admin-guide/cgroup-v2.html
import { accessSync, constants, readFileSync } from "node:fs";
import { join } from "node:path";
import { isErrno } from "../../errno.ts";

/** What limits, counts and stops; `freezer` has no controller of its own in version 2. */
export const controllers = ["memory", "cpu", "pids", "freezer", "cpuset"] as const;
export type Controller = (typeof controllers)[number];

export interface ControllerTrees {
  readonly layout: "v1" | "hybrid" | "v2" | "none";
  /** Folder of the tree that has a controller's files; absent: not to be had, or not by this user. */
  readonly trees: ReadonlyMap<Controller, string>;
  /** Those and all others: crun makes a group in each. */
  readonly all: readonly string[];
}

/** `root`: the folder that has `proc` and, but for tests, is the root. */
export function findControllers(root: string): ControllerTrees {
  const mounts = readIfThere(join(root, "proc/self/mountinfo")).split("\n").map(parseMount);
  const unified = mounts.find((mount) => mount?.type === "cgroup2")?.folder;
  const ofVersion1 = new Map<Controller, string>();
  const all = new Set<string>();
  for (const mount of mounts) {
    if (mount?.type !== "cgroup") continue;
    const folder = join(root, mount.folder);
    all.add(folder);
    for (const controller of controllers) if (mount.options.includes(controller) && isWritable(folder)) ofVersion1.set(controller, folder);
  }
  if (ofVersion1.size > 0) return { layout: unified === undefined ? "v1" : "hybrid", trees: ofVersion1, all: [...all] };
  if (unified === undefined) return { layout: "none", trees: ofVersion1, all: [] };
  const folder = join(root, unified);
  const offered = readIfThere(join(folder, "cgroup.controllers")).trim().split(" ");
  const there = controllers.filter((controller) => controller === "freezer" || offered.includes(controller));
  return { layout: there.includes("memory") ? "v2" : "none", trees: new Map(there.map((controller) => [controller, folder])), all: [folder] };
}

interface Mount {
  readonly folder: string;
  readonly type: string;
  /** Of the file system: for version 1, names of its controllers. */
  readonly options: readonly string[];
}

/** A line of proc_pid_mountinfo(5): `36 31 0:33 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory`. */
function parseMount(line: string): Mount | undefined {
  const [before, after] = line.split(" - ");
  const folder = before?.split(" ")[4];
  const [type, , options] = after?.split(" ") ?? [];
  if (folder === undefined || type === undefined || options === undefined) return undefined;
  const unescaped = folder.replaceAll(/\\([0-7]{3})/g, (_escape, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)));
  return { folder: unescaped, type, options: options.split(",") };
}

export function readIfThere(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    // A device that is gone: the cgroup of an open file has been removed.
    if (isErrno(error, "ENOENT", "ENODEV", "ESRCH")) return "";
    throw error;
  }
}

export function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
