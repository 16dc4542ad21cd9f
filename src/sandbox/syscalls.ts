// The system calls that Node.js does not offer, through koffi: pipes whose ends we may give to a child under any
// descriptor number, and reads and writes that tell "nothing there" without an exception. The only other files that load
// koffi are those of the kernel thread (linux/kernel-calls.ts).
import { closeSync, readFileSync, writeSync } from "node:fs";
import koffi, { type LibraryHandle } from "koffi";

export interface Pipe {
  readonly readFd: number;
  readonly writeFd: number;
}

/** Bytes of a file, from `start` to before `end`. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

export interface Syscalls {
  /** A pipe whose ends no child inherits unless it is given them. Throws when the host has no descriptors left. */
  pipe(): Pipe;
  /** Bytes read, 0 at the end of file, `undefined` when a non-blocking descriptor has nothing now. */
  read(fd: number, into: Buffer): number | undefined;
  /** Bytes written, `undefined` when a non-blocking descriptor takes nothing now or the reader has gone. */
  write(fd: number, bytes: Uint8Array): number | undefined;
  /** Asks of several descriptors at once whether a read of any would give bytes, or the end, now. */
  readable(fds: readonly number[]): () => boolean;
  setNonBlocking(fd: number): void;
  /** No child inherits it, unless it is given it. */
  setCloseOnExec(fd: number): void;
  /** How many files a process may have open, it and what it starts from now on. Linux; elsewhere nothing happens. */
  limitOpenFiles(pid: number, count: number): void;
  /** Where a sparse file has data. Linux. */
  extents(fd: number): readonly Extent[];
  /** A descriptor that means this process and no later one of its number: pidfd_open(2). Linux; throws where there is no such process. */
  openProcess(pid: number): number;
  /** A copy of a program, in memory, that can be executed and never be changed, as a descriptor. Undefined: this system has no such files. */
  sealedProgram(path: string): number | undefined;
  /** Locks an open file for as long as this process has it open; false: somebody has it locked already. flock(2). */
  tryLock(fd: number): boolean;
  /** The same with others who do so; false: somebody has it for himself. */
  tryShare(fd: number): boolean;
  /** One buffer for all reads of this thread: whoever reads copies out before anything else can read. */
  readonly readBuffer: Buffer;
}

const readBytes = 64 * 1024;

// <fcntl.h> of the two systems that we run on.
const flags =
  process.platform === "darwin"
    ? { getFlags: 3, setFlags: 4, setDescriptorFlags: 2, closeOnExec: 1, nonBlocking: 0x4, openCloseOnExec: 0 }
    : { getFlags: 3, setFlags: 4, setDescriptorFlags: 2, closeOnExec: 1, nonBlocking: 0o4000, openCloseOnExec: 0o2000000 };

// <unistd.h> of Linux.
const seekData = 3;
const seekHole = 4;

// <sys/file.h>.
const lockShared = 1;
const lockExclusively = 2;
const doNotWait = 4;

/** The same on all processors; not every C library has a function for it. */
const pidfdOpen = 434;

/** Loads koffi (about ten milliseconds), so call it once, where a driver is made. */
export function loadSyscalls(): Syscalls {
  const libc = koffi.load(null);
  const read = libc.func("intptr_t read(int fd, void *into, size_t size)");
  const write = libc.func("intptr_t write(int fd, const void *bytes, size_t size)");
  const poll = libc.func("int poll(void *fds, unsigned long count, int timeout)");
  const fcntl = libc.func("int fcntl(int fd, int command, ...)");
  const syscall = libc.func("long syscall(long number, ...)");
  const makePipe = loadPipe(libc, fcntl);
  const limitOpenFiles = loadLimitOpenFiles(libc);
  const sealedProgram = loadSealedProgram(libc, fcntl);
  const lseek = libc.func("int64_t lseek(int fd, int64_t offset, int whence)");
  const flock = libc.func("int flock(int fd, int operation)");
  const { EAGAIN, EINTR, EPIPE } = koffi.os.errno;
  const tryFlock = (fd: number, how: number): boolean => {
    if (Number(flock(fd, how | doNotWait)) === 0) return true;
    return koffi.errno() === EAGAIN ? false : fail("flock");
  };

  return {
    readBuffer: Buffer.allocUnsafeSlow(readBytes),
    pipe: () => {
      const fds = [-1, -1];
      if (makePipe(fds) !== 0) fail("pipe");
      return { readFd: fds[0] ?? -1, writeFd: fds[1] ?? -1 };
    },
    read: (fd, into) => {
      for (;;) {
        const count = Number(read(fd, into, into.length));
        if (count >= 0) return count;
        const errno = koffi.errno();
        if (errno === EAGAIN) return undefined;
        if (errno !== EINTR) return fail("read");
      }
    },
    write: (fd, bytes) => {
      for (;;) {
        const count = Number(write(fd, bytes, bytes.length));
        if (count >= 0) return count;
        const errno = koffi.errno();
        if (errno === EAGAIN || errno === EPIPE) return undefined;
        if (errno !== EINTR) return fail("write");
      }
    },
    readable: (fds) => {
      const asked = pollRequest(fds);
      // What fails is for the read to tell.
      return () => Number(poll(asked, fds.length, 0)) !== 0;
    },
    setCloseOnExec: (fd) => {
      fcntl(fd, flags.setDescriptorFlags, "int", flags.closeOnExec);
    },
    limitOpenFiles,
    sealedProgram,
    openProcess: (pid) => {
      const fd = Number(syscall(pidfdOpen, "int", pid, "unsigned int", 0));
      return fd < 0 ? fail("pidfd_open") : fd;
    },
    tryLock: (fd) => tryFlock(fd, lockExclusively),
    tryShare: (fd) => tryFlock(fd, lockShared),
    extents: (fd) => {
      const found: Extent[] = [];
      const seek = (from: number, whence: number): number => Number(lseek(fd, from, whence));
      for (let end = 0; ; ) {
        // Fails with ENXIO behind the last.
        const start = seek(end, seekData);
        if (start < 0) return found;
        end = seek(start, seekHole);
        found.push({ start, end });
      }
    },
    setNonBlocking: (fd) => {
      const current = Number(fcntl(fd, flags.getFlags));
      if (current < 0) fail("fcntl");
      if (Number(fcntl(fd, flags.setFlags, "int", current | flags.nonBlocking)) < 0) fail("fcntl");
    },
  };
}

