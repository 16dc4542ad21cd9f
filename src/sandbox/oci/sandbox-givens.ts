// What one sandbox has for as long as it is there, whatever containers come and go: ids of the host, a folder, its /tmp,
// its network and its share of the machine.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { closeAll } from "../../core/close-all.ts";
import type { Machine, VisibleMachine } from "../linux/machine/machine.ts";
import type { Networks, SandboxNetwork } from "../linux/network/networks.ts";
import type { EphemeralStorage } from "../linux/storage/ephemeral-storage.ts";
import { removeFolders } from "../remove-folders.ts";
import type { SandboxGrade } from "../sandbox.ts";
import { guestUser } from "./container-config.ts";
import type { IdRanges } from "./id-ranges.ts";
import type { GuestOwner } from "./launcher.ts";

export interface GivensParts {
  /** Undefined: whoever runs the server is every sandbox's user. */
  readonly ids: IdRanges | undefined;
  readonly storage: EphemeralStorage;
  readonly machine: Machine;
  /** Of which one is given; undefined: none is. */
  readonly networks: Networks | undefined;
}

export interface SandboxGivens {
  /** Of its range; undefined: it has none. */
  readonly firstId: number | undefined;
  /** Its user, as the host knows it. */
  readonly owner: GuestOwner;
  readonly folder: string;
  /** Where its /tmp is, for programs that the kernel starts. */
  readonly tmp: string;
  /** Undefined: each container makes its own. */
  readonly network: SandboxNetwork | undefined;
  readonly sees: Pick<VisibleMachine, "cpus" | "files">;
  /** When no process is left. May be called again. */
  giveBack(): Promise<void>;
}

/** `folder` is made. Leaves nothing when it fails. */
export async function openGivens(parts: GivensParts, { id, memoryMiB, ephemeralStorageMiB }: SandboxGrade, name: string, folder: string): Promise<SandboxGivens> {
  const { ids, storage, machine, networks } = parts;
  const undo: (() => Promise<void> | void)[] = [];
  const giveBack = (): Promise<void> => closeAll(undo);
  try {
    const firstId = ids?.take();
    if (firstId !== undefined) undo.push(() => ids?.giveBack(firstId));
    const owner = firstId === undefined ? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 } : { uid: firstId + guestUser.uid, gid: firstId + guestUser.gid };
    const tmp = join(folder, "tmp");
    await mkdir(tmp, { recursive: true, mode: 0o700 });
    undo.push(() => removeFolders(folder));
    await storage.open({ target: tmp, id: name, sizeMiB: ephemeralStorageMiB, owner });
    undo.push(() => storage.close(tmp));
    const network = await networks?.take(id);
    undo.push(() => network?.close());
    const sees = await machine.see(memoryMiB);
    undo.push(sees.release);
    return { firstId, owner, folder, tmp, network, sees, giveBack };
  } catch (error) {
    await giveBack();
    throw error;
  }
}
