// The fork servers of a driver: one for each command that processes may be forked from, made when the first of them is
// started, which does not wait for it.
import type { Launch, RunOptions, SandboxChannel, SandboxProcess } from "../sandbox.ts";
import type { Syscalls } from "../syscalls.ts";
import { ForkServer } from "./fork-server.ts";
import { forkInto } from "./forked-process.ts";
import type { ShownFolder } from "./guest-path.ts";
import type { GuestOwner, LaunchGivens } from "./launcher.ts";

export interface ForkServerPlan {
  /** Language and runtime, as the containers have them. */
  readonly shown: readonly ShownFolder[];
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface ForkServerProcess extends Pick<SandboxProcess, "output"> {
  readonly channel: SandboxChannel;
  /** Never rejects. */
  readonly exited: Promise<void>;
  /** Ends it; resolves when nothing of it is left. May be called again. */
  close(): Promise<void>;
}

/** The process that is wanted, and the container where it is to run. */
export interface ForkPlan {
  readonly launch: Launch;
  readonly options: RunOptions;
  readonly givens: LaunchGivens;
  /** Host's number of the container's first process. */
  readonly containerPid: number;
  readonly owner: GuestOwner;
  /** Language and runtime, as the container shows them. */
  readonly shown: readonly ShownFolder[];
}

export interface ForkServersParts {
  readonly open: (plan: ForkServerPlan) => Promise<ForkServerProcess>;
  readonly syscalls: Syscalls;
  readonly log: { warn(fields: object, event: string): void };
}

interface Opened {
  /** Resolves, whatever comes of it. */
  opening: Promise<void>;
  /** Undefined as long as it takes no requests, and for good where this language cannot fork. */
  server: ForkServer | undefined;
  process: ForkServerProcess | undefined;
}

/** Of what a server says when it does not start. */
const mostWords = 2000;

export class ForkServers {
  readonly #parts: ForkServersParts;
  readonly #opened = new Map<string, Opened>();
  #isStopping = false;

  constructor(parts: ForkServersParts) {
    this.#parts = parts;
  }

  /** The process as a fork; undefined when it has to be started in full: nothing it could be forked from is there, yet or at all. */
  async fork(plan: ForkPlan): Promise<SandboxProcess | undefined> {
    const { launch, shown } = plan;
    const { program, args, forkServer: environment } = launch;
    const server = environment && this.#find({ shown, program, args, environment });
    if (server === undefined) return undefined;
    try {
      return await forkInto({ ...plan, server }, this.#parts.syscalls);
    } catch (error) {
      // In full it fails again if the container is to blame, and is told then.
      this.#parts.log.warn({ program, error: String(error) }, "process-not-forked");
      return undefined;
    }
  }

  /** Resolves when none is left. Processes that they have forked are their containers'. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(Array.from(this.#opened.values(), async (opened) => {
      // One that boots still may never be ready.
      await this.#close(opened);
      await opened.opening;
    }));
  }

  #find(plan: ForkServerPlan): ForkServer | undefined {
    const key = JSON.stringify(plan);
    const known = this.#opened.get(key);
    if (known !== undefined || this.#isStopping) return known?.server;
    const opened: Opened = { opening: Promise.resolve(), server: undefined, process: undefined };
    opened.opening = this.#open(plan, opened);
    this.#opened.set(key, opened);
    // The next launch makes another.
    void opened.opening.then(() => opened.server && opened.process?.exited.then(() => this.#opened.delete(key)));
    return undefined;
  }

  async #open(plan: ForkServerPlan, opened: Opened): Promise<void> {
    let said = "";
    try {
      const process = await this.#parts.open(plan);
      opened.process = process;
      if (this.#isStopping) throw new Error("the server is stopping");
      process.output.onBytes((bytes) => (said = `${said}${bytes.toString()}`.slice(-mostWords)));
      const server = new ForkServer(process, this.#parts.syscalls);
      await server.ready;
      opened.server = server;
      void process.exited.then(() => this.#close(opened));
    } catch (error) {
      // Nobody's invoke fails for it: every process is started in full then.
      if (!this.#isStopping) this.#parts.log.warn({ program: plan.program, error: String(error), said }, "fork-server-not-started");
      await this.#close(opened);
    }
  }

  /** What is left of one is removed by the next server of this machine's folder. */
  async #close({ process }: Opened): Promise<void> {
    await process?.close().catch((error: unknown) => this.#parts.log.warn({ error: String(error) }, "fork-server-not-removed"));
  }
}
