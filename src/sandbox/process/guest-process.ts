// One process of a sandbox, with whatever it started, and its pipes.
import type { SandboxExit, SandboxProcess } from "../sandbox.ts";
import { joinChannel } from "../pipe-channel.ts";
import { drainTogether } from "../pipe-reader.ts";
import type { Syscalls } from "../syscalls.ts";
import type { Guest } from "./guest.ts";
import { watchPeakMemory } from "./peak-memory.ts";
import { signalGroup, signalPid } from "./process-tree.ts";

export interface GuestProcess extends SandboxProcess {
  peakMemoryBytes(): number;
  signal(signal: "SIGSTOP" | "SIGCONT"): void;
  /** Lets go of its pipes; afterwards nothing of it is heard. */
  close(): void;
}

export function openProcess(guest: Guest, syscalls: Syscalls): GuestProcess {
  const drain = drainTogether(guest.log === undefined ? [guest.output] : [guest.output, guest.log], syscalls);
  const memory = watchPeakMemory(guest.pid);
  let running = true;
  const exited = new Promise<SandboxExit>((resolve) => {
    guest.process.once("exit", (exitCode, signal) => {
      running = false;
      memory.close();
      // Its group ends with it. Now, since later the group's number may be another's.
      signalGroup(guest.pid, "SIGKILL");
      drain();
      guest.channel?.reader.drain();
      resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined, outOfMemory: false });
    });
  });
  const signal = (name: NodeJS.Signals): void => {
    if (running) signalGroup(guest.pid, name);
  };
  return {
    output: guest.output,
    log: guest.log,
    channel: guest.channel === undefined ? undefined : joinChannel(guest.channel),
    drain,
    exited,
    peakMemoryBytes: () => memory.bytes(),
    signal,
    terminate: () => {
      // A stopped process takes no signal but SIGKILL before it goes on.
      signal("SIGCONT");
      if (running) signalPid(guest.pid, "SIGTERM");
      // A bootstrap that waits for an event sleeps in a read: the end of the channel lets it see the signal.
      guest.channel?.writer.close();
    },
    kill: () => signal("SIGKILL"),
    close: () => {
      guest.output.close();
      guest.log?.close();
      guest.channel?.reader.close();
      guest.channel?.writer.close();
    },
  };
}
