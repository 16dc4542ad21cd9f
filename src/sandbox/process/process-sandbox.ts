// One sandbox of the process driver: its folder, and the processes that run over it.
import { sandboxStartFailed } from "../faults.ts";
import type { GuestPaths, Launch, RunOptions, Sandbox } from "../sandbox.ts";
import { removeFolders } from "../remove-folders.ts";
import { logDescriptor } from "./guest.ts";
import type { GuestProcess } from "./guest-process.ts";
import { connectToLoopback, listenOnLoopback } from "../host-loopback.ts";
import type { StrayKiller } from "./process-tree.ts";

export interface ProcessSandboxParts {
  readonly id: string;
  readonly paths: GuestPaths;
  /** The sandbox's own folder. */
  readonly root: string;
  readonly marker: string;
  readonly strays: StrayKiller;
  readonly start: (launch: Launch, options: RunOptions) => Promise<GuestProcess>;
  /** Called once when no process and no file is left. */
  readonly onClosed: () => void;
}

export function openSandbox({ id, paths, root, marker, strays, start, onClosed }: ProcessSandboxParts): Sandbox {
  const processes = new Set<GuestProcess>();
  const starts = new Set<Promise<unknown>>();
  /** Of processes that are no more. */
  let pastPeakBytes = 0;
  let killing: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  const peakMemoryBytes = (): number => {
    let bytes = 0;
    for (const process of processes) bytes += process.peakMemoryBytes();
    pastPeakBytes = Math.max(pastPeakBytes, bytes);
    return pastPeakBytes;
  };
  const end = async (): Promise<void> => {
    peakMemoryBytes();
    // Those that are being started are none of these yet.
    await Promise.allSettled(starts);
    for (const process of processes) process.kill();
    await Promise.all(Array.from(processes, ({ exited }) => exited));
    await strays.kill(marker);
    for (const process of processes) process.close();
    processes.clear();
    killing = undefined;
  };
  const kill = (): Promise<void> => {
    for (const process of processes) process.kill();
    killing ??= end();
    return killing;
  };
  return {
    id,
    paths,
    logDescriptor,
    peakMemoryBytes,
    kill,
    run: async (launch, options) => {
      if (killing !== undefined || closing !== undefined) throw sandboxStartFailed(id, new Error("the sandbox is being ended"));
      const starting = start(launch, options);
      starts.add(starting);
      try {
        const process = await starting;
        processes.add(process);
        return process;
      } finally {
        starts.delete(starting);
      }
    },
    listen: listenOnLoopback,
    connect: connectToLoopback,
    limitCpu: () => {
      // Nothing of a plain process limits its children, too.
    },
    freeze: () => {
      for (const process of processes) process.signal("SIGSTOP");
    },
    thaw: () => {
      for (const process of processes) process.signal("SIGCONT");
    },
    close: () => {
      closing ??= kill()
        .then(() => removeFolders(root))
        .then(onClosed);
      return closing;
    },
  };
}
