// The container of a fork server: the folders of a sandbox, without its confinement. Its process is the host's root in the
// host's namespaces but for mounts, so that it can enter the containers of sandboxes; it sees nothing of the host's files.
import { closeSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { closeAll } from "../../core/close-all.ts";
import type { Kernel } from "../linux/kernel.ts";
import { joinChannel } from "../pipe-channel.ts";
import { PipeReader } from "../pipe-reader.ts";
import { PipeWriter } from "../pipe-writer.ts";
import { removeFolders } from "../remove-folders.ts";
import type { Pipe, Syscalls } from "../syscalls.ts";
import type { ForkServerPlan, ForkServerProcess } from "./fork-servers.ts";
import type { ShownFolder } from "./guest-path.ts";
import type { OciRuntime } from "./oci-runtime.ts";

export interface ForkServerGivens {
  /** As of a container. */
  readonly id: string;
  readonly folder: string;
  readonly cgroupsPath: string;
  /** Of every sandbox: its root, and what is shown there. */
  readonly root: string;
  readonly system: readonly ShownFolder[];
}

export interface ForkServerHost {
  readonly syscalls: Syscalls;
  readonly runtime: OciRuntime;
  readonly kernel: Pick<Kernel, "kill" | "ended">;
}

/** To enter namespaces, look at what a container's first process is limited to, and become any user. */
const capabilities = ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_SYS_CHROOT", "CAP_SYS_NICE", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_DAC_OVERRIDE"];

/** One of them waits for each of its children's ends with a number of its own. */
const mostOpenFiles = 1024;

const readOnly = ["bind", "ro", "nosuid", "nodev"];
const empty = ["nosuid", "nodev", "noexec", "mode=755", "size=64k"];

/**
 * Folders that a container fills later are there, empty. That of libraries in code and layers has to be among them: the
 * loader looks once, at its first library, which folders of LD_LIBRARY_PATH there are.
 */
function forkServerConfig({ shown, program, args, environment }: ForkServerPlan, { root, system, cgroupsPath }: ForkServerGivens): object {
  return {
    ociVersion: "1.0.2",
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args: [program, ...args],
      env: Object.entries({ ...environment, LAMBENT_FORK_SERVER: process.pid.toString() }).map(([name, value]) => `${name}=${value}`),
      cwd: "/",
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities, inheritable: [], ambient: [] },
      rlimits: [{ type: "RLIMIT_NOFILE", soft: mostOpenFiles, hard: mostOpenFiles }],
      noNewPrivileges: true,
    },
    root: { path: root, readonly: true },
    mounts: [
      // Processes of the host, whose children it makes.
      { destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "nodev", "noexec"] },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "noexec", "mode=755", "size=64k"] },
      { destination: "/sys", type: "tmpfs", source: "tmpfs", options: empty },
      { destination: "/sys/fs/cgroup", type: "bind", source: "/sys/fs/cgroup", options: ["rbind", "rw", "nosuid", "nodev", "noexec"] },
      ...[...system, ...shown].filter(({ target }) => target !== "/").map(({ target, source }) => ({ destination: target, type: "bind", source, options: readOnly })),
    ],
    linux: { namespaces: [{ type: "mount" }], cgroupsPath },
  };
}

/** Rejects, leaving nothing, with what hindered it. */
export async function openForkServer(plan: ForkServerPlan, givens: ForkServerGivens, { syscalls, runtime, kernel }: ForkServerHost): Promise<ForkServerProcess> {
  const { id, folder } = givens;
  const opened: (() => Promise<void> | void)[] = [];
  /** What the process has of the pipes. */
  const given: number[] = [];
  try {
    opened.push(() => removeFolders(folder));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, "config.json"), JSON.stringify(forkServerConfig(plan, givens)));
    const reader = ({ readFd, writeFd }: Pipe): PipeReader => {
      given.push(writeFd);
      const end = new PipeReader(readFd, syscalls);
      opened.push(() => end.close());
      return end;
    };
    const [output, reports] = [reader(syscalls.pipe()), reader(syscalls.pipe())];
    const { readFd, writeFd } = syscalls.pipe();
    given.push(readFd);
    const requests = new PipeWriter(writeFd, syscalls);
    opened.push(() => requests.close());
    const [outputFd = -1, reportsFd = -1, requestsFd = -1] = given;
    opened.push(() => runtime.delete(id));
    const pid = await runtime.run({ id, bundle: folder, descriptors: new Map([[1, outputFd], [2, outputFd], [3, requestsFd], [4, reportsFd]]) });
    let closing: Promise<void> | undefined;
    return {
      output,
      channel: joinChannel({ reader: reports, writer: requests }),
      // Rejects only with the kernel thread itself: what nobody can watch any more is used no more.
      exited: kernel.ended(pid).then(() => reports.drain(), () => undefined),
      close: () => (closing ??= closeAll([...opened, () => kernel.kill(pid)])),
    };
  } catch (error) {
    // Told is what failed first.
    await closeAll(opened).catch(() => undefined);
    throw error;
  } finally {
    for (const fd of given) closeSync(fd);
  }
}
