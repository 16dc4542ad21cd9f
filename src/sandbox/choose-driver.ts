// Chooses what isolates functions: containers where this machine can run them, which is tried once, else plain processes,
// unless that is refused.
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { release } from "node:os";
import { basename, isAbsolute, join } from "node:path";
import { closeAll } from "../core/close-all.ts";
import type { Clock } from "../core/clock.ts";
import { findCgroups } from "./linux/cgroups/cgroups.ts";
import { endKilledInstances, enterInstance } from "./linux/instances.ts";
import { openKernel } from "./linux/kernel.ts";
import { hostNetworks, hostNetworkWarning } from "./linux/network/host-network.ts";
import { NetworkThread } from "./linux/network/network-client.ts";
import { openBestNetworks, openNetworks, type Egress, type FunctionsDoor, type Networks } from "./linux/network/networks.ts";
import { isHostRoot, userNamespaceFault } from "./linux/user-namespace.ts";
import { createOciDriver, rootsFolderOf } from "./oci/driver.ts";
import { proveDriver } from "./oci/proof.ts";
import { createProcessDriver } from "./process/driver.ts";
import type { SandboxDriver } from "./sandbox.ts";
import { loadSyscalls } from "./syscalls.ts";

export interface DriverChoice {
  /** `any`: containers if they can be had; `required`: nothing else; `none`: plain processes. */
  readonly isolation: "any" | "required" | "none";
  /** Path or name of the program that makes containers. Undefined: the first of those that we know. */
  readonly ociRuntime: string | undefined;
  /** The system that containers show: `/`, or an unpacked tree. */
  readonly system: string;
  readonly searchPath: readonly string[];
  /** For the sandboxes' folders; nobody else's. */
  readonly directory: string;
  readonly instanceId: string;
  /** What functions reach beside this server; `auto`: `nat` where containers can have it, else what there is. */
  readonly egress: "auto" | Egress;
  /** IPv4 addresses and networks that `nat` reaches although they are private. */
  readonly allowed: readonly string[];
  /** The functions' listener; asked for when the first sandbox is made. */
  readonly functions: () => FunctionsDoor | undefined;
  readonly clock: Clock;
  readonly log: { warn(fields: object, event: string): void };
}

/** What was asked for cannot be had here: the message says why. */
export class DriverUnavailable extends Error {
  override readonly name = "DriverUnavailable";
  readonly asked: "isolation" | "egress";

