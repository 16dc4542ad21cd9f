// The mount namespaces of the kernel thread: one of its own as its home, others as guests for one call.
import { closeSync, existsSync, openSync } from "node:fs";
import { CLONE_FS, CLONE_NEWNS, MS_RDONLY, MS_REC, MS_SLAVE, unless, type KernelCalls } from "./kernel-calls.ts";

/** The thread could not return: whatever it does now it would do in a container. */
export class NamespaceLost extends Error {}

/**
 * Gives the calling thread a mount namespace of its own, which sees what the host mounts and shows the host nothing.
 * Returns a descriptor of it: it outlives the thread as long as that is open.
 */
export function makeHome(calls: KernelCalls): number {
  calls.unshare(CLONE_FS | CLONE_NEWNS);
  calls.mount({ source: "none", target: "/", flags: MS_REC | MS_SLAVE });
  if (existsSync(unified)) hideUnified(calls);
  return openSync("/proc/thread-self/ns/mnt", "r");
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
    calls.enterNamespace(pidfd, CLONE_NEWNS, `process ${pid}`);
  } finally {
    closeSync(pidfd);
  }
  try {
    return work();
  } finally {
    try {
      calls.enterNamespace(home, CLONE_NEWNS, "the kernel thread's own mounts");
    } catch (cause) {
      // oxlint-disable-next-line no-unsafe-finally -- what `work` threw matters no more
      throw new NamespaceLost(`the kernel thread was lost in the mount namespace of process ${pid}: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
}
