// Runs functions in containers of their own: namespaces, limits, system calls and user ids by crun, runc or what speaks
// like them. This file makes a container's configuration and keeps track; the program does the isolating.
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { closeAll, closeTogether } from "../../core/close-all.ts";
import { systemClock } from "../../core/clock.ts";
import { Fault } from "../../core/faults.ts";
import { sandboxStartFailed } from "../faults.ts";
import type { Cgroups } from "../linux/cgroups/cgroups.ts";
import type { Kernel } from "../linux/kernel.ts";
import { openMachine } from "../linux/machine/machine.ts";
import type { Networks, SandboxNetwork } from "../linux/network/networks.ts";
import { openEphemeralStorage } from "../linux/storage/ephemeral-storage.ts";
import { removeFolders } from "../remove-folders.ts";
import type { SandboxCode, SandboxDriver, SandboxGrade } from "../sandbox.ts";
import { loadSyscalls } from "../syscalls.ts";
import { Container, shell } from "./container.ts";
import { containerConfig } from "./container-config.ts";
import { type ForkServerHost, openForkServer } from "./fork-server-container.ts";
import { ForkServers } from "./fork-servers.ts";
import type { ShownFolder } from "./guest-path.ts";
import { HeldRoots } from "./held-roots.ts";
import { createIdRanges } from "./id-ranges.ts";
import { createOciRuntime, type OciRuntime } from "./oci-runtime.ts";
import { guestPaths, type LiveContainer, OciSandbox } from "./oci-sandbox.ts";
import { prepareRoot, type RootFolder } from "./root-folder.ts";
import { openGivens } from "./sandbox-givens.ts";

export interface OciDriverOptions {
  /** Folder for the sandboxes' own folders, made if it is not there. Nobody else's: what a killed server left is removed. */
  readonly directory: string;
  /** New for every start of a server; part of the containers' names. Letters, digits and dashes. */
  readonly instanceId: string;
  /** Absolute path of crun, runc or their like. */
  readonly program: string;
  /** The system that functions see: `/`, or an unpacked tree. Absolute. */
  readonly system: string;
  /** Where the root's mount points are: a folder that is every user's to enter and only ours to change. */
  readonly rootsFolder: string;
  /** This server is not the machine's root: its sandboxes have no ids of the host but its own. */
  readonly isRootless?: boolean;
  /** Closed with the driver. */
  readonly kernel: Kernel;
  readonly cgroups: Cgroups;
  /** Closed with the driver, too. */
  readonly networks: Promise<Networks>;
  readonly log: { warn(fields: object, event: string): void };
}

/** Beside the folders of sandboxes, whose names have a dot: what they share. */
const sharedName = "shared";

const sharesUser =
  "functions run as your own user, in user namespaces of theirs: what breaks out of one may do what you may (started by root, Lambent gives each sandbox ids of its own)";

/** For a server that shares roots with nobody: a part of its own folder that is kept. */
export const rootsFolderOf = (directory: string): string => join(directory, sharedName, "roots");

export function createOciDriver(options: OciDriverOptions): SandboxDriver {
  const { directory, instanceId, kernel, cgroups } = options;
  const syscalls = loadSyscalls();
  const runtime = createOciRuntime({ program: options.program, stateFolder: stateFolderOf(directory), kernel, syscalls, hasCgroups: cgroups.layout !== "none" });
  const host = { syscalls, runtime, kernel };
  const sandboxes = new Set<OciSandbox>();
  const opens = new Set<Promise<OciSandbox>>();
  const roots = new HeldRoots(options.rootsFolder, systemClock.now(), host.syscalls);
  const ready = makeReady(options, host, roots);
  const forkServers = createForkServers(options, ready, host);
  /** What ends what sandboxes have in common. */
  const shared = [() => runtime.close(), () => roots.release(), () => kernel.close(), () => options.networks.then((networks) => networks.stop(), () => undefined)];
  // Told where it matters, by `open`.
  ready.catch(() => undefined);
  let stopping = false;
  /** Of system calls: all containers have the same. */
  let filter: Buffer | undefined;
  const open = async (grade: SandboxGrade, code: SandboxCode | undefined): Promise<OciSandbox> => {
    const { root, parts, networks } = await ready;
    if (stopping) throw new Error("the server is stopping");
    const name = `${instanceId}.${grade.id}`;
    const givens = await openGivens(parts, grade, name, join(directory, name));
    const { firstId, owner, tmp, network, sees } = givens;
    const shown = [...root.shown, ...foldersOf(grade), ...sees.files];
    let containers = 0;
    const start = async (codeFolders: readonly ShownFolder[]): Promise<LiveContainer> => {
      const id = `${name}.${++containers}`;
      const config = containerConfig({
        root: root.path,
        shown: [...shown, ...codeFolders].filter(({ target }) => target !== "/"),
        firstId,
        mapsOwners: runtime.mapsOwners,
        initArgs: shell,
        cgroupsPath: cgroups.layout === "none" ? undefined : cgroups.pathOf(id),
        resources: cgroups.resourcesOf(grade, sees.cpus),
        filter,
        network: network === undefined ? {} : pathOf(network),
      });
      const container = await Container.start(host, { id, folder: join(givens.folder, `container-${containers}`), config, owner });
      return orDiscard(container, async () => {
        // Not by the container's maker, who would have to see the storage of all sandboxes.
        await kernel.show(container.pid, [{ source: tmp, target: guestPaths.tmp, readOnly: false }]);
        filter ??= await runtime.filterOf(id);
        const cgroup = cgroups.open(id, grade);
        if (network !== undefined) return { container, network, cgroup, remove: () => container.remove(cgroup) };
        // The container has made its namespace itself.
        const own = await networks.adopt(grade.id, container.pid);
        return { container, network: own, cgroup, remove: () => container.remove(cgroup).finally(() => own.close()) };
      });
    };
    try {
      const sandbox = await OciSandbox.open(
        {
          id: grade.id,
          kernel,
          empty: root.empty,
          env: root.env,
          shown: [...shown, { target: guestPaths.tmp, source: tmp }],
          start,
          fork: (container, plan) => forkServers.fork({ ...plan, containerPid: container.pid, owner, shown: foldersOf(grade) }),
          onClosed: () => {
            sandboxes.delete(sandbox);
            return givens.giveBack();
          },
        },
        code,
      );
      sandboxes.add(sandbox);
      return sandbox;
    } catch (error) {
      await givens.giveBack();
      throw error;
    }
  };
  const opened = (grade: SandboxGrade, code: SandboxCode | undefined): Promise<OciSandbox> => {
    const opening = open(grade, code).catch((error: unknown) => Promise.reject(error instanceof Fault ? error : sandboxStartFailed(grade.id, error)));
    opens.add(opening);
    return opening.finally(() => opens.delete(opening));
  };

  return {
    name: "oci",
    warning: undefined,
    limitsStorage: true,
    ownLoopback: true,
    open: (spec) => opened(spec, spec),
    prepare: (grade) => opened(grade, undefined),
    shortcomings: async () => {
      const { parts, networks } = await ready;
      return [...shortcomingsOf(options), parts.storage.shortcoming, networks.warning].filter((text) => text !== undefined);
    },
    stop: async () => {
      stopping = true;
      await Promise.allSettled([...opens, ready]);
      await closeAll([...shared, () => forkServers.stop(), () => closeTogether(Array.from(sandboxes, (sandbox) => () => sandbox.close()))]);
    },
  };
}

