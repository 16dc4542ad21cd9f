// The limits of the execution environments of this machine: what a container is told to be limited to, and where its
// control group is afterwards. Found once, when the driver is made.
import { mkdirSync, readdirSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ifThere, isErrno } from "../../errno.ts";
import type { SandboxSpec } from "../../sandbox.ts";
import { openCgroup, type Cgroup } from "./cgroup.ts";
import { controllers, findControllers, isWritable, readIfThere, type Controller, type ControllerTrees } from "./controllers.ts";
import { cpuPeriodUs } from "./cpu-share.ts";

/** `linux.resources` of the OCI runtime specification, as far as it is used here. */
export interface OciResources {
  /** Bytes; `swap` is memory and swap together. */
  readonly memory?: { readonly limit: number; readonly swap?: number };
  readonly pids?: { readonly limit: number };
  /** Microseconds; no quota, so nothing is throttled at first. */
  readonly cpu?: { readonly period: number; readonly cpus?: string };
}

export type LimitedSpec = Pick<SandboxSpec, "memoryMiB">;

export interface Cgroups {
  readonly layout: ControllerTrees["layout"];
  /** What cannot be limited here; for `doctor`. */
  readonly missing: readonly Controller[];
  /** `linux.cgroupsPath` of a container. `name`: letters, digits, dots and dashes. */
  pathOf(name: string): string;
  /** `linux.resources` of a container. `cpus`: as machine/ chose them; undefined: all. */
  resourcesOf(spec: LimitedSpec, cpus?: string): OciResources;
  /** The group of a container that has just been made, while only its init runs; undefined where there are no groups. */
  open(name: string, spec: LimitedSpec): Cgroup | undefined;
  /** Removes the groups that servers left which were killed: without a process, and not of the last minute. */
  removeLeftovers(nowMs: number): void;
  /** Ends every process in the groups of containers whose names begin so, the frozen ones among them, too. */
  endAll(prefix: string): void;
}

/** What our own init and the containers' maker need beside the function; measured 0.25 MiB. */
const initMemoryMiB = 1;
/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html and two shells of our own. */
const mostProcesses = 1024 + 2;

/** Of all environments of this machine, whichever server they belong to. */
const groupName = "lambent";
/** A group that is being made, or removed by whom it belongs to, is empty for a moment. */
const leftoverAgeMs = 60_000;

/** `root` is for tests: a folder of files as the kernel's. */
export function findCgroups(root = "/", isRoot = process.getuid?.() === 0): Cgroups {
  const found = findControllers(root);
  const { layout, trees, all, parent } = found.layout === "v2" ? delegated(found, root, isRoot) : { ...found, parent: "/" };
  const pathOf = (name: string): string => join(parent, groupName, name);
  const open: Cgroups["open"] = (name, { memoryMiB }) => {
    if (layout === "none") return undefined;
    const folders = new Map(Array.from(trees, ([controller, tree]) => [controller, join(tree, pathOf(name))] as const));
    return openCgroup({ version: layout === "v2" ? 2 : 1, folders, all: all.map((tree) => join(tree, pathOf(name))), memoryMiB });
  };
  return {
    layout,
    missing: controllers.filter((controller) => !trees.has(controller)),
    pathOf,
    resourcesOf: ({ memoryMiB }, cpus) => {
      const limit = (memoryMiB + initMemoryMiB) * 2 ** 20;
      return {
        ...(trees.has("memory") && { memory: { limit, ...(countsSwap(layout, trees) && { swap: limit }) } }),
        ...(trees.has("pids") && { pids: { limit: mostProcesses } }),
        ...(trees.has("cpu") && { cpu: { period: cpuPeriodUs, ...(cpus !== undefined && trees.has("cpuset") && { cpus }) } }),
      };
    },
    removeLeftovers: (nowMs) => {
      for (const tree of all) removeEmpty(join(tree, parent, groupName), nowMs - leftoverAgeMs);
    },
    endAll: (prefix) => {
      const names = new Set(all.flatMap((tree) => foldersIn(join(tree, parent, groupName))));
      for (const name of names) if (name.startsWith(prefix)) endProcesses(open(name, { memoryMiB: 0 }));
    },
    open,
  };
}

