// Entry of the kernel thread (kernel.ts). It has no event loop: it waits in epoll for the main thread's messages and for
// the end of processes. A thread that cannot return from a container's namespace ends, and its successor goes on with its
// namespace and its waits.
/* oxlint-disable unicorn/require-post-message-target-origin -- a thread of ours has no origin */
import { closeSync, readFileSync, readSync } from "node:fs";
import { constants } from "node:os";
import { basename } from "node:path";
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from "node:worker_threads";
import { ifThere } from "../errno.ts";
import { childrenOf } from "../oci/process-tree.ts";
import { EPOLLIN, loadKernelCalls, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOSUID, MOUNT_ATTR_RDONLY, type KernelCalls } from "./kernel-calls.ts";
import type { KernelAnswer, KernelHandover, KernelOrder, Wait } from "./kernel-message.ts";
import { mountImage } from "./kernel-images.ts";
import { enterHome, insideNamespace, insideOf, makeHome, NamespaceLost, type Homes } from "./kernel-namespaces.ts";
import { collectResult, loadPrograms, type Programs, type StartedProgram } from "./kernel-programs.ts";
import type { RunRequest, ShownPath } from "./kernel.ts";
import { toPlainFault, type FromThread, type ThreadStart, type ToThread } from "./order-thread.ts";

type FromKernel = FromThread<KernelAnswer, KernelHandover>;

/** What the kernel keeps of a program's name. proc_pid_comm(5) */
const longestName = 15;

class KernelLoop {
  readonly #port: MessagePort;
  readonly #calls: KernelCalls;
  readonly #programs: Programs;
  readonly #homes: Homes;
  readonly #wake: number;
  readonly #epoll: number;
  /** By descriptor. */
  readonly #waits = new Map<number, Wait>();
  /** The descriptors of processes that are no children, by process id. */
  readonly #followed = new Map<number, number>();
  /** Of programs that were started, as the kernel has them. */
  readonly #names = new Set<string>();

  constructor(port: MessagePort, { wake, handover }: ThreadStart<KernelHandover>) {
    this.#port = port;
    this.#calls = loadKernelCalls();
    this.#programs = loadPrograms(this.#calls);
    // What the server itself inherited is no container's.
    this.#calls.keepDescriptors();
    // A container ends when everything in it has ended and somebody has noticed: some machines' init takes seconds for it.
    this.#calls.adoptOrphans();
    this.#homes = handover?.homes ?? makeHome(this.#calls);
    if (handover !== undefined) enterHome(this.#calls, this.#homes.own);
    this.#wake = this.#calls.eventFd();
    this.#epoll = this.#calls.epoll();
    this.#calls.epollAdd(this.#epoll, this.#wake, EPOLLIN);
    for (const wait of handover?.waits ?? []) this.#await(wait);
    Atomics.store(wake, 0, this.#wake);
    this.#tell({ kind: "ready", handover: { homes: this.#homes, waits: [] } });
  }

  /** Returns when the main thread asks to end. Throws NamespaceLost. */
  run(): void {
    for (;;) {
      for (;;) {
        const received: { readonly message: ToThread<KernelOrder> } | undefined = receiveMessageOnPort(this.#port);
        if (received === undefined) break;
        if (received.message === undefined) return;
        this.#carryOut(received.message.id, received.message.order);
      }
      for (const fd of this.#calls.epollWait(this.#epoll)) {
        if (fd === this.#wake) readSync(fd, Buffer.alloc(8));
        else this.#happened(fd);
      }
    }
  }

  /** The main thread is told what its successor begins with. */
  lose(): void {
    const waits = Array.from(this.#waits.values());
    const begun = waits.flatMap((wait) => (wait.kind === "process" ? wait.ids : [wait.id]));
    this.#tell({ kind: "lost", handover: { homes: this.#homes, waits }, begun });
  }

  /** Gives up what is waited for, and the namespace with all that is mounted there. What wakes it is the main thread's to close. */
  close(): void {
    // Nobody else knows of them.
    this.#collectOrphans();
    for (const fd of this.#waits.keys()) closeSync(fd);
    for (const fd of [this.#epoll, this.#homes.own, this.#homes.bare]) closeSync(fd);
  }

  #tell(message: FromKernel): void {
    this.#port.postMessage(message);
  }

  #done(id: number, answer?: KernelAnswer): void {
    this.#tell({ kind: "done", id, answer });
  }

  #carryOut(id: number, order: KernelOrder): void {
    try {
      this.#begin(id, order);
    } catch (error) {
      this.#tell({ kind: "failed", id, fault: toPlainFault(error) });
      if (error instanceof NamespaceLost) throw error;
    }
  }

  #begin(id: number, order: KernelOrder): void {
    switch (order.kind) {
      case "run": {
        const started = this.#start(order.request);
        this.#names.add(basename(order.request.program).slice(0, longestName));
        // It is a child that nobody has waited for: its number is no other process's.
        this.#await({ kind: "child", fd: this.#calls.openPid(started.pid), id, started });
        return;
      }
      case "show":
        return this.#done(id, this.#show(order.pid, order.shown));
      case "mount":
        return this.#done(id, this.#calls.mount(order.request));
      case "mount-image":
        return this.#done(id, mountImage(this.#calls, order.request));
      case "unmount":
        return this.#done(id, this.#calls.detach(order.target));
      case "ended":
        this.#follow(id, order.pid);
        return;
      case "kill": {
        const pidfd = this.#follow(id, order.pid);
        if (pidfd !== undefined) this.#calls.signal(pidfd, constants.signals.SIGKILL);
        return;
      }
      default:
        order satisfies never;
    }
  }

  #start(request: RunRequest): StartedProgram {
    if (request.isBare !== true) return this.#programs.start(request);
    return insideNamespace(this.#calls, this.#homes.own, { fd: this.#homes.bare, whose: "a program" }, () => this.#programs.start(request));
  }

  #show(pid: number, shown: readonly ShownPath[]): void {
    const trees: number[] = [];
    try {
      for (const { source, readOnly } of shown) {
        const tree = this.#calls.cloneTree(source);
        trees.push(tree);
        this.#calls.setTreeAttributes(tree, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (readOnly ? MOUNT_ATTR_RDONLY : 0), source);
      }
      insideOf(this.#calls, this.#homes.own, pid, () => {
        for (const [index, { target }] of shown.entries()) this.#calls.attachTree(trees[index] ?? -1, target);
      });
    } finally {
      for (const tree of trees) closeSync(tree);
    }
  }

  /** Answers when the process has ended; its descriptor, unless it has ended before. */
  #follow(id: number, pid: number): number | undefined {
    const known = this.#waits.get(this.#followed.get(pid) ?? -1);
    if (known?.kind === "process") {
      this.#remember({ ...known, ids: [...known.ids, id] });
      return known.fd;
    }
    const fd = this.#calls.openPidIfThere(pid);
    if (fd === undefined) this.#done(id);
    else this.#await({ kind: "process", fd, ids: [id], pid });
    return fd;
  }

  #await(wait: Wait): void {
    this.#calls.epollAdd(this.#epoll, wait.fd, EPOLLIN);
    this.#remember(wait);
  }

