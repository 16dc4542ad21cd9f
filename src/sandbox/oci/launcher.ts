// One shell inside a container that starts one process, with the pipes of both: it inherits the process's descriptors and
// hands them on, so they are made before it and given away later.
import { closeSync, fchownSync } from "node:fs";
import { type ChannelPipes, joinChannel } from "../pipe-channel.ts";
import { drainTogether, PipeReader } from "../pipe-reader.ts";
import { PipeWriter } from "../pipe-writer.ts";
import type { Launch, RunOptions, SandboxExit, SandboxProcess } from "../sandbox.ts";
import type { Pipe, Syscalls } from "../syscalls.ts";
import { commandsDescriptor, type EnvProgram, guestDescriptors, launchScript, readReports, reportsDescriptor } from "./launch-script.ts";
import { beginningOf, descendantsOf, hostPidOf, signalPid } from "./process-tree.ts";

/** What is read of a shell's own words: more than it ever says. The function can say them, too, byte by byte. */
const mostReportLength = 8 * 1024;

export interface LaunchGivens {
  readonly env: EnvProgram;
  /** Lets its processes go on, since frozen ones see no signal. */
  readonly thaw: () => void;
  /** Called when a process has ended: whether the kernel has killed one for its memory. */
  readonly ranOutOfMemory: () => boolean;
}

export interface GuestOwner {
  readonly uid: number;
  readonly gid: number;
}

export class Launcher {
  readonly #pipes: { readonly output: Pipe; readonly toGuest: Pipe; readonly fromGuest: Pipe; readonly log: Pipe; readonly commands: Pipe; readonly reports: Pipe };
  readonly #syscalls: Syscalls;
  readonly #output: PipeReader;
  readonly #log: PipeReader;
  readonly #channel: ChannelPipes;
  readonly #commands: PipeWriter;
  readonly #reports: PipeReader;
  #drain: () => void;
  #reported = "";
  #shell: { readonly pid: number; readonly beginning: string | undefined } | undefined;
  #exit: ((exit: SandboxExit) => void) | undefined;
  #isOver = false;

  /** `owner`: ids of the host that are the guest's, who may open its descriptors by name (`/dev/stderr`) then. */
  constructor(syscalls: Syscalls, owner: GuestOwner) {
    this.#syscalls = syscalls;
    const opened: Pipe[] = [];
    const open = (): Pipe => {
      const pipe = syscalls.pipe();
      opened.push(pipe);
      fchownSync(pipe.readFd, owner.uid, owner.gid);
      return pipe;
    };
    try {
      this.#pipes = { output: open(), toGuest: open(), fromGuest: open(), log: open(), commands: open(), reports: open() };
    } catch (error) {
      for (const { readFd, writeFd } of opened) for (const fd of [readFd, writeFd]) closeSync(fd);
      throw error;
    }
    const { output, toGuest, fromGuest, log, commands, reports } = this.#pipes;
    this.#output = new PipeReader(output.readFd, syscalls);
    this.#log = new PipeReader(log.readFd, syscalls);
    this.#drain = drainTogether([this.#output], syscalls);
    this.#channel = { reader: new PipeReader(fromGuest.readFd, syscalls), writer: new PipeWriter(toGuest.writeFd, syscalls) };
    this.#commands = new PipeWriter(commands.writeFd, syscalls);
    this.#reports = new PipeReader(reports.readFd, syscalls);
  }

  /** What the shell is to be started with: descriptor inside → ours. */
  get descriptors(): ReadonlyMap<number, number> {
    const { output, toGuest, fromGuest, log, commands, reports } = this.#pipes;
    return new Map([
      [commandsDescriptor, commands.readFd],
      [1, output.writeFd],
      [2, output.writeFd],
      [guestDescriptors.fromServer, toGuest.readFd],
      [guestDescriptors.toServer, fromGuest.writeFd],
      [reportsDescriptor, reports.writeFd],
      [guestDescriptors.log, log.writeFd],
    ]);
  }

