// A process of a container that a fork server makes, with its pipes: for the engine one like any other.
import { closeSync, fchownSync } from "node:fs";
import { type ChannelPipes, joinChannel } from "../pipe-channel.ts";
import { drainTogether, PipeReader } from "../pipe-reader.ts";
import { PipeWriter } from "../pipe-writer.ts";
import type { SandboxExit, SandboxProcess } from "../sandbox.ts";
import type { Pipe, Syscalls } from "../syscalls.ts";
import { guestUser } from "./container-config.ts";
import type { ForkedProcess, ForkServer } from "./fork-server.ts";
import type { ForkPlan } from "./fork-servers.ts";
import { guestDescriptors } from "./launch-script.ts";
import type { LaunchGivens } from "./launcher.ts";
import { descendantsOf, signalPid } from "./process-tree.ts";

/** Rejects when the process does not run; nothing is left of it then. */
export async function forkInto({ server, containerPid, owner, launch, options, givens }: ForkPlan & { readonly server: ForkServer }, syscalls: Syscalls): Promise<SandboxProcess> {
  const pipes: Pipe[] = [];
  const open = (): Pipe => {
    const pipe = syscalls.pipe();
    pipes.push(pipe);
    // By name (`/dev/stderr`) only who owns it may open it.
    fchownSync(pipe.readFd, owner.uid, owner.gid);
    return pipe;
  };
  let container: number | undefined;
  const isTheirs = new Set<number>();
  try {
    const output = open();
    const channel = options.channel ? { toGuest: open(), fromGuest: open() } : undefined;
    const log = options.log ? open() : undefined;
    container = syscalls.openProcess(containerPid);
    const given: readonly (readonly [number, number | undefined])[] = [
      [1, output.writeFd],
      [2, output.writeFd],
      [guestDescriptors.fromServer, channel?.toGuest.readFd],
      [guestDescriptors.toServer, channel?.fromGuest.writeFd],
      [guestDescriptors.log, log?.writeFd],
    ];
    const descriptors = new Map(given.flatMap(([number, ours]) => (ours === undefined ? [] : [[number, ours] as const])));
    for (const fd of descriptors.values()) isTheirs.add(fd);
    const { uid, gid } = guestUser;
    const forked = await server.fork({ container, uid, gid, descriptors, launch });
    const ends = {
      output: new PipeReader(output.readFd, syscalls),
      log: log && new PipeReader(log.readFd, syscalls),
      channel: channel && { reader: new PipeReader(channel.fromGuest.readFd, syscalls), writer: new PipeWriter(channel.toGuest.writeFd, syscalls) },
    };
    return processOf(forked, { ...ends, drain: drainTogether(ends.log === undefined ? [ends.output] : [ends.output, ends.log], syscalls) }, givens);
  } catch (error) {
    for (const { readFd, writeFd } of pipes) for (const fd of [readFd, writeFd]) if (!isTheirs.has(fd)) closeSync(fd);
    throw error;
  } finally {
    for (const fd of isTheirs) closeSync(fd);
    if (container !== undefined) closeSync(container);
  }
}

interface Ends {
  readonly output: PipeReader;
  readonly log: PipeReader | undefined;
  readonly channel: ChannelPipes | undefined;
  /** Delivers what lies in output and log. */
  readonly drain: () => void;
}

function processOf({ pid, ended }: ForkedProcess, { output, log, channel, drain }: Ends, { thaw, ranOutOfMemory }: LaunchGivens): SandboxProcess {
  let isRunning = true;
  const kill = (): void => {
    if (!isRunning) return;
    for (const each of [...descendantsOf(pid), pid]) signalPid(each, "SIGKILL");
  };
  const exit = async (): Promise<SandboxExit> => {
    const { exitCode, signal } = await ended;
    isRunning = false;
    // It leads a group of its own, and what it has started ends with it.
    signalPid(-pid, "SIGKILL");
    // It may have ended as soon as it was there: whoever asked for it begins to listen in this turn.
    await new Promise((resolve) => setImmediate(resolve));
    drain();
    channel?.reader.drain();
    // Nobody reads there any more, and no error would say so.
    channel?.writer.close();
    return { exitCode, signal, outOfMemory: ranOutOfMemory() };
  };
  return {
    output,
    log,
    drain,
    channel: channel && joinChannel(channel),
    exited: exit(),
    terminate: () => {
      thaw();
      if (isRunning) signalPid(pid, "SIGTERM");
      // A bootstrap that waits for an event sleeps in a read: the end of the channel lets it see the signal.
      channel?.writer.close();
    },
    kill: () => {
      thaw();
      kill();
    },
  };
}
