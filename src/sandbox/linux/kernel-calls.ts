// The Linux calls of namespaces, mounts and processes that Node.js does not offer, through koffi. They act on
// the thread that makes them and may block it: only the kernel thread uses this file. (syscalls.ts holds what the main
// thread needs.) Numbers are those of Linux's headers, the same on x86_64 and arm64.
import { closeSync, openSync } from "node:fs";
import { constants as osConstants } from "node:os";
import koffi from "koffi";
import { KernelError } from "./kernel-error.ts";
import type { MountRequest } from "./kernel.ts";

// <sched.h>
export const CLONE_FS = 0x200;
export const CLONE_NEWNS = 0x20000;

// <linux/mount.h>
export const MS_RDONLY = 0x1;
export const MS_NOSUID = 0x2;
export const MS_NODEV = 0x4;
export const MS_NOEXEC = 0x8;
export const MS_REMOUNT = 0x20;
export const MS_NOATIME = 0x400;
export const MS_BIND = 0x1000;
export const MS_REC = 0x4000;
export const MS_SILENT = 0x8000;
export const MS_SLAVE = 0x80000;
export const MOUNT_ATTR_RDONLY = 0x1;
export const MOUNT_ATTR_NOSUID = 0x2;
export const MOUNT_ATTR_NODEV = 0x4;
const MNT_DETACH = 0x2;
const OPEN_TREE_CLONE = 0x1;
const MOVE_MOUNT_F_EMPTY_PATH = 0x4;

// <fcntl.h>; EFD_, EPOLL_ and OPEN_TREE_CLOEXEC are the same.
const CLOEXEC = 0o2000000;
const O_PATH = 0o10000000;
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
const AT_RECURSIVE = 0x8000;
const F_DUPFD_CLOEXEC = 1030;
const MFD_CLOEXEC = 1;

// <sys/epoll.h>
export const EPOLLIN = 0x1;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
/** `struct epoll_event` is packed on x86_64 alone. */
const epollEvent = process.arch === "x64" ? { bytes: 12, data: 4 } : { bytes: 16, data: 8 };
const epollEventsAtOnce = 64;

// <sys/wait.h>
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x01000000;
const P_ALL = 0;
// <linux/prctl.h>
const PR_SET_CHILD_SUBREAPER = 36;

// Calls that libc may have no wrapper for. From 424 on they have one number on every architecture.
const PIDFD_SEND_SIGNAL = 424;
const OPEN_TREE = 428;
const MOVE_MOUNT = 429;
const PIDFD_OPEN = 434;
const CLOSE_RANGE = 436;
const MOUNT_SETATTR = 442;
const CLOSE_RANGE_CLOEXEC = 4;
const everyDescriptor = 0xffffffff;

/** Node.js's list of the names of its own errors misses those that no call of its own meets (ECHILD). */
const errnoNames = new Map(Object.entries(osConstants.errno).map(([name, errno]) => [errno, name]));

/** An errno as an error; `what` the call was about, or nothing. */
export function refused(syscall: string, errno: number, what: string): KernelError {
  const code = errnoNames.get(errno) ?? `errno ${errno}`;
  return new KernelError(syscall, code, `${syscall}${what === "" ? "" : ` of ${what}`} failed: ${code}`);
}

/** Undefined when the call is refused with this errno. */
export function unless<Result>(code: string, call: () => Result): Result | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof KernelError && error.code === code) return undefined;
    throw error;
  }
}

/** A call that returns -1 and sets errno when it is refused, which throws; `what` is for the message. */
type Call = (what: string, ...args: readonly unknown[]) => number;

interface Binder {
  /** A function of libc. */
  readonly bind: (name: string, types: readonly string[]) => Call;
  readonly bindNumber: (name: string, number: number, types: readonly string[]) => Call;
}

