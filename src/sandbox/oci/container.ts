// One container: its first process, a shell, and whatever runs beside. It lives as long as that shell, and everything in
// it dies with it.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cgroup } from "../linux/cgroups/cgroup.ts";
import type { Kernel } from "../linux/kernel.ts";
import type { Launch, RunOptions, SandboxProcess } from "../sandbox.ts";
import type { Syscalls } from "../syscalls.ts";
import { guestProcess } from "./container-config.ts";
import { type GuestOwner, Launcher, type LaunchGivens } from "./launcher.ts";
import type { OciRuntime } from "./oci-runtime.ts";

export interface ContainerParts {
  readonly syscalls: Syscalls;
  readonly runtime: OciRuntime;
  readonly kernel: Pick<Kernel, "kill" | "ended">;
}

export interface ContainerGivens {
  /** Unique among the containers of this machine's servers that share a state folder. */
  readonly id: string;
  /** A folder of its own, which need not be there. */
  readonly folder: string;
  /** What containerConfig made. */
  readonly config: object;
  /** Its user, as the host knows it. */
  readonly owner: GuestOwner;
}

/** What starts processes: read from standard input, which is the server's. */
export const shell: readonly string[] = ["/bin/sh", "-s"];

export class Container {
  readonly id: string;
  /** The host's number of its first process. */
  readonly pid: number;
  readonly #parts: ContainerParts;
  readonly #folder: string;
  readonly #owner: GuestOwner;
  /** The first process's own, as long as nobody has it. */
  #first: Launcher | undefined;
  readonly #launchers: Set<Launcher>;
  #joined = 0;
  /** Whether it has ended, by itself or by us: its number may be another process's then. */
  #isGone = false;
  #isRemoved = false;
  #ending: Promise<void> | undefined;

  private constructor(parts: ContainerParts, { id, folder, owner }: ContainerGivens, pid: number, first: Launcher) {
    this.#parts = parts;
    this.id = id;
    this.pid = pid;
    this.#folder = folder;
    this.#owner = owner;
    this.#first = first;
    this.#launchers = new Set([first]);
    // Rejects only with the kernel thread itself, of which a container knows nothing.
    parts.kernel.ended(pid).then(() => (this.#isGone = true), () => undefined);
  }

  /** Rejects, leaving nothing, with what hindered it. */
  static async start(parts: ContainerParts, givens: ContainerGivens): Promise<Container> {
    await mkdir(givens.folder, { recursive: true, mode: 0o700 });
    await writeFile(join(givens.folder, "config.json"), JSON.stringify(givens.config));
    const launcher = new Launcher(parts.syscalls, givens.owner);
    let pid;
    try {
      pid = await parts.runtime.run({ id: givens.id, bundle: givens.folder, descriptors: launcher.descriptors });
    } catch (error) {
      // The maker may have come further than to where it failed. Told is what failed first.
      await parts.runtime.delete(givens.id).catch(() => undefined);
      throw error;
    } finally {
      launcher.started(pid);
    }
    return new Container(parts, givens, pid, launcher);
  }

  /** The first process that is asked for is started by the shell that waits already; further ones join later. */
  async launch(launch: Launch, options: RunOptions, givens: LaunchGivens): Promise<SandboxProcess> {
    const launcher = this.#first ?? (await this.#join());
    this.#first = undefined;
    return launcher.launch(launch, options, givens);
  }

  /** Ends every process; resolves when none is left. May be called again, also when it has failed. */
  end(): Promise<void> {
    this.#ending ??= this.#end().catch((error: unknown) => {
      this.#ending = undefined;
      throw error;
    });
    return this.#ending;
  }

  async #end(): Promise<void> {
    if (!this.#isGone) await this.#parts.kernel.kill(this.pid);
    this.#isGone = true;
  }

  /** After `end`: makes the maker forget it, without starting the maker for it where that can be: that takes half of what a container does. */
  async remove(cgroup: Cgroup | undefined): Promise<void> {
    this.#isRemoved = true;
    for (const launcher of this.#launchers) launcher.close();
    if (cgroup?.remove() !== true || !(await this.#parts.runtime.forget(this.id))) await this.#parts.runtime.delete(this.id);
  }

  async #join(): Promise<Launcher> {
    const folder = join(this.#folder, `join-${++this.#joined}`);
    await mkdir(folder, { mode: 0o700 });
    const processFile = join(folder, "process.json");
    await writeFile(processFile, JSON.stringify(guestProcess(shell)));
    const launcher = new Launcher(this.#parts.syscalls, this.#owner);
    let pid;
    try {
      pid = await this.#parts.runtime.exec({ id: this.id, bundle: folder, processFile, descriptors: launcher.descriptors });
    } finally {
      launcher.started(pid);
    }
    if (this.#isRemoved) {
      launcher.close();
      throw new Error("the container has ended");
    }
    this.#launchers.add(launcher);
    // The container does not end before its end was noticed.
    this.#parts.kernel.ended(pid).catch(() => undefined);
    return launcher;
  }
}