  constructor(asked: DriverUnavailable["asked"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.asked = asked;
  }
}

/** In the order of preference; one container costs runc three times as much. */
const knownRuntimes = ["crun", "runc"];
/** Where distributions put them, which is not on every user's PATH. */
const usualFolders = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"];

/** For what all servers of this machine share, and its users may enter. */
const sharedRootsFolder = "/run/lambent";

/** Rejects with DriverUnavailable. */
export async function chooseDriver(choice: DriverChoice): Promise<SandboxDriver> {
  if (choice.isolation === "none") return openProcesses(choice);
  try {
    return await openContainers(choice);
  } catch (error) {
    if (error instanceof DriverUnavailable) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (choice.isolation === "required") throw new DriverUnavailable("isolation", `containers cannot be used here: ${reason}`, { cause: error });
    const driver = openProcesses(choice);
    return { ...driver, warning: `${driver.warning ?? ""} Containers cannot be used here: ${reason}.` };
  }
}

function openProcesses(choice: DriverChoice): SandboxDriver {
  const { egress, allowed } = choice;
  if (egress === "none" || egress === "nat" || allowed.length > 0) throw new DriverUnavailable("egress", "plain processes have the network of this machine, all of it");
  return createProcessDriver(choice);
}

async function openContainers(choice: DriverChoice): Promise<SandboxDriver> {
  if (process.platform !== "linux") throw new Error("they need Linux");
  const program = findRuntime(choice);
  if (process.getuid?.() !== 0) throw new Error(userNamespaceFault() ?? "Lambent was not started by root, nor in a user namespace (unshare --user --map-root-user)");
  const closers: (() => Promise<void> | void)[] = [];
  try {
    return await composeContainers(choice, program, closers);
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

async function composeContainers(choice: DriverChoice, program: string, closers: (() => Promise<void> | void)[]): Promise<SandboxDriver> {
  const { directory, instanceId, system, clock, log } = choice;
  const isRoot = isHostRoot();
  const rootsFolder = isRoot ? sharedRootsFolder : rootsFolderOf(directory);
  await mkdir(rootsFolder, { recursive: true, mode: 0o711 });
  const { proven, opened } = beginNetworks(choice);
  closers.push(() => opened.then((networks) => networks.stop(), () => undefined));
  // Told below.
  proven.catch(() => undefined);
  const cgroups = findCgroups("/", isRoot);
  const [instances, syscalls] = [join(rootsFolder, "instances"), loadSyscalls()];
  endKilledInstances(instances, syscalls, (id) => cgroups.endAll(`${id}.`));
  cgroups.removeLeftovers(clock.now());
  const open = (folder: string, itsNetworks: Promise<Networks>): SandboxDriver =>
    createOciDriver({ directory: folder, instanceId, program, system, rootsFolder, isRootless: !isRoot, kernel: openKernel(), cgroups, networks: itsNetworks, log });
  await proveOnce({ program, system, rootsFolder }, (folder) => open(folder, openNetworks({ egress: "none", allowed: [], functions: () => undefined, clock })));
  await proven;
  const leave = enterInstance(instances, instanceId, syscalls);
  const driver = open(directory, opened);
  return {
    ...driver,
    warning: choice.egress === "host" ? hostNetworkWarning : driver.warning,
    ownLoopback: choice.egress !== "host",
    stop: async () => {
      await driver.stop();
      leave();
    },
  };
}

interface BegunNetworks {
  /** Rejects where the server is not to start: it cannot do as it was told, or there can be no networks at all. */
  readonly proven: Promise<unknown>;
  /** For the driver, which waits for it with the first sandbox. */
  readonly opened: Promise<Networks>;
}

function beginNetworks(choice: DriverChoice): BegunNetworks {
  const { egress, allowed, functions, clock } = choice;
  if (egress !== "auto" || allowed.length > 0) {
    const opened = openNetworksFor(choice);
    return { proven: opened, opened };
  }
  const thread = new NetworkThread();
  return { proven: thread.prove(), opened: openBestNetworks({ allowed, functions, clock }, thread) };
}

async function openNetworksFor({ egress, allowed, functions, clock }: DriverChoice): Promise<Networks> {
  if (allowed.length > 0 && egress !== "auto" && egress !== "nat") throw new DriverUnavailable("egress", `--egress-allow says what is reached by --egress nat beside the Internet, not by ${egress}`);
  if (egress === "host") return hostNetworks();
  try {
    return await openNetworks({ egress: egress === "none" ? "none" : "nat", allowed, functions, clock });
  } catch (error) {
    throw new DriverUnavailable("egress", error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Fault: nothing there, in words that end in how to get it. */
function findRuntime({ ociRuntime, searchPath }: DriverChoice): string {
  if (ociRuntime !== undefined && isAbsolute(ociRuntime)) {
    if (!isExecutable(ociRuntime)) throw new Error(`${ociRuntime} is no program`);
    return ociRuntime;
  }
  const names = ociRuntime === undefined ? knownRuntimes : [ociRuntime];
  const candidates = names.flatMap((name) => [...searchPath, ...usualFolders].map((folder) => join(folder, name)));
  const found = candidates.find(isExecutable);
  const howToGetIt = ociRuntime === undefined ? "apt install crun, or --oci-runtime PATH" : "--oci-runtime takes a path, too";
  if (found === undefined) throw new Error(`${names.join(" or ")} is not installed (${howToGetIt})`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // `accessSync` can say no only by throwing.
    return false;
  }
}

interface Proof {
  readonly program: string;
  readonly system: string;
  readonly rootsFolder: string;
}

/**
 * Runs a container, unless this program has run one on this kernel; where root is asked, since the machine was started: /run
 * forgets then. An unpacked system is tried each time: it may be none, or half of one.
 */
async function proveOnce({ program, system, rootsFolder }: Proof, open: (directory: string) => SandboxDriver): Promise<void> {
  const { mtimeMs, size } = statSync(program);
  const key = createHash("sha256").update([program, mtimeMs, size, release()].join("\n")).digest("hex").slice(0, 16);
  const proof = join(rootsFolder, `${basename(program)}-works-${key}`);
  if (system === "/" && existsSync(proof)) return;
  const folder = await mkdtemp(join(rootsFolder, "proof-"));
  // Beside the sandbox's own folder: runc (1.1) shows none in which something is mounted.
  const code = join(folder, "code");
  await mkdir(code);
  const driver = open(join(folder, "sandboxes"));
  try {
    await proveDriver(driver, basename(folder), code);
  } catch (error) {
    if (system === "/") throw error;
    throw new Error(`${system} is no system that runs in them (--sandbox-system): ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    await closeAll([() => rm(folder, { recursive: true, force: true }), () => driver.stop()]);
  }
  if (system === "/") await writeFile(proof, "");
}