function openBinder(): Binder {
  const libc = koffi.load(null);
  const bind = (name: string, types: readonly string[], shownAs = name): Call => {
    const bound = libc.func(name, "long", [...types]);
    return (what, ...args) => {
      // A function that returns an `int` leaves the upper half of the register undefined.
      const result = Number(bound(...args)) | 0;
      if (result === -1) throw refused(shownAs, koffi.errno(), what);
      return result;
    };
  };
  return {
    bind,
    bindNumber: (name, number, types) => {
      const call = bind("syscall", ["long", ...types], name);
      return (what, ...args) => call(what, number, ...args);
    },
  };
}

export type KernelCalls = ReturnType<typeof loadKernelCalls>;

/** Loads koffi for this thread. Calls throw a KernelError when the kernel refuses. */
export function loadKernelCalls() {
  const binder = openBinder();
  return { ...mountCalls(binder), ...processCalls(binder), ...descriptorCalls(binder) };
}

function mountCalls({ bind, bindNumber }: Binder) {
  const unshare = bind("unshare", ["int"]);
  const setns = bind("setns", ["int", "int"]);
  const mount = bind("mount", ["str", "str", "str", "unsigned long", "str"]);
  const umount2 = bind("umount2", ["str", "int"]);
  const openTree = bindNumber("open_tree", OPEN_TREE, ["int", "str", "unsigned int"]);
  const mountSetattr = bindNumber("mount_setattr", MOUNT_SETATTR, ["int", "str", "unsigned int", "void *", "size_t"]);
  const moveMount = bindNumber("move_mount", MOVE_MOUNT, ["int", "str", "int", "str", "unsigned int"]);
  return {
    /** Of the calling thread, as is `enterNamespace`. */
    unshare: (kinds: number): void => void unshare("", kinds),
    /** `fd`: a namespace, or a process whose namespaces of these kinds are meant. */
    enterNamespace: (fd: number, kinds: number, whose: string): void => void setns(whose, fd, kinds),
    mount: ({ source, target, type, flags, options }: MountRequest): void => void mount(`${source} at ${target}`, source, target, type ?? null, flags, options ?? null),
    /** At once; what still uses it keeps it. */
    unmount: (target: string): void => void umount2(target, target, MNT_DETACH),
    /** The same, but the file system is there as long as the descriptor that it answers: who closes it waits for the disk. */
    detach: (target: string): number => {
      const held = openSync(target, O_PATH | CLOEXEC);
      try {
        umount2(target, target, MNT_DETACH);
      } catch (error) {
        closeSync(held);
        throw error;
      }
      return held;
    },
    /** A copy of the mounts at and below a path of this namespace, attached nowhere. */
    cloneTree: (path: string): number => openTree(path, AT_FDCWD, path, OPEN_TREE_CLONE | CLOEXEC | AT_RECURSIVE),
    setTreeAttributes: (tree: number, attributes: number, path: string): void => {
      // struct mount_attr: attr_set, attr_clr, propagation, userns_fd.
      const request = new BigUint64Array([BigInt(attributes), 0n, 0n, 0n]);
      mountSetattr(path, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, request, request.byteLength);
    },
    attachTree: (tree: number, target: string): void => void moveMount(target, tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH),
  };
}

