// Starts a process of a sandbox with its pipes: output on descriptors 1 and 2, the channel on 3 and 4, log messages on 62.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, readdirSync } from "node:fs";
import { entrypointInvalid, sandboxStartFailed } from "../faults.ts";
import { PipeReader } from "../pipe-reader.ts";
import { PipeWriter } from "../pipe-writer.ts";
import type { Launch, RunOptions } from "../sandbox.ts";
import type { Pipe, Syscalls } from "../syscalls.ts";
import { isErrno } from "../errno.ts";
import { refuseUnknownFormat } from "../program-format.ts";

export interface Guest {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly output: PipeReader;
  readonly log: PipeReader | undefined;
  readonly channel: { readonly reader: PipeReader; readonly writer: PipeWriter } | undefined;
}

export interface GuestRequest extends RunOptions {
  /** Of the sandbox. */
  readonly id: string;
  readonly launch: Launch;
}

/** AWS's number. */
export const logDescriptor = 62;

/** As in every execution environment. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const mostOpenFiles = 1024;

/** Rejects with a fault, leaving no descriptor open, when the program cannot be executed. */
export async function startGuest(request: GuestRequest, syscalls: Syscalls): Promise<Guest> {
  const pipes: Pipe[] = [];
  try {
    const openPipe = (): Pipe => {
      const pipe = syscalls.pipe();
      pipes.push(pipe);
      return pipe;
    };
    const output = openPipe();
    const toGuest = request.channel ? openPipe() : undefined;
    const fromGuest = request.channel ? openPipe() : undefined;
    const log = request.log ? openPipe() : undefined;
    const { launch } = request;
    refuseUnknownFormat(launch.program);
    const given = new Map([[1, output.writeFd], [2, output.writeFd], [3, toGuest?.readFd], [4, fromGuest?.writeFd], [logDescriptor, log?.writeFd]]);
    const child = spawn(launch.program, launch.args, {
      cwd: launch.cwd,
      env: launch.environment,
      // A session and group of its own: one signal reaches all, and a terminal's Ctrl-C does not.
      detached: true,
      stdio: Array.from({ length: (log === undefined ? 4 : logDescriptor) + 1 }, (_, fd) => given.get(fd) ?? "ignore"),
    });
    if (child.pid === undefined) await rejectWithSpawnError(child);
    const { pid } = child;
    if (pid === undefined) throw new Error("no process id");
    syscalls.limitOpenFiles(pid, mostOpenFiles);
    for (const fd of [output.writeFd, toGuest?.readFd, fromGuest?.writeFd, log?.writeFd]) if (fd !== undefined) closeSync(fd);
    return {
      process: child,
      pid,
      output: new PipeReader(output.readFd, syscalls),
      log: log && new PipeReader(log.readFd, syscalls),
      channel:
        toGuest !== undefined && fromGuest !== undefined
          ? { reader: new PipeReader(fromGuest.readFd, syscalls), writer: new PipeWriter(toGuest.writeFd, syscalls) }
          : undefined,
    };
  } catch (error) {
    for (const fd of pipes.flatMap((pipe) => [pipe.readFd, pipe.writeFd])) closeSync(fd);
    throw startFault(request, error);
  }
}

/**
 * Node.js opens everything so that children do not inherit it, but what this process itself inherited (a descriptor of a
 * shell or of a service manager) would go on to every function.
 */
export function keepInheritedDescriptors(syscalls: Syscalls): void {
  for (const name of readdirSync("/dev/fd")) {
    const fd = Number(name);
    if (fd > 2) syscalls.setCloseOnExec(fd);
  }
}

/** Node.js tells of a program that cannot be executed by an event, after `spawn` has returned. */
function rejectWithSpawnError(child: ChildProcess): Promise<never> {
  return new Promise((_resolve, reject) => {
    child.once("error", reject);
  });
}

/** What the kernel says of a program that it does not execute, worded as AWS's own launcher (Go) words it. */
const entrypointErrors: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  ENOEXEC: "exec format error",
  ENOTDIR: "not a directory",
  ELOOP: "too many levels of symbolic links",
};

function startFault(request: GuestRequest, error: unknown): Error {
  for (const [code, words] of Object.entries(entrypointErrors)) {
    if (isErrno(error, code)) return entrypointInvalid(`fork/exec ${request.launch.program}: ${words}`, error);
  }
  return sandboxStartFailed(request.id, error);
}
