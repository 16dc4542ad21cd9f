// One sandbox of the oci driver: its /tmp, which stays, and one container at a time over it.
import type { Server, Socket } from "node:net";
import { sandboxStartFailed } from "../faults.ts";
import type { Cgroup } from "../linux/cgroups/cgroup.ts";
import type { Kernel } from "../linux/kernel.ts";
import type { SandboxNetwork } from "../linux/network/networks.ts";
import type { GuestPaths, Launch, RunOptions, SandboxProcess, PreparedSandbox, SandboxCode } from "../sandbox.ts";
import type { Container } from "./container.ts";
import type { ForkPlan } from "./fork-servers.ts";
import type { ShownFolder } from "./guest-path.ts";
import { type EnvProgram, guestDescriptors } from "./launch-script.ts";
import type { LaunchGivens } from "./launcher.ts";
import { refuseProgram } from "./program-check.ts";

/** As everybody inside sees them, as on AWS. */
export const guestPaths: GuestPaths = { taskRoot: "/var/task", optRoot: "/opt", runtimeDir: "/var/runtime", languageDir: "/var/lang", compiledDir: "/var/cache", tmp: "/tmp" };

export interface LiveContainer {
  readonly container: Container;
  /** Undefined where this machine has no groups for us. */
  readonly cgroup: Cgroup | undefined;
  readonly network: Pick<SandboxNetwork, "listen" | "connect">;
  remove(): Promise<void>;
}

export interface OciSandboxParts {
  readonly id: string;
  readonly kernel: Pick<Kernel, "show">;
  /** What is seen in every container of this sandbox. */
  readonly shown: readonly ShownFolder[];
  /** Shown where there are no layers. */
  readonly empty: string;
  readonly env: EnvProgram;
  /** Undefined: the process has to be started in full. */
  readonly fork: (container: Container, plan: Pick<ForkPlan, "launch" | "options" | "givens">) => Promise<SandboxProcess | undefined>;
  /** Makes a container over the sandbox's files, with these folders beside `shown`. */
  readonly start: (code: readonly ShownFolder[]) => Promise<LiveContainer>;
  /** Gives back the files, when no process is left. */
  readonly onClosed: () => Promise<void>;
}

export class OciSandbox implements PreparedSandbox {
  readonly id: string;
  readonly paths = guestPaths;
  readonly logDescriptor = guestDescriptors.log;
  readonly #parts: OciSandboxParts;
  #code: readonly ShownFolder[];
  #live: Promise<LiveContainer> | undefined;
  /** The one of `#live`, as soon as it is there. */
  #now: LiveContainer | undefined;
  #oomKills = 0;
  #pastPeakBytes = 0;
  #killing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  readonly #removals = new Set<Promise<void>>();

  private constructor(parts: OciSandboxParts, code: readonly ShownFolder[]) {
    this.id = parts.id;
    this.#parts = parts;
    this.#code = code;
  }

  /** With its first container. `code` undefined: shown later, by `load`. */
  static async open(parts: OciSandboxParts, code: SandboxCode | undefined): Promise<OciSandbox> {
    const sandbox = new OciSandbox(parts, code === undefined ? [] : foldersOf(code, parts.empty));
    await sandbox.#container();
    return sandbox;
  }

  async load(code: SandboxCode): Promise<void> {
    this.#code = foldersOf(code, this.#parts.empty);
    const { container } = await this.#container();
    const mounts = this.#code.map(({ source, target }) => ({ source, target, readOnly: true }));
    await this.#parts.kernel.show(container.pid, mounts).catch((error: unknown) => Promise.reject(sandboxStartFailed(this.id, error)));
  }

  async run(launch: Launch, options: RunOptions): Promise<SandboxProcess> {
    const live = await this.#container().catch((error: unknown) => Promise.reject(sandboxStartFailed(this.id, error)));
    refuseProgram(launch, [...this.#parts.shown, ...this.#code]);
    const givens: LaunchGivens = { env: this.#parts.env, thaw: () => live.cgroup?.thaw(), ranOutOfMemory: () => this.#ranOutOfMemory(live) };
    const forked = await this.#parts.fork(live.container, { launch, options, givens });
    if (forked !== undefined) return forked;
    return live.container.launch(launch, options, givens).catch((error: unknown) => Promise.reject(sandboxStartFailed(this.id, error)));
  }

  async listen(server: Server): Promise<{ readonly host: string; readonly port: number }> {
    try {
      return await (await this.#container()).network.listen(server);
    } catch (error) {
      throw sandboxStartFailed(this.id, error);
    }
  }

  async connect(port: number): Promise<Socket> {
    return (await this.#container()).network.connect(port);
  }

  limitCpu(): void {
    this.#now?.cgroup?.limitCpu();
  }

  peakMemoryBytes(): number {
    this.#pastPeakBytes = Math.max(this.#pastPeakBytes, this.#now?.cgroup?.peakMemoryBytes() ?? 0);
    return this.#pastPeakBytes;
  }

  freeze(): void {
    this.#now?.cgroup?.freeze();
  }

  thaw(): void {
    this.#now?.cgroup?.thaw();
  }

  kill(): Promise<void> {
    this.#killing ??= this.#end().finally(() => (this.#killing = undefined));
    return this.#killing;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close().catch((error: unknown) => {
      // Processes may be left: what they have is given back when they have ended.
      this.#closing = undefined;
      throw error;
    });
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.kill();
    // No process is left, whether or not the maker could forget the containers.
    try {
      await Promise.all(this.#removals);
    } finally {
      await this.#parts.onClosed();
    }
  }

  /** The one that is there, else a new one. */
  async #container(): Promise<LiveContainer> {
    if (this.#killing !== undefined || this.#closing !== undefined) throw new Error("the sandbox is being ended");
    this.#live ??= this.#start();
    return this.#live;
  }

  async #start(): Promise<LiveContainer> {
    try {
      const live = await this.#parts.start(this.#code);
      this.#oomKills = 0;
      this.#now = live;
      return live;
    } catch (error) {
      this.#live = undefined;
      throw error;
    }
  }

  async #end(): Promise<void> {
    const live = await this.#live?.catch(() => undefined);
    if (live === undefined) return;
    this.peakMemoryBytes();
    // Frozen processes do not die.
    live.cgroup?.thaw();
    live.cgroup?.freeCpu();
    await live.container.end();
    this.#live = undefined;
    this.#now = undefined;
    live.cgroup?.close();
    // Nobody waits for this but `close`, which tells what failed.
    const removal = live.remove();
    this.#removals.add(removal);
    removal.then(() => this.#removals.delete(removal), () => undefined);
  }

  #ranOutOfMemory({ cgroup }: LiveContainer): boolean {
    const before = this.#oomKills;
    this.#oomKills = cgroup?.oomKills() ?? 0;
    return this.#oomKills > before;
  }
}

const foldersOf = ({ taskRoot, optRoot, compiledDir }: SandboxCode, empty: string): readonly ShownFolder[] => [
  { target: guestPaths.taskRoot, source: taskRoot },
  { target: guestPaths.optRoot, source: optRoot ?? empty },
  ...(compiledDir === undefined ? [] : [{ target: "/var/cache", source: compiledDir }]),
];
