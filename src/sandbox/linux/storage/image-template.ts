// An empty ext4 file system of a size, as the few blocks that are not zero: a fresh one is a sparse file with these
// written into it, a tenth of a millisecond.
import { execFile } from "node:child_process";
import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Syscalls } from "../../syscalls.ts";

const execute = promisify(execFile);

/** By bytes of the file: what is there at which offset. */
interface ImageTemplate {
  readonly sizeBytes: number;
  readonly blocks: readonly { readonly offset: number; readonly bytes: Buffer }[];
}

const blockBytes = 4096;

/**
 * Without a journal, and without checks that would make the blocks depend on each other: nobody needs it after a crash.
 * What mke2fs.conf says does not matter, so every machine makes the same.
 */
const features = "none,filetype,extent,huge_file,large_file,dir_nlink,dir_index,extra_isize,flex_bg,uninit_bg";
const bytesPerInode = 16_384;
/** It is empty, and everybody may write in it, as in any /tmp. */
const requests = ["rmdir /lost+found", "set_inode_field <2> mode 041777"];

/** Of what the function has; the rest is tables of inodes, and what the kernel keeps back (2 %, at most 16 MiB). */
export const imageBytes = (sizeMiB: number): number => Math.ceil(sizeMiB + sizeMiB / 60 + Math.min(sizeMiB / 48, 16) + 2) * 2 ** 20;

/** Makes it with mkfs.ext4 and debugfs (e2fsprogs). Rejects when they are not there. `directory`: for a file that is gone afterwards. */
export async function makeTemplate(sizeMiB: number, directory: string, syscalls: Syscalls): Promise<ImageTemplate> {
  const path = join(directory, `template-${sizeMiB}`);
  const sizeBytes = imageBytes(sizeMiB);
  const fd = openSync(path, "w+", 0o600);
  try {
    ftruncateSync(fd, sizeBytes);
    const own = ["-q", "-F", "-b", `${blockBytes}`, "-I", "256", "-i", `${bytesPerInode}`, "-m", "0", "-O", features, "-E", "lazy_itable_init=1,nodiscard"];
    await run("mkfs.ext4", [...own, path]);
    for (const request of requests) await run("debugfs", ["-w", "-R", request, path]);
    const blocks = syscalls.extents(fd).flatMap(({ start, end }) => blocksOf(fd, start, end));
    return { sizeBytes, blocks };
  } finally {
    closeSync(fd);
    unlinkSync(path);
  }
}

/** A new file of that content without a name, as a descriptor that the caller closes. */
export function makeImage({ sizeBytes, blocks }: ImageTemplate, path: string): number {
  // A server that was killed may have left one.
  const fd = openSync(path, "w+", 0o600);
  try {
    unlinkSync(path);
    ftruncateSync(fd, sizeBytes);
    for (const { offset, bytes } of blocks) writeSync(fd, bytes, 0, bytes.length, offset);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Where distributions keep them is not on every user's PATH. */
const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };

async function run(program: string, args: readonly string[]): Promise<void> {
  await execute(program, args, { env: environment });
}

function blocksOf(fd: number, start: number, end: number): ImageTemplate["blocks"] {
  const bytes = Buffer.alloc(end - start);
  readSync(fd, bytes, 0, bytes.length, start);
  const found: { offset: number; bytes: Buffer }[] = [];
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const block = bytes.subarray(at, at + blockBytes);
    if (block.some((byte) => byte !== 0)) found.push({ offset: start + at, bytes: block });
  }
  return found;
}
