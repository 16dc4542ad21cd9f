// Runs functions as plain processes of this machine: no isolation and no limits, for macOS, containers without
// privileges and quick local work.
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { sandboxStartFailed } from "../faults.ts";
import type { MakeLaunch, Sandbox, SandboxDriver, SandboxSpec } from "../sandbox.ts";
import { loadSyscalls } from "../syscalls.ts";
import { makeFolders, removeFolders } from "./folders.ts";
import { keepInheritedDescriptors, startGuest } from "./guest.ts";
import { openSandbox } from "./process-sandbox.ts";
import { createStrayKiller, markerVariable, type StrayKiller } from "./process-tree.ts";

export interface ProcessDriverOptions {
  /** Folder for the sandboxes' own folders, made if it is not there. Nobody else's: what a killed server left is removed. */
  readonly directory: string;
  /** New for every start of a server; part of the marker that finds stray processes. Letters, digits and dashes. */
  readonly instanceId: string;
  readonly clock: Clock;
}

const warning =
  "Functions are NOT ISOLATED: they run as plain processes of your user, can read and change everything that you can, " +
  "and nothing limits their memory, disk space or processor time. Run only code that you trust.";

export function createProcessDriver({ directory, instanceId, clock }: ProcessDriverOptions): SandboxDriver {
  const syscalls = loadSyscalls();
  keepInheritedDescriptors(syscalls);
  const strays = createStrayKiller();
  /** By marker: one that takes another's place takes its entry. */
  const sandboxes = new Map<string, Sandbox>();
  const starts = new Set<Promise<Sandbox>>();
  const leftovers = listLeftovers(directory);
  const cleaned = leftovers.then((names) => cleanUp(directory, names, strays));
  // Told where it matters: `start` waits for the first, `stop` for the second.
  cleaned.catch(() => undefined);
  let stopping = false;

  const run = async (spec: SandboxSpec, makeLaunch: MakeLaunch): Promise<Sandbox> => {
    if (stopping) throw sandboxStartFailed(spec.id, new Error("the server is stopping"));
    const marker = `${instanceId}.${spec.id}`;
    const root = join(directory, marker);
    const paths = makeFolders(root, spec);
    const launch = makeLaunch(paths);
    // Without a mount namespace /tmp is everybody's: the variable leads programs that ask for it to their own.
    const environment = { TMPDIR: paths.tmp, ...launch.environment, [markerVariable]: marker };
    const guest = await startGuest({ id: spec.id, launch: { ...launch, environment }, channel: spec.channel }, syscalls);
    const replace = (next: MakeLaunch): Promise<Sandbox> => track(run(spec, next));
    const onGone = (): void => void sandboxes.delete(marker);
    const sandbox = openSandbox({ id: spec.id, guest, root, marker, strays, clock, replace, onGone });
    sandboxes.set(marker, sandbox);
    return sandbox;
  };
  const start = async (spec: SandboxSpec): Promise<Sandbox> => {
    await leftovers;
    try {
      return await run(spec, spec.launch);
    } catch (error) {
      await removeFolders(join(directory, `${instanceId}.${spec.id}`));
      throw error;
    }
  };
  const track = (started: Promise<Sandbox>): Promise<Sandbox> => {
    starts.add(started);
    return started.finally(() => starts.delete(started));
  };

  return {
    name: "process",
    warning,
    start: (spec) => track(start(spec)),
    stop: async () => {
      stopping = true;
      await Promise.allSettled(starts);
      await Promise.all(Array.from(sandboxes.values(), (sandbox) => sandbox.stop(0)));
      await strays.kill(`${instanceId}.`);
      await cleaned;
    },
  };
}

async function listLeftovers(directory: string): Promise<readonly string[]> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return readdir(directory);
}

/** A server that was killed leaves folders, and processes that did not notice: the folders' names are their markers. */
async function cleanUp(directory: string, names: readonly string[], strays: StrayKiller): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      await strays.kill(name);
      await removeFolders(join(directory, name));
    }),
  );
}