const stateFolderOf = (directory: string): string => join(directory, sharedName, "containers");

/** What all sandboxes have in common. */
async function makeReady({ directory, instanceId, ...options }: OciDriverOptions, host: ForkServerHost, roots: HeldRoots) {
  const { runtime } = host;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const networks = await options.networks;
  const adopts = !runtime.joinsNetworks && networks.egress !== "host";
  const [root, storage] = await Promise.all([
    prepareRoot({ parent: options.rootsFolder, system: options.system, resolvConf: networks.resolvConf }, (path) => roots.hold(path, systemClock.now())),
    openEphemeralStorage({ ...host, directory: join(directory, sharedName, "storage"), kernel: options.kernel }),
    removeLeftovers(directory, stateFolderOf(directory), runtime),
  ]);
  const ids = options.isRootless === true ? undefined : createIdRanges(Number.parseInt(instanceId, 16) || 0);
  const machine = openMachine(join(directory, sharedName, "machine"));
  return { root, parts: { storage, ids, machine, networks: adopts ? undefined : networks }, networks };
}

function shortcomingsOf({ cgroups: { missing }, isRootless }: OciDriverOptions): readonly (string | undefined)[] {
  const unlimited = missing.length === 0 ? undefined : `nothing limits or measures ${missing.join(", ")}: this server may not make such control groups`;
  return [unlimited, isRootless === true ? sharesUser : undefined];
}

/** A server that was killed leaves containers, as the program knows them, and the folders of sandboxes. */
async function removeLeftovers(directory: string, stateFolder: string, runtime: OciRuntime): Promise<void> {
  const containers = await readdir(stateFolder).catch(() => []);
  await Promise.all(containers.filter((name) => name.includes(".")).map((id) => runtime.delete(id)));
  const folders = (await readdir(directory)).filter((name) => name !== sharedName);
  await Promise.all(folders.map((name) => removeFolders(join(directory, name))));
}

/** A container that cannot be given what it needs is not left behind. */
async function orDiscard<Result>(container: Container, furnish: () => Promise<Result>): Promise<Result> {
  try {
    return await furnish();
  } catch (error) {
    await container.end();
    await container.remove(undefined);
    throw error;
  }
}

/** Undefined: the host's. */
const pathOf = ({ namespace }: SandboxNetwork): { readonly path: string } | undefined => (namespace === undefined ? undefined : { path: namespace });

/** In the root of the sandboxes. */
function createForkServers({ instanceId, directory, cgroups, log }: OciDriverOptions, ready: Promise<{ readonly root: RootFolder }>, host: ForkServerHost): ForkServers {
  let count = 0;
  return new ForkServers({
    syscalls: host.syscalls,
    log,
    open: async (plan) => {
      const { path, shown } = (await ready).root;
      const id = `${instanceId}.fork-server-${++count}`;
      return openForkServer(plan, { id, folder: join(directory, id), cgroupsPath: cgroups.pathOf(id), root: path, system: shown }, host);
    },
  });
}

const foldersOf = ({ runtimeDir, languageDir }: SandboxGrade): readonly ShownFolder[] => [
  ...(runtimeDir === undefined ? [] : [{ target: guestPaths.runtimeDir, source: runtimeDir }]),
  ...(languageDir === undefined ? [] : [{ target: guestPaths.languageDir, source: languageDir }]),
];
