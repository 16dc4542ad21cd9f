// Runs functions as plain processes of this machine: no isolation and no limits, for macOS, containers without
// privileges and quick local work.
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { closeAll, closeTogether } from "../../core/close-all.ts";
import { sandboxStartFailed } from "../faults.ts";
import type { Sandbox, SandboxDriver, SandboxSpec } from "../sandbox.ts";
import { loadSyscalls } from "../syscalls.ts";
import { removeFolders } from "../remove-folders.ts";
import { makeFolders } from "./folders.ts";
import { keepInheritedDescriptors, startGuest } from "./guest.ts";
import { openProcess } from "./guest-process.ts";
import { openSandbox } from "./process-sandbox.ts";
import { createStrayKiller, markerVariable, type StrayKiller } from "./process-tree.ts";

export interface ProcessDriverOptions {
  /** Folder for the sandboxes' own folders, made if it is not there. Nobody else's: what a killed server left is removed. */
  readonly directory: string;
  /** New for every start of a server; part of the marker that finds stray processes. Letters, digits and dashes. */
  readonly instanceId: string;
}

const warning =
  "Functions are NOT ISOLATED: they run as plain processes of your user, can read and change everything that you can, " +
  "and nothing limits their memory, disk space or processor time. Run only code that you trust.";

export function createProcessDriver({ directory, instanceId }: ProcessDriverOptions): SandboxDriver {
  const syscalls = loadSyscalls();
  keepInheritedDescriptors(syscalls);
  const strays = createStrayKiller();
  const sandboxes = new Set<Sandbox>();
  const opens = new Set<Promise<Sandbox>>();
  const leftovers = listLeftovers(directory);
  const cleaned = leftovers.then((names) => cleanUp(directory, names, strays));
  // Told where it matters: `open` waits for the first, `stop` for the second.
  cleaned.catch(() => undefined);
  let stopping = false;

  const open = async (spec: SandboxSpec): Promise<Sandbox> => {
    await leftovers;
    if (stopping) throw sandboxStartFailed(spec.id, new Error("the server is stopping"));
    const marker = `${instanceId}.${spec.id}`;
    const root = join(directory, marker);
    const paths = await makeFolders(root, spec);
    const sandbox = openSandbox({
      id: spec.id,
      paths,
      root,
      marker,
      strays,
      start: async (launch, options) => {
        if (stopping) throw sandboxStartFailed(spec.id, new Error("the server is stopping"));
        // Without a mount namespace /tmp is everybody's: the variable leads programs that ask for it to their own.
        const environment = { TMPDIR: paths.tmp, ...launch.environment, [markerVariable]: marker };
        return openProcess(await startGuest({ id: spec.id, launch: { ...launch, environment }, ...options }, syscalls), syscalls);
      },
      onClosed: () => void sandboxes.delete(sandbox),
    });
    sandboxes.add(sandbox);
    return sandbox;
  };

  return {
    name: "process",
    warning,
    limitsStorage: false,
    ownLoopback: false,
    open: (spec) => {
      const opening = open(spec);
      opens.add(opening);
      return opening.finally(() => opens.delete(opening));
    },
    stop: async () => {
      stopping = true;
      await Promise.allSettled(opens);
      await closeAll([
        () => cleaned,
        () => strays.kill(`${instanceId}.`),
        () => closeTogether(Array.from(sandboxes, (sandbox) => () => sandbox.close())),
      ]);
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