function endProcesses(group: Cgroup | undefined): void {
  if (group === undefined) return;
  for (const pid of group.pids()) ifThere(() => process.kill(pid, "SIGKILL"));
  // What is frozen dies when it goes on.
  group.thaw();
  group.close();
}

const foldersIn = (folder: string): readonly string[] =>
  (ifThere(() => readdirSync(folder, { withFileTypes: true })) ?? []).filter((entry) => entry.isDirectory()).map(({ name }) => name);

function removeEmpty(folder: string, beforeMs: number): void {
  for (const name of foldersIn(folder)) {
    const group = join(folder, name);
    try {
      if (statSync(group).mtimeMs < beforeMs) rmdirSync(group);
    } catch (error) {
      // It has processes; or another server looks, too.
      if (!isErrno(error, "EBUSY", "ENOTEMPTY", "ENOENT")) throw error;
    }
  }
}

/** Where a kernel does not account for swap (version 1), it cannot be told to allow none. */
const countsSwap = (layout: Cgroups["layout"], trees: ControllerTrees["trees"]): boolean =>
  layout === "v2" || isWritable(join(trees.get("memory") ?? "", "memory.memsw.limit_in_bytes"));

interface DelegatedTrees extends ControllerTrees {
  /** Path of the group below which this server may make groups. */
  readonly parent: string;
}

/**
 * Version 2: what this user may use of it. Below the root of the tree, or, for other users and in containers, below the
 * group that they are in. https://docs.kernel.org/admin-guide/cgroup-v2.html#delegation
 */
function delegated({ trees, all }: ControllerTrees, root: string, isRoot: boolean): DelegatedTrees {
  const tree = trees.get("memory") ?? "";
  const own = /^0::(.*)$/m.exec(readIfThere(join(root, "proc/self/cgroup")))?.[1];
  for (const parent of [...(isRoot ? ["/"] : []), ...(own === undefined ? [] : [own])]) {
    const offered = readIfThere(join(tree, parent, "cgroup.controllers")).trim().split(" ");
    const usable = new Map(Array.from(trees).filter(([controller]) => controller === "freezer" || offered.includes(controller)));
    if (usable.has("memory") && isHandedDown(join(tree, parent), [...usable.keys()])) return { layout: "v2", trees: usable, all, parent };
  }
  return { layout: "none", trees: new Map(), all: [], parent: "/" };
}

/** False: this user may not. */
function isHandedDown(folder: string, wanted: readonly Controller[]): boolean {
  try {
    handDown(folder, wanted);
    mkdirSync(join(folder, groupName), { recursive: true });
    handDown(join(folder, groupName), wanted);
    return true;
  } catch (error) {
    if (isErrno(error, "EACCES", "EPERM", "EROFS", "EBUSY", "ENOENT")) return false;
    throw error;
  }
}

function handDown(folder: string, wanted: readonly Controller[]): void {
  const words = wanted.filter((controller) => controller !== "freezer").map((name) => `+${name}`);
  const enable = (): void => writeFileSync(join(folder, "cgroup.subtree_control"), words.join(" "));
  try {
    enable();
  } catch (error) {
    if (!isErrno(error, "EBUSY")) throw error;
    // Only the machine's root may have processes and hand controllers down: in a container, or in a delegated group, those
    // that are there move into a group beside ours.
    const leaf = join(folder, `${groupName}-host`);
    mkdirSync(leaf, { recursive: true });
    for (const pid of readIfThere(join(folder, "cgroup.procs")).trim().split("\n")) writeFileSync(join(leaf, "cgroup.procs"), pid);
    enable();
  }
}
