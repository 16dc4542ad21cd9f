// What the host sees of an attempt: its processes with what they hold, mounts and files. Nothing here asks the attacker.
import { execFileSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

export interface HostProcess {
  readonly pid: number;
  readonly parentPid: number;
  /** A field of /proc/PID/status. */
  status(field: string): string;
  /** A file of /proc/PID, "" when it cannot be read. */
  file(name: string): string;
  /** Where a link of /proc/PID leads. */
  link(name: string): string;
  /** Where its descriptors lead, by number. */
  descriptors(): ReadonlyMap<number, string>;
  /** Seconds of processor time that it has used. */
  cpuSeconds(): number;
}

/** Processes of this machine that have `mark` in their environment or their arguments, and all that share a namespace of theirs. */
export function processesWith(mark: string): readonly HostProcess[] {
  const all = namesIn("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).map((name) => hostProcess(Number(name)));
  const marked = all.filter((found) => found.file("environ").includes(mark) || found.file("cmdline").includes(mark));
  const namespaces = new Set(marked.map((found) => found.link("ns/pid")));
  namespaces.delete(hostProcess(process.pid).link("ns/pid"));
  namespaces.delete("");
  return namespaces.size === 0 ? marked : all.filter((found) => namespaces.has(found.link("ns/pid")));
}

export function hostProcess(pid: number): HostProcess {
  const path = (name: string): string => `/proc/${pid}/${name}`;
  const orNothing = (read: () => string): string => {
    try {
      return read();
    } catch {
      // Processes end while they are looked at.
      return "";
    }
  };
  const file = (name: string): string => orNothing(() => readFileSync(path(name), "latin1"));
  const link = (name: string): string => orNothing(() => readlinkSync(path(name)));
  const status = (field: string): string => new RegExp(`^${field}:\\s*(.*)$`, "m").exec(file("status"))?.[1] ?? "";
  return {
    pid,
    parentPid: Number(status("PPid")),
    status,
    file,
    link,
    descriptors: () => new Map(namesIn(path("fd")).map((fd) => [Number(fd), link(`fd/${fd}`)])),
    cpuSeconds: () => {
      // proc_pid_stat(5): user and system time are the 14th and 15th, in hundredths; a name may have blanks.
      const [user = 0, system = 0] = file("stat").replace(/^.*\) /s, "").split(" ").slice(11, 13).map(Number);
      return (user + system) / 100;
    },
  };
}

export const variableOf = (found: HostProcess, name: string): string | undefined => new RegExp(`(?:^|\\0)${name}=([^\\0]*)`).exec(found.file("environ"))?.[1];

export const residentMiB = (processes: readonly HostProcess[]): number =>
  processes.reduce((sum, found) => sum + Number.parseInt(found.status("VmRSS") || "0", 10), 0) / 1024;

export const threadCount = (processes: readonly HostProcess[]): number => processes.reduce((sum, found) => sum + Number(found.status("Threads")), 0);

export const cpuSeconds = (processes: readonly HostProcess[]): number => processes.reduce((sum, found) => sum + found.cpuSeconds(), 0);

const mountsWith = (mark: string): readonly string[] =>
  readFileSync("/proc/self/mounts", "utf8").split("\n").map((line) => line.split(" ")[1] ?? "").filter((target) => target.includes(mark));

export const isMounted = (mark: string): boolean => mountsWith(mark).length > 0;

/** What an attempt that is not contained has mounted on the host. */
export function unmountAll(_scene: unknown, mark: string): void {
  for (const target of mountsWith(mark)) execFileSync("umount", [target]);
}

/** MiB that the files of a folder have on disk, and how many they are. */
export function usageOf(folder: string): { readonly usedMiB: number; readonly files: number } {
  const paths = namesIn(folder, true).map((name) => join(folder, name));
  return { usedMiB: paths.reduce((sum, path) => sum + (lstatSync(path, { throwIfNoEntry: false })?.blocks ?? 0), 0) / 2048, files: paths.length };
}

function namesIn(folder: string, recursive = false): readonly string[] {
  try {
    return readdirSync(folder, { recursive, encoding: "utf8" });
  } catch {
    return [];
  }
}

/** TCP ports that a process of the host's network listens on. */
export function listeningPorts(pid: number): readonly number[] {
  const sockets = new Set([...hostProcess(pid).descriptors().values()].map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  // proc_net(5): local address, remote address, state (0A: listening), queues, timer, retransmits, user, timeout, inode.
  const lines = ["tcp", "tcp6"].flatMap((table) => readFileSync(`/proc/net/${table}`, "latin1").split("\n").slice(1));
  return lines.flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === "0A" && sockets.has(inode) ? [Number.parseInt(local.split(":").at(-1) ?? "", 16)] : [];
  });
}