function processCalls({ bind, bindNumber }: Binder) {
  const pidfdOpen = bindNumber("pidfd_open", PIDFD_OPEN, ["int", "unsigned int"]);
  const pidfdSendSignal = bindNumber("pidfd_send_signal", PIDFD_SEND_SIGNAL, ["int", "int", "void *", "unsigned int"]);
  const waitpid = bind("waitpid", ["int", "_Out_ int *", "int"]);
  const prctl = bind("prctl", ["int", "unsigned long", "unsigned long", "unsigned long", "unsigned long"]);
  const waitid = bind("waitid", ["int", "unsigned int", "void *", "int"]);
  /** `siginfo_t`, which has the process where a union of 64 bits begins. */
  const information = Buffer.alloc(128);
  const openPid = (pid: number): number => pidfdOpen(`process ${pid}`, pid, 0);
  return {
    /** A descriptor of a process: it is readable when that has ended. ESRCH when there is none. */
    openPid,
    openPidIfThere: (pid: number): number | undefined => unless("ESRCH", () => openPid(pid)),
    /** Nothing, when it has ended. */
    signal: (pidfd: number, signal: number): void => void unless("ESRCH", () => pidfdSendSignal("", pidfd, signal, null, 0)),
    /** The status (see wait(2)) of a child that has ended. */
    takeStatus: (pid: number): number => {
      const status = [0];
      waitpid(`process ${pid}`, pid, status, 0);
      return status[0] ?? 0;
    },
    /** Descendants whose parents have ended become children of this server. */
    adoptOrphans: (): void => void prctl("", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0),
    /** A child that has ended and that nobody has taken notice of. */
    endedChild: (): number | undefined => {
      information.fill(0);
      unless("ECHILD", () => waitid("", P_ALL, 0, information, WEXITED | WNOHANG | WNOWAIT));
      const pid = information.readInt32LE(16);
      return pid === 0 ? undefined : pid;
    },
    /** Lets the kernel forget a process that has ended, if it is a child of ours. */
    collectIfChild: (pid: number): void => void unless("ECHILD", () => waitpid(`process ${pid}`, pid, [0], WNOHANG)),
  };
}

function descriptorCalls({ bind, bindNumber }: Binder) {
  const eventfd = bind("eventfd", ["unsigned int", "int"]);
  const epollCreate = bind("epoll_create1", ["int"]);
  const epollCtl = bind("epoll_ctl", ["int", "int", "int", "void *"]);
  const epollWait = bind("epoll_wait", ["int", "void *", "int", "int"]);
  const memfdCreate = bind("memfd_create", ["str", "unsigned int"]);
  const closeRange = bindNumber("close_range", CLOSE_RANGE, ["unsigned int", "unsigned int", "unsigned int"]);
  const fcntl = bind("fcntl", ["int", "int", "long"]);
  const ioctl = bind("ioctl", ["int", "unsigned long", "void *"]);
  const events = Buffer.alloc(epollEvent.bytes * epollEventsAtOnce);
  return {
    eventFd: (): number => eventfd("", 0, CLOEXEC),
    epoll: (): number => epollCreate("", CLOEXEC),
    /** From now on `epollWait` tells of it, until it is removed or closed. */
    epollAdd: (epoll: number, fd: number, when: number): void => {
      const event = Buffer.alloc(epollEvent.bytes);
      event.writeUInt32LE(when, 0);
      event.writeInt32LE(fd, epollEvent.data);
      epollCtl("", epoll, EPOLL_CTL_ADD, fd, event);
    },
    epollRemove: (epoll: number, fd: number): void => void epollCtl("", epoll, EPOLL_CTL_DEL, fd, null),
    /** Blocks this thread until descriptors are ready; those that are, none when a signal came in between. */
    epollWait: (epoll: number): readonly number[] => {
      const count = unless("EINTR", () => epollWait("", epoll, events, epollEventsAtOnce, -1)) ?? 0;
      return Array.from({ length: count }, (_, index) => events.readInt32LE(index * epollEvent.bytes + epollEvent.data));
    },
    /** A file in memory. */
    memoryFile: (name: string): number => memfdCreate(name, name, MFD_CLOEXEC),
    /** No program that is started from now on gets a descriptor that this process has now, unless it is given it. */
    keepDescriptors: (): void => void closeRange("", 3, everyDescriptor, CLOSE_RANGE_CLOEXEC),
    /** What a device is asked for, in its own words: ioctl(2). */
    control: (fd: number, request: number, argument: Buffer | null): number => ioctl("", fd, request, argument),
    /** A copy of a descriptor with a number of at least `lowest`. */
    duplicate: (fd: number, lowest: number): number => fcntl(`descriptor ${fd}`, fd, F_DUPFD_CLOEXEC, lowest),
  };
}
