// The namespaces of the kernel thread: a mount namespace of its own as its home, others as guests for one call.
import { closeSync, existsSync, openSync } from "node:fs";
import { CLONE_FS, CLONE_NEWNET, CLONE_NEWNS, MS_RDONLY, MS_REC, MS_SLAVE, unless, type KernelCalls } from "./kernel-calls.ts";
import { isHostRoot } from "./user-namespace.ts";

/** The namespaces that the thread returns to, as descriptors. */
export interface Home {
  /** The kernel's own, which outlives a thread as long as this is open. */
  readonly mount: number;
  /** The host's; or an empty one, where who is no root of the host could not return to its. */
  readonly network: number;
}

/** The thread could not return: whatever it does now it would do in a container. */
export class NamespaceLost extends Error {}

/** Gives the calling thread a mount namespace of its own, which sees what the host mounts and shows the host nothing. */
export function makeHome(calls: KernelCalls): Home {
  calls.unshare(CLONE_FS | CLONE_NEWNS);
  calls.mount({ source: "none", target: "/", flags: MS_REC | MS_SLAVE });
  if (existsSync(unified)) hideUnified(calls);
  return openHome(calls);
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
export function enterHome(calls: KernelCalls, mount: number): Home {
  calls.unshare(CLONE_FS);
  calls.enterNamespace(mount, CLONE_NEWNS, "the kernel thread's own mounts");
  return openHome(calls);
}

function openHome(calls: KernelCalls): Home {
  if (!isHostRoot()) calls.unshare(CLONE_NEWNET);
  return { mount: openSync("/proc/thread-self/ns/mnt", "r"), network: openSync("/proc/thread-self/ns/net", "r") };
}

/** Runs `work` in one namespace of a process and returns home whatever happens. ESRCH when the process has ended. */
export function insideOf<Result>(calls: KernelCalls, home: Home, where: { readonly pid: number; readonly kind: "mount" | "network" }, work: () => Result): Result {
  const { pid, kind } = where;
  const flag = kind === "mount" ? CLONE_NEWNS : CLONE_NEWNET;
  const pidfd = calls.openPid(pid);
  try {
    calls.enterNamespace(pidfd, flag, `process ${pid}`);
  } finally {
    closeSync(pidfd);
  }
  try {
    return work();
  } finally {
    try {
      calls.enterNamespace(home[kind], flag, "the host");
    } catch (cause) {
      // oxlint-disable-next-line no-unsafe-finally -- what `work` threw matters no more
      throw new NamespaceLost(`the kernel thread was lost in the ${kind} namespace of process ${pid}: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
}
