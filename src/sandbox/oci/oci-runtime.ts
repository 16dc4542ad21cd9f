// The program that makes containers: crun, runc, or what understands their command line. It is started by the
// kernel thread, tells by its exit status, and leaves no process behind beside the container's own.
import { closeSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Kernel } from "../linux/kernel.ts";
import type { Syscalls } from "../syscalls.ts";

export interface OciRuntimeOptions {
  /** Absolute path of the program. */
  readonly program: string;
  /** Where it keeps what it knows of its containers; nobody else's. */
  readonly stateFolder: string;
  readonly kernel: Pick<Kernel, "run">;
  readonly syscalls: Pick<Syscalls, "sealedProgram">;
  /** Whether containers have control groups. */
  readonly hasCgroups: boolean;
}

export interface ContainerStart {
  /** Letters, digits, dots and dashes. */
  readonly id: string;
  /** Folder with `config.json`; here the program writes the number of the process, and what went wrong. */
  readonly bundle: string;
  /** Descriptor inside → ours. */
  readonly descriptors: ReadonlyMap<number, number>;
}

export interface OciRuntime {
  readonly name: string;
  /** Whether further processes can join a network namespace that was made before the container. */
  readonly joinsNetworks: boolean;
  /** Whether it knows the mount option `idmap`. */
  readonly mapsOwners: boolean;
  /** Resolves with the host's number of the container's first process, when that is there. */
  run(start: ContainerStart): Promise<number>;
  /** Starts another process in a container; `processFile` says what. Resolves with its number. */
  exec(start: ContainerStart & { readonly processFile: string }): Promise<number>;
  /** Ends and forgets a container; one that is not there is no error. */
  delete(id: string): Promise<void>;
  /** Forgets one whose processes have ended and whose control groups are gone. False: this program keeps more than files. */
  forget(id: string): Promise<boolean>;
  /** The filter of system calls that it has made for a container, as the kernel takes it. Undefined: it keeps none. */
  filterOf(id: string): Promise<Buffer | undefined>;
  /** Lets go of what it is made of. No call is under way. */
  close(): void;
}

export function createOciRuntime({ program, stateFolder, kernel, syscalls, hasCgroups }: OciRuntimeOptions): OciRuntime {
  const isCrun = basename(program) === "crun";
  // So that what it starts cannot overwrite it, crun starts itself again from a copy, unless it is such a copy already.
  const sealed = isCrun ? syscalls.sealedProgram(program) : undefined;
  const executed = sealed === undefined ? program : `/proc/${process.pid}/fd/${sealed}`;
  // runc needs no word for it: it does without where it must.
  const common = hasCgroups || basename(program) === "runc" ? [] : ["--cgroup-manager=disabled"];
  const call = async (args: readonly string[], descriptors?: ReadonlyMap<number, number>): Promise<{ failed: string | undefined; stderr: string }> => {
    const { exitCode, signal, stderr } = await kernel.run({
      program: executed,
      args: [...common, "--root", stateFolder, ...args],
      isBare: true,
      environment: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
      ...(descriptors === undefined ? {} : { descriptors }),
    });
    return { failed: exitCode === 0 ? undefined : `exit status ${exitCode ?? signal}`, stderr };
  };
  const start = async ({ id, bundle, descriptors }: ContainerStart, args: readonly string[]): Promise<number> => {
    // Its own words go to a file: standard error is the container's.
    const [log, pidFile] = [join(bundle, "log"), join(bundle, "pid")];
    const preserved = Math.max(...descriptors.keys()) - 2;
    const { failed } = await call(["--log", log, ...args, "--detach", "--pid-file", pidFile, "--preserve-fds", `${preserved}`, id], descriptors);
    if (failed !== undefined) throw new Error(`${basename(program)}: ${(await wordsOf(log)) || failed}`);
    return Number(await readFile(pidFile, "utf8"));
  };
  return {
    name: basename(program),
    // runc (1.1) enters the user namespace first, and then may not.
    joinsNetworks: basename(program) !== "runc",
    mapsOwners: isCrun,
    run: (request) => start(request, ["run", "--bundle", request.bundle]),
    exec: (request) => start(request, ["exec", "--process", request.processFile]),
    forget: async (id) => {
      const keepsFiles = isCrun || basename(program) === "runc";
      if (keepsFiles) await rm(join(stateFolder, id), { recursive: true, force: true });
      return keepsFiles;
    },
    filterOf: async (id) => {
      const filter = isCrun ? await readFile(join(stateFolder, id, "seccomp.bpf")).catch(() => undefined) : undefined;
      return filter?.length === 0 ? undefined : filter;
    },
    close: () => {
      if (sealed !== undefined) closeSync(sealed);
    },
    delete: async (id) => {
      const { failed, stderr } = await call(["delete", "--force", id]);
      if (failed !== undefined && !/does not exist/i.test(stderr)) throw new Error(`${basename(program)} delete ${id}: ${stderr.trim() || failed}`);
    },
  };
}

/** runc writes lines of logfmt, crun plain ones. */
async function wordsOf(log: string): Promise<string> {
  const text = (await readFile(log, "utf8").catch(() => "")).trim().split("\n").at(-1) ?? "";
  return /msg="((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text.replace(/^\S+: (?=\w)/, "");
}
