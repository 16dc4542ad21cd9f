// File systems that lie in a file: a loop device for it, and its mount. The device frees itself with the last mount.
// https://man7.org/linux/man-pages/man4/loop.4.html
import { chownSync, closeSync, openSync } from "node:fs";
import { MS_NOATIME, MS_NODEV, MS_NOSUID, MS_SILENT, unless, type KernelCalls } from "./kernel-calls.ts";
import { KernelError } from "./kernel-error.ts";
import type { ImageRequest } from "./kernel.ts";

// <linux/loop.h>
const LOOP_CTL_GET_FREE = 0x4c82;
const LOOP_CONFIGURE = 0x4c0a;
const LO_FLAGS_AUTOCLEAR = 4;
/** Past the page cache: what is written there is in that of the mounted file system already. */
const LO_FLAGS_DIRECT_IO = 16;
/** `struct loop_config`: the file, the size of blocks, and a `struct loop_info64` of which only the flags are set. */
const configurationBytes = 304;
const flagsOffset = 8 + 52;
const blockBytes = 4096;

/** Another program may take the device that was free. */
const mostAttempts = 50;

/** Nothing of it is needed after a crash: nobody waits for the disk. */
const mountOptions = "barrier=0,noauto_da_alloc";

export function mountImage(calls: KernelCalls, { image, target, owner }: ImageRequest): void {
  const { device, path } = attach(calls, image);
  try {
    calls.mount({ source: path, target, type: "ext4", flags: MS_NOSUID | MS_NODEV | MS_NOATIME | MS_SILENT, options: mountOptions });
  } finally {
    closeSync(device);
  }
  try {
    chownSync(target, owner.uid, owner.gid);
  } catch (error) {
    calls.unmount(target);
    throw error;
  }
}

/** A loop device with the file behind it, for as long as somebody has it open or mounted. */
function attach(calls: KernelCalls, image: number): { readonly device: number; readonly path: string } {
  const configuration = Buffer.alloc(configurationBytes);
  configuration.writeUInt32LE(image, 0);
  configuration.writeUInt32LE(blockBytes, 4);
  configuration.writeUInt32LE(LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO, flagsOffset);
  const control = openSync("/dev/loop-control", "r+");
  try {
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const path = `/dev/loop${calls.control(control, LOOP_CTL_GET_FREE, null)}`;
      const device = openSync(path, "r+");
      try {
        const configured = unless("EBUSY", () => calls.control(device, LOOP_CONFIGURE, configuration));
        if (configured !== undefined) return { device, path };
      } catch (error) {
        closeSync(device);
        throw error;
      }
      closeSync(device);
    }
  } finally {
    closeSync(control);
  }
  throw new KernelError("ioctl", "EBUSY", "other programs take every loop device");
}
