// /tmp of an execution environment: a file system of its own, as large as the function's EphemeralStorage says, that is
// full when it is full. It lies on disk, in a file of its own behind a loop device, since what lies in memory would count
// as the function's memory. The file has no name, the device frees itself and the mount is the kernel thread's: however
// the server ends, nothing is left.
import { closeSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Syscalls } from "../../syscalls.ts";
import type { Kernel } from "../kernel.ts";
import { makeImage, makeTemplate } from "./image-template.ts";

export interface EphemeralStorage {
  /** Why it is not as it should be, and what mends that; undefined: it is. */
  readonly shortcoming: string | undefined;
  /** Mounts an empty one, in the kernel thread's mount namespace. Rejects when the host has no space, or no device is free. */
  open(request: StorageRequest): Promise<void>;
  /** Gives it up, with everything in it. While a container still shows it that may last longer, but nobody waits for it. */
  close(target: string): Promise<void>;
}

export interface StorageRequest {
  /** An empty folder. */
  readonly target: string;
  /** Unique among those that are being opened. */
  readonly id: string;
  readonly sizeMiB: number;
  /** Host's numbers of the function's user. */
  readonly owner: { readonly uid: number; readonly gid: number };
}

export interface EphemeralStorageParts {
  /** For the files, on a disk with space; made if it is not there. */
  readonly directory: string;
  readonly kernel: Kernel;
  readonly syscalls: Syscalls;
}

/** What every function has at least, so the template is of use later. */
const leastMiB = 512;

/** Tries whether this machine has what it takes: loop devices, ext4 and the programs to make one. */
export async function openEphemeralStorage(parts: EphemeralStorageParts): Promise<EphemeralStorage> {
  const { directory, kernel } = parts;
  const images = imageStorage(parts);
  const trial = join(directory, "trial");
  await mkdir(trial, { recursive: true, mode: 0o700 });
  try {
    await images.open({ target: trial, id: "trial", sizeMiB: leastMiB, owner: { uid: 0, gid: 0 } });
    await images.close(trial);
    return images;
  } catch (error) {
    return memoryStorage(kernel, error instanceof Error ? error.message : String(error));
  }
}

function imageStorage({ directory, kernel, syscalls }: EphemeralStorageParts): EphemeralStorage {
  const templates = new Map<number, ReturnType<typeof makeTemplate>>();
  const templateOf = (sizeMiB: number): ReturnType<typeof makeTemplate> => {
    const known = templates.get(sizeMiB);
    if (known !== undefined) return known;
    const made = makeTemplate(sizeMiB, directory, syscalls);
    templates.set(sizeMiB, made);
    // Another attempt may find more space.
    made.catch(() => templates.delete(sizeMiB));
    return made;
  };
  return {
    shortcoming: undefined,
    open: async ({ target, id, sizeMiB, owner }) => {
      const image = makeImage(await templateOf(sizeMiB), join(directory, `${id}.image`));
      try {
        await kernel.mountImage({ image, target, owner });
      } finally {
        closeSync(image);
      }
    },
    close: (target) => kernel.unmount(target),
  };
}

/** Of <sys/mount.h>. */
const withoutSetuidAndDevices = 0x2 | 0x4;

function memoryStorage(kernel: Kernel, reason: string): EphemeralStorage {
  return {
    shortcoming: `/tmp is in memory and counts as the function's, since no disk image can be mounted (needs loop devices and e2fsprogs): ${reason}`,
    open: ({ target, sizeMiB, owner: { uid, gid } }) =>
      kernel.mount({ source: "tmpfs", target, type: "tmpfs", flags: withoutSetuidAndDevices, options: `size=${sizeMiB}m,mode=1777,uid=${uid},gid=${gid}` }),
    close: (target) => kernel.unmount(target),
  };
}
