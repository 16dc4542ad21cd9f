// One sandbox of the process driver: its first process, whoever that started, its pipes and its folder.
import type { Clock } from "../../core/clock.ts";
import { sleep } from "../../core/clock.ts";
import type { MakeLaunch, Sandbox, SandboxChannel, SandboxExit } from "../sandbox.ts";
import { removeFolders } from "./folders.ts";
import type { Guest } from "./guest.ts";
import { watchPeakMemory } from "./peak-memory.ts";
import { signalGroup, signalPid, type StrayKiller } from "./process-tree.ts";

export interface ProcessSandboxParts {
  readonly id: string;
  readonly guest: Guest;
  /** The sandbox's own folder. */
  readonly root: string;
  readonly marker: string;
  readonly clock: Clock;
  readonly strays: StrayKiller;
  /** Puts another sandbox over the same folder in this one's place. */
  readonly replace: (launch: MakeLaunch) => Promise<Sandbox>;
  /** Called once when no process and no file is left. */
  readonly onGone: () => void;
}

export function openSandbox(parts: ProcessSandboxParts): Sandbox {
  const { guest, clock } = parts;
  const memory = watchPeakMemory(guest.pid);
  let running = true;
  const exited = new Promise<SandboxExit>((resolve) => {
    guest.process.once("exit", (exitCode, signal) => {
      running = false;
      memory.close();
      // The environment ends with its first process. Now, since later the group's number may be another's.
      signalGroup(guest.pid, "SIGKILL");
      guest.output.drain();
      guest.channel?.reader.drain();
      resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined, outOfMemory: false });
    });
  });

  const endProcesses = async (graceMs: number): Promise<void> => {
    if (running && graceMs > 0) {
      // A stopped process takes no signal but SIGKILL before it goes on.
      signalGroup(guest.pid, "SIGCONT");
      signalPid(guest.pid, "SIGTERM");
      // A bootstrap that waits for an event sleeps in a read: the end of the channel lets it see the signal.
      guest.channel?.writer.close();
      const patience = new AbortController();
      await Promise.race([exited, sleep(clock, graceMs, patience.signal).catch(ignoreAbort)]);
      patience.abort();
    }
    if (running) signalGroup(guest.pid, "SIGKILL");
    await exited;
    await parts.strays.kill(parts.marker);
    guest.output.close();
    guest.channel?.reader.close();
    guest.channel?.writer.close();
  };
  const removeFiles = async (): Promise<void> => {
    await removeFolders(parts.root);
    parts.onGone();
  };

  let ending: Promise<void> | undefined;
  const end = (graceMs: number): Promise<void> => {
    if (graceMs === 0 && running) signalGroup(guest.pid, "SIGKILL");
    ending ??= endProcesses(graceMs);
    return ending;
  };
  let isReplaced = false;
  let removing: Promise<void> | undefined;
  return {
    id: parts.id,
    output: guest.output,
    channel: guest.channel === undefined ? undefined : joinChannel(guest.channel),
    exited,
    peakMemoryBytes: () => memory.bytes(),
    freeze: () => {
      if (running) signalGroup(guest.pid, "SIGSTOP");
    },
    thaw: () => {
      if (running) signalGroup(guest.pid, "SIGCONT");
    },
    kill: () => end(0),
    restart: async (launch) => {
      await end(0);
      const successor = await parts.replace(launch);
      isReplaced = true;
      return successor;
    },
    stop: async (graceMs) => {
      await end(graceMs);
      // The files are another's now.
      if (isReplaced) return;
      removing ??= removeFiles();
      await removing;
    },
  };
}

function joinChannel({ reader, writer }: NonNullable<Guest["channel"]>): SandboxChannel {
  return {
    onBytes: (listener) => reader.onBytes(listener),
    onClosed: (listener) => reader.onEnd(listener),
    write: (bytes) => writer.write(bytes),
  };
}

function ignoreAbort(reason: unknown): void {
  if (!(reason instanceof DOMException)) throw reason;
}