/** An array of `struct pollfd` of <poll.h>, the same on both systems: which descriptor, what is asked, what is answered. */
function pollRequest(fds: readonly number[]): Buffer {
  const request = Buffer.alloc(fds.length * pollBytes);
  for (const [index, fd] of fds.entries()) {
    request.writeInt32LE(fd, index * pollBytes);
    request.writeInt16LE(pollIn, index * pollBytes + 4);
  }
  return request;
}

const pollBytes = 8;
const pollIn = 1;

function fail(call: string): never {
  throw new Error(`${call} failed with errno ${koffi.errno()}`);
}

type MakePipe = (fds: number[]) => number;

/** `pipe2` closes the race with a fork between `pipe` and `fcntl`; macOS has none, but nothing forks there meanwhile. */
function loadPipe(libc: LibraryHandle, fcntl: (...args: unknown[]) => unknown): MakePipe {
  if (process.platform !== "darwin") {
    const pipe2 = libc.func("int pipe2(_Out_ int *fds, int flags)");
    return (fds) => Number(pipe2(fds, flags.openCloseOnExec));
  }
  const pipe = libc.func("int pipe(_Out_ int *fds)");
  return (fds) => {
    const result = Number(pipe(fds));
    if (result === 0) for (const fd of fds) fcntl(fd, flags.setDescriptorFlags, "int", flags.closeOnExec);
    return result;
  };
}

// <linux/memfd.h> and <linux/fcntl.h>.
const memoryFlags = { closeOnExec: 1, allowSealing: 2, executable: 0x10 } as const;
const addSeals = 1033;
/** Against more seals, shrinking, growing and writing. */
const everySeal = 0xf;

function loadSealedProgram(libc: LibraryHandle, fcntl: (...args: unknown[]) => unknown): Syscalls["sealedProgram"] {
  if (process.platform !== "linux") return () => undefined;
  const memfdCreate = libc.func("int memfd_create(const char *name, unsigned int flags)");
  const ordinary = memoryFlags.closeOnExec | memoryFlags.allowSealing;
  return (path) => {
    // Linux before 6.3 does not know the flag, and needs none.
    const explicit = Number(memfdCreate("program", ordinary | memoryFlags.executable));
    const fd = explicit < 0 ? Number(memfdCreate("program", ordinary)) : explicit;
    if (fd < 0) return undefined;
    const content = readFileSync(path);
    for (let written = 0; written < content.length; ) written += writeSync(fd, content, written);
    if (Number(fcntl(fd, addSeals, "int", everySeal)) === 0) return fd;
    closeSync(fd);
    return undefined;
  };
}

/** RLIMIT_NOFILE of <sys/resource.h>. */
const openFilesResource = 7;

function loadLimitOpenFiles(libc: LibraryHandle): Syscalls["limitOpenFiles"] {
  if (process.platform !== "linux") return () => {};
  const prlimit = libc.func("int prlimit(int pid, int resource, const void *limit, void *former)");
  return (pid, count) => {
    // Soft and hard, 64 bits each: who starts may raise the soft one.
    const limit = new BigUint64Array([BigInt(count), BigInt(count)]);
    // Fails for a process that has ended, and where this server itself may have fewer: then so may the process.
    prlimit(pid, openFilesResource, Buffer.from(limit.buffer), null);
  };
}
