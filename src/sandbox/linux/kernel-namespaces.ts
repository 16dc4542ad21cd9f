// The mount namespaces of the kernel thread: one of its own as its home, one for what has to do with no mounts of ours,
// and others as guests for one call.
import { closeSync, existsSync, openSync } from "node:fs";
import { CLONE_FS, CLONE_NEWNS, MS_RDONLY, MS_REC, MS_SLAVE, unless, type KernelCalls } from "./kernel-calls.ts";

/** The thread could not return: whatever it does now it would do in a container. */
export class NamespaceLost extends Error {}

/** Descriptors of namespaces, which outlive the thread as long as these are open. */
export interface Homes {
  /** The thread's own, where it mounts. */
  readonly own: number;
  /** What the host mounts and nothing else. */
  readonly bare: number;
}

/**
 * Gives the calling thread a mount namespace of its own, which sees what the host mounts and shows the host nothing. The
 * other one sees nothing of what is mounted in it, either: with it no copy of a namespace is the slower for that.
 */
export function makeHome(calls: KernelCalls): Homes {
  calls.unshare(CLONE_FS | CLONE_NEWNS);
  calls.mount({ source: "none", target: "/", flags: MS_REC | MS_SLAVE });
  if (existsSync(unified)) hideUnified(calls);
  const bare = openSync("/proc/thread-self/ns/mnt", "r");
  calls.unshare(CLONE_NEWNS);
  return { own: openSync("/proc/thread-self/ns/mnt", "r"), bare };
}

/** Where controllers of cgroup v1 and the tree of v2 are mounted side by side, crun (1.8) refuses to work. */
const unified = "/sys/fs/cgroup/unified";

function hideUnified(calls: KernelCalls): void {
  const isGone = unless("EINVAL", () => {
    calls.unmount(unified);
    return true;
  });
  // In a user namespace, mounts from outside cannot be taken away, only covered.
  if (isGone === undefined) calls.mount({ source: "tmpfs", target: unified, type: "tmpfs", flags: MS_RDONLY });
}

/** Brings another thread there. */
export function enterHome(calls: KernelCalls, home: number): void {
  calls.unshare(CLONE_FS);
  calls.enterNamespace(home, CLONE_NEWNS, "the kernel thread's own mounts");
}

/** Runs `work` in the mount namespace of a process and returns home whatever happens. ESRCH when the process has ended. */
export function insideOf<Result>(calls: KernelCalls, home: number, pid: number, work: () => Result): Result {
  const pidfd = calls.openPid(pid);
  try {
    return insideNamespace(calls, home, { fd: pidfd, whose: `process ${pid}` }, work);
  } finally {
    closeSync(pidfd);
  }
}

/** The same in one whose descriptor is known. */
export function insideNamespace<Result>(calls: KernelCalls, home: number, { fd, whose }: { readonly fd: number; readonly whose: string }, work: () => Result): Result {
  calls.enterNamespace(fd, CLONE_NEWNS, whose);
  try {
    return work();
  } finally {
    try {
      calls.enterNamespace(home, CLONE_NEWNS, "the kernel thread's own mounts");
    } catch (cause) {
      // oxlint-disable-next-line no-unsafe-finally -- what `work` threw matters no more
      throw new NamespaceLost(`the kernel thread was lost in the mount namespace of ${whose}: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
}
