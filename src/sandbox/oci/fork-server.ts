// Our side of a fork server (guest/PROTOCOL.md): a process outside of all sandboxes that has a language booted, whose
// children become processes of containers that are there. It is given numbers of our descriptors and takes these
// itself; what a child is to be goes by a pipe that only the child reads, so that no child remembers another's secrets.
import { closeSync } from "node:fs";
import { constants } from "node:os";
import type { Launch } from "../sandbox.ts";
import type { Syscalls } from "../syscalls.ts";
import type { ForkServerProcess } from "./fork-servers.ts";

export interface ForkRequest {
  /** Descriptor of ours that means the container's first process: pidfd_open(2). */
  readonly container: number;
  /** As known in the container. */
  readonly uid: number;
  readonly gid: number;
  /** The child's descriptors, and which of ours each is. To be kept open until the call has resolved. */
  readonly descriptors: ReadonlyMap<number, number>;
  readonly launch: Pick<Launch, "cwd" | "environment">;
}

export interface ForkedProcess {
  readonly pid: number;
  /** Also when the fork server itself has ended: as killed. */
  readonly ended: Promise<ForkedEnd>;
}

export interface ForkedEnd {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/** What it says, a line of JSON each. */
type Report =
  | { readonly state: "ready" }
  | { readonly state: "forked"; readonly id: number; readonly pid: number }
  | { readonly state: "running"; readonly id: number }
  | { readonly state: "failed"; readonly id: number; readonly reason: string }
  /** `status` as wait(2) has it. */
  | { readonly state: "ended"; readonly pid: number; readonly status: number };

interface Child {
  readonly pid: number;
  readonly ended: Promise<ForkedEnd>;
  end(end: ForkedEnd): void;
}

interface Fork {
  child: Child | undefined;
  /** The child may be faster than its parent in saying so. */
  isRunning: boolean;
  resolve(process: ForkedProcess): void;
  reject(error: Error): void;
}

const killed: ForkedEnd = { exitCode: undefined, signal: "SIGKILL" };

export class ForkServer {
  /** Resolves when it takes requests; rejects when it has ended before. */
  readonly ready: Promise<void>;
  readonly #process: Pick<ForkServerProcess, "channel" | "exited">;
  readonly #syscalls: Syscalls;
  readonly #forks = new Map<number, Fork>();
  readonly #children = new Map<number, Child>();
  #lastId = 0;
  #hasEnded = false;
  #rest = "";
  #onReady: () => void = () => undefined;

  constructor(process: Pick<ForkServerProcess, "channel" | "exited">, syscalls: Syscalls) {
    this.#process = process;
    this.#syscalls = syscalls;
    this.ready = new Promise((resolve, reject) => {
      this.#onReady = resolve;
      void process.exited.then(() => reject(new Error("the fork server has ended")));
    });
    // Whoever waits for it hears of it.
    this.ready.catch(() => undefined);
    process.channel.onBytes((bytes) => this.#read(bytes));
    void process.exited.then(() => this.#end());
  }

  /** Resolves when the child runs, confined, with the variables of the launch. Rejects with why not; nothing of it is left then. */
  fork({ container, uid, gid, descriptors, launch }: ForkRequest): Promise<ForkedProcess> {
    const text = Buffer.from(JSON.stringify({ cwd: launch.cwd, environment: launch.environment }));
    if (this.#hasEnded) return Promise.reject(new Error("the fork server has ended"));
    const pipe = this.#syscalls.pipe();
    // Nobody reads there yet. Most pipes hold 64 KiB, those of a user who has many of them less: pipe(7).
    this.#syscalls.setNonBlocking(pipe.writeFd);
    const written = this.#syscalls.write(pipe.writeFd, text);
    closeSync(pipe.writeFd);
    if (written !== text.length) {
      closeSync(pipe.readFd);
      return Promise.reject(new Error(`${text.length} bytes of variables are too many for a fork`));
    }
    const id = ++this.#lastId;
    const forked = new Promise<ForkedProcess>((resolve, reject) => this.#forks.set(id, { child: undefined, isRunning: false, resolve, reject }));
    const request = { id, container, uid, gid, launch: pipe.readFd, descriptors: Object.fromEntries(descriptors) };
    this.#process.channel.write([Buffer.from(`${JSON.stringify(request)}\n`)]);
    return forked.finally(() => closeSync(pipe.readFd));
  }

  #read(bytes: Buffer): void {
    const lines = `${this.#rest}${bytes.toString("utf8")}`.split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const report = reportOf(line);
      if (report === undefined) this.#end();
      else this.#hear(report);
    }
  }

  #hear(report: Report): void {
    switch (report.state) {
      case "ready":
        this.#onReady();
        return;
      case "forked":
        this.#forked(report.id, report.pid);
        return;
      case "running":
        this.#running(report.id);
        return;
      case "failed":
        this.#fail(report.id, report.reason);
        return;
      case "ended":
        this.#ended(report.pid, endOf(report.status));
        return;
      default:
        report satisfies never;
    }
  }

  #forked(id: number, pid: number): void {
    const { promise, resolve } = Promise.withResolvers<ForkedEnd>();
    const child = { pid, ended: promise, end: resolve };
    this.#children.set(pid, child);
    const fork = this.#forks.get(id);
    if (fork === undefined) return;
    fork.child = child;
    if (fork.isRunning) this.#running(id);
  }

  #running(id: number): void {
    const fork = this.#forks.get(id);
    if (fork === undefined) return;
    fork.isRunning = true;
    if (fork.child === undefined) return;
    this.#forks.delete(id);
    fork.resolve(fork.child);
  }

  #fail(id: number, reason: string): void {
    this.#forks.get(id)?.reject(new Error(reason));
    this.#forks.delete(id);
  }

  #ended(pid: number, end: ForkedEnd): void {
    this.#children.get(pid)?.end(end);
    this.#children.delete(pid);
    // One that is killed on its way into the container cannot say so.
    for (const [id, fork] of this.#forks) if (fork.child?.pid === pid) this.#fail(id, "the process ended before it ran");
  }

  #end(): void {
    this.#hasEnded = true;
    for (const fork of this.#forks.values()) fork.reject(new Error("the fork server has ended"));
    for (const child of this.#children.values()) child.end(killed);
    this.#forks.clear();
    this.#children.clear();
  }
}

/** Nothing of a function runs there, and a child reports before it runs anything. Undefined: who says this is to be used no more. */
function reportOf(line: string): Report | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Of wait(2): the signal in the low seven bits, or the code in the next eight. */
function endOf(status: number): ForkedEnd {
  const signal = status & 0x7f;
  if (signal === 0) return { exitCode: (status >> 8) & 0xff, signal: undefined };
  return { exitCode: undefined, signal: Object.entries(constants.signals).find(([, number]) => number === signal)?.[0] ?? `SIG${signal}` };
}
