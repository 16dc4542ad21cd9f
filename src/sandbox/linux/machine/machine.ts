// The machine as an environment sees it: memory and processors are its share, not the host's.
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CpuSets, parseCpuList } from "./cpu-sets.ts";
import { cpuinfoOf, meminfoOf, statOf } from "./proc-files.ts";

export interface VisibleMachine {
  /** `linux.resources.cpu.cpus` of the OCI runtime specification, which `nproc` shows; undefined: all are visible. */
  readonly cpus: string | undefined;
  /** Files of the host to be shown, read-only, in place of what the kernel says. */
  readonly files: readonly { readonly source: string; readonly target: string }[];
  /** It is no longer used. Once. */
  readonly release: () => void;
}

export interface Machine {
  see(memoryMiB: number): Promise<VisibleMachine>;
}

/**
 * `directory`: for files that environments of one size share, made if it is not there; `root` is for tests: a folder that
 * has `proc`.
 */
export function openMachine(directory: string, root = "/"): Machine {
  const proc = (name: string): string => readFileSync(join(root, "proc", name), "latin1");
  const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(proc("self/status"))?.[1] ?? "0";
  const sets = new CpuSets(parseCpuList(allowed));
  const written = new Map<string, Promise<string>>();
  /** A file that is the same for all who see as much. */
  const share = (name: string, content: () => string): Promise<string> => {
    const path = join(directory, name);
    const known = written.get(path);
    if (known !== undefined) return known;
    const writing = mkdir(directory, { recursive: true })
      .then(() => writeFile(path, content(), { mode: 0o444 }))
      .then(() => path);
    written.set(path, writing);
    writing.catch(() => written.delete(path));
    return writing;
  };
  const processorFiles = async (count: number): Promise<VisibleMachine["files"]> => {
    const [cpuinfo, stat] = await Promise.all([
      share(`cpuinfo-${count}`, () => cpuinfoOf(count, proc("cpuinfo"))),
      share(`stat-${count}`, () => statOf(count, proc("stat"))),
    ]);
    return [{ source: cpuinfo, target: "/proc/cpuinfo" }, { source: stat, target: "/proc/stat" }];
  };
  return {
    see: async (memoryMiB) => {
      const meminfo = { source: await share(`meminfo-${memoryMiB}`, () => meminfoOf(memoryMiB, proc("meminfo"))), target: "/proc/meminfo" };
      const { cpus, release } = sets.take(memoryMiB);
      if (cpus === undefined) return { cpus: undefined, files: [meminfo], release };
      try {
        return { cpus: cpus.join(","), files: [meminfo, ...(await processorFiles(cpus.length))], release };
      } catch (error) {
        release();
        throw error;
      }
    },
  };
}