  /** The shell is there, with the guest's ends of the pipes; or it will never be. */
  started(shellPid: number | undefined): void {
    const { output, toGuest, fromGuest, log, commands, reports } = this.#pipes;
    for (const fd of [output.writeFd, toGuest.readFd, fromGuest.writeFd, log.writeFd, commands.readFd, reports.writeFd]) closeSync(fd);
    this.#shell = shellPid === undefined ? undefined : { pid: shellPid, beginning: beginningOf(shellPid) };
    if (shellPid === undefined) this.close();
    else this.#reports.onBytes((bytes) => this.#read(bytes));
    // The shell and all of its namespace have ended.
    this.#reports.onEnd(() => this.#end({ exitCode: undefined, signal: "SIGKILL" }));
  }

  /** Once. */
  launch(launch: Launch, options: RunOptions, { env, thaw, ranOutOfMemory }: LaunchGivens): SandboxProcess {
    this.#commands.write([Buffer.from(launchScript(launch, options, env))]);
    if (options.log) this.#drain = drainTogether([this.#output, this.#log], this.#syscalls);
    else this.#log.close();
    if (!options.channel) {
      this.#channel.reader.close();
      this.#channel.writer.close();
    }
    const exited = new Promise<SandboxExit>((resolve) => {
      this.#exit = (exit) => resolve({ ...exit, outOfMemory: exit.signal === "SIGKILL" && ranOutOfMemory() });
    });
    if (this.#isOver) this.#exit?.({ exitCode: undefined, signal: "SIGKILL", outOfMemory: false });
    return {
      output: this.#output,
      log: options.log ? this.#log : undefined,
      channel: options.channel ? joinChannel(this.#channel) : undefined,
      drain: this.#drain,
      exited,
      terminate: () => {
        thaw();
        const pid = this.#processPid();
        if (pid !== undefined) signalPid(pid, "SIGTERM");
        // A bootstrap that waits for an event sleeps in a read: the end of the channel lets it see the signal.
        this.#channel.writer.close();
      },
      kill: () => {
        thaw();
        this.#killAll();
      },
    };
  }

  /** Lets go of all pipes; afterwards nothing of it is heard, and a shell that reads ends. */
  close(): void {
    this.#output.close();
    this.#log.close();
    this.#channel.reader.close();
    this.#channel.writer.close();
    this.#commands.close();
    this.#reports.close();
  }

  #read(bytes: Buffer): void {
    if (this.#reported.length > mostReportLength) return;
    this.#reported += bytes.toString("latin1", 0, mostReportLength);
    const { exit } = readReports(this.#reported);
    if (exit !== undefined) this.#end(exit);
  }

  #end({ exitCode, signal }: Pick<SandboxExit, "exitCode" | "signal">): void {
    if (this.#isOver) return;
    // What it has started ends with it.
    this.#killAll();
    this.#isOver = true;
    this.#drain();
    this.#channel.reader.drain();
    this.#exit?.({ exitCode, signal, outOfMemory: false });
  }

  #processPid(): number | undefined {
    const shell = this.#shellPid();
    if (this.#isOver || shell === undefined) return undefined;
    const { pid } = readReports(this.#reported);
    // As long as the shell has not said which, it has started one.
    return pid === undefined ? descendantsOf(shell)[0] : hostPidOf(shell, pid);
  }

  #killAll(): void {
    const shell = this.#shellPid();
    if (this.#isOver || shell === undefined) return;
    for (const pid of descendantsOf(shell)) signalPid(pid, "SIGKILL");
  }

  /** The host's number of the shell. A function may end it, and have others take its number. */
  #shellPid(): number | undefined {
    const shell = this.#shell;
    return shell !== undefined && shell.beginning !== undefined && beginningOf(shell.pid) === shell.beginning ? shell.pid : undefined;
  }
}