  #remember(wait: Wait): void {
    this.#waits.set(wait.fd, wait);
    if (wait.kind === "process") this.#followed.set(wait.pid, wait.fd);
  }

  /** Waits no more. */
  #forget(wait: Wait): void {
    // Closing it would not be enough: epoll goes on as long as a process that is being forked has a copy.
    this.#calls.epollRemove(this.#epoll, wait.fd);
    this.#waits.delete(wait.fd);
    if (wait.kind === "process") this.#followed.delete(wait.pid);
    closeSync(wait.fd);
  }

  #happened(fd: number): void {
    const wait = this.#waits.get(fd);
    if (wait === undefined) return;
    this.#forget(wait);
    switch (wait.kind) {
      case "child":
        this.#done(wait.id, collectResult(wait.started, this.#calls.takeStatus(wait.started.pid)));
        return this.#collectOrphans();
      case "process":
        // It may be an orphan.
        this.#calls.collectIfChild(wait.pid);
        for (const id of wait.ids) this.#done(id);
        return;
      default:
        wait satisfies never;
    }
  }

  /**
   * What programs have left, by their names: crun leaves a child each time. Others' children are theirs to notice, and may
   * be the first that the kernel tells of: then all are looked at.
   */
  #collectOrphans(): void {
    let ended = this.#calls.endedChild();
    for (; ended !== undefined && this.#isOrphan(ended); ended = this.#calls.endedChild()) this.#calls.collectIfChild(ended);
    if (ended === undefined) return;
    for (const pid of childrenOf(process.pid)) if (this.#isOrphan(pid)) this.#calls.collectIfChild(pid);
  }

  #isOrphan(pid: number): boolean {
    const isAwaited = this.#followed.has(pid) || Array.from(this.#waits.values()).some((wait) => wait.kind === "child" && wait.started.pid === pid);
    const [, name = "", state] = /\((.*)\) (.)/.exec(ifThere(() => readFileSync(`/proc/${pid}/stat`, "latin1")) ?? "") ?? [];
    return !isAwaited && state === "Z" && this.#names.has(name);
  }
}

function serve(port: MessagePort, start: ThreadStart<KernelHandover>): void {
  let loop: KernelLoop;
  try {
    loop = new KernelLoop(port, start);
  } catch (error) {
    port.postMessage({ kind: "unusable", fault: toPlainFault(error) } satisfies FromKernel);
    return;
  }
  try {
    loop.run();
    loop.close();
  } catch (error) {
    if (!(error instanceof NamespaceLost)) throw error;
    loop.lose();
  }
}

if (parentPort !== null) serve(parentPort, workerData);
