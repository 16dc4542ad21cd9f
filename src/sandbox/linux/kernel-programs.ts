// Starts programs for the kernel thread, by `posix_spawn`: the child shares this process's memory until it executes its
// program, where a fork (all that Node.js has) copies the page tables and makes the server fault on each page that it
// writes afterwards. With a server of 280 MiB: 0.6 ms and 0.05 ms of processor time, against 3.7 and 1.8 ms.
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { constants as osConstants } from "node:os";
import koffi from "koffi";
import { refused, type KernelCalls } from "./kernel-calls.ts";
import type { RunRequest, RunResult } from "./kernel.ts";

export interface Programs {
  /** Starts a program in the namespaces of this thread, as a child of the server. */
  start(request: RunRequest): StartedProgram;
}

export interface StartedProgram {
  readonly pid: number;
  /** Files in memory that collect what it prints, where the caller gave no descriptor. */
  readonly stdout: number | undefined;
  readonly stderr: number | undefined;
}

const mostOutputBytes = 64 * 1024;

// <spawn.h>, the same in glibc and musl; both structures have fewer than 400 bytes there.
const structureBytes = 512;
const signalSetBytes = 128;
const setSignalDefaults = 0x04;
const setSignalMask = 0x08;
const setSession = 0x80;

export function loadPrograms(calls: KernelCalls): Programs {
  const spawn = loadSpawn(calls);
  return {
    start: (request) => {
      const given = request.descriptors ?? new Map<number, number>();
      const own = new Map<number, number>();
      try {
        if (!given.has(0)) own.set(0, request.input === undefined ? openSync("/dev/null", "r") : inputFile(calls, request.input));
        for (const fd of [1, 2]) if (!given.has(fd)) own.set(fd, calls.memoryFile("output"));
        const pid = spawn(request, new Map([...own, ...given]));
        return { pid, stdout: own.get(1), stderr: own.get(2) };
      } catch (error) {
        for (const fd of [own.get(1), own.get(2)]) if (fd !== undefined) closeSync(fd);
        throw error;
      } finally {
        const input = own.get(0);
        if (input !== undefined) closeSync(input);
      }
    },
  };
}

/** What a program that has ended with this status (see wait(2)) has printed; closes its files. */
export function collectResult({ stdout, stderr }: StartedProgram, status: number): RunResult {
  const signal = status & 0x7f;
  return {
    exitCode: signal === 0 ? status >> 8 : undefined,
    signal: signal === 0 ? undefined : Object.entries(osConstants.signals).find(([, number]) => number === signal)?.[0],
    stdout: takeOutput(stdout),
    stderr: takeOutput(stderr),
  };
}

function takeOutput(fd: number | undefined): string {
  if (fd === undefined) return "";
  const bytes = Buffer.alloc(Math.min(fstatSync(fd).size, mostOutputBytes));
  const count = readSync(fd, bytes, { position: 0 });
  closeSync(fd);
  return bytes.toString("utf8", 0, count);
}

function inputFile(calls: KernelCalls, input: string): number {
  const fd = calls.memoryFile("input");
  // Written at a position, so that the reader begins at the start.
  const bytes = Buffer.from(input);
  let written = 0;
  while (written < bytes.length) written += writeSync(fd, bytes, written, bytes.length - written, written);
  return fd;
}

type Spawn = (request: RunRequest, descriptors: ReadonlyMap<number, number>) => number;

function loadSpawn(calls: KernelCalls): Spawn {
  const libc = koffi.load(null);
  const start = libc.func("int posix_spawn(_Out_ int *pid, const char *path, const void *actions, const void *attributes, const char **argv, const char **environment)");
  const initActions = libc.func("int posix_spawn_file_actions_init(void *actions)");
  const dropActions = libc.func("int posix_spawn_file_actions_destroy(void *actions)");
  const addDuplicate = libc.func("int posix_spawn_file_actions_adddup2(void *actions, int from, int to)");
  const addChdir = libc.func("int posix_spawn_file_actions_addchdir_np(void *actions, const char *path)");

  // A session of its own, and signals as a fresh process has them: Node.js ignores SIGPIPE, which would be handed on.
  const attributes = Buffer.alloc(structureBytes);
  libc.func("int posix_spawnattr_init(void *attributes)")(attributes);
  libc.func("int posix_spawnattr_setflags(void *attributes, short flags)")(attributes, setSignalDefaults | setSignalMask | setSession);
  libc.func("int posix_spawnattr_setsigdefault(void *attributes, const void *signals)")(attributes, Buffer.alloc(signalSetBytes, 0xff));
  libc.func("int posix_spawnattr_setsigmask(void *attributes, const void *signals)")(attributes, Buffer.alloc(signalSetBytes));

  return ({ program, args, environment, cwd }, descriptors) => {
    const actions = Buffer.alloc(structureBytes);
    initActions(actions);
    // Above every number that the child gets, so that none is overwritten before it has been handed on.
    const lowest = Math.max(...descriptors.keys()) + 1;
    const copies: number[] = [];
    try {
      for (const [theirs, ours] of descriptors) {
        const copy = calls.duplicate(ours, lowest);
        copies.push(copy);
        addDuplicate(actions, copy, theirs);
      }
      if (cwd !== undefined) addChdir(actions, cwd);
      const pid = [0];
      const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
      const errno: unknown = start(pid, program, actions, attributes, [program, ...args, null], [...variables, null]);
      if (errno !== 0) throw refused("posix_spawn", Number(errno), program);
      return pid[0] ?? 0;
    } finally {
      for (const copy of copies) closeSync(copy);
      dropActions(actions);
    }
  };
}
