// Refuses programs whose format the kernel does not know. Node.js starts processes by `execvp`, which hands such a file to
// a shell; AWS's launcher does not, so a script without its first line or a program for another processor would run here
// in some fashion and fail there.
import { accessSync, closeSync, constants, existsSync, fstatSync, openSync, readSync } from "node:fs";

/** ELF's numbers of processors, little endian. https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
const elfMachines: Readonly<Partial<Record<NodeJS.Architecture, number>>> = { x64: 62, arm64: 183 };

/** Where Linux may know what runs programs of other processors, as qemu does. */
const otherFormats = "/proc/sys/fs/binfmt_misc/status";

const headBytes = 20;

/** Throws ENOEXEC. Why a file cannot be executed or read the kernel says better. */
export function refuseUnknownFormat(program: string): void {
  const head = headOf(program);
  if (head === undefined || isKnown(head)) return;
  throw Object.assign(new Error(`${program} has no format that this machine executes`), { code: "ENOEXEC" });
}

function headOf(program: string): Buffer | undefined {
  let file: number | undefined;
  try {
    accessSync(program, constants.X_OK);
    // A function may put a named pipe there: to open that would hold up the server until somebody writes.
    file = openSync(program, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(file).isFile()) return undefined;
    const head = Buffer.alloc(headBytes);
    return head.subarray(0, readSync(file, head));
  } catch {
    // Also a name that is looked up, and a program that may be executed and not read.
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function isKnown(head: Buffer): boolean {
  if (head.toString("latin1", 0, 2) === "#!") return true;
  // Other systems have formats of their own, and several processors in a file.
  if (process.platform !== "linux") return head.includes(0);
  if (head.length < headBytes || head.toString("latin1", 0, 4) !== "\x7fELF") return false;
  const machine = elfMachines[process.arch];
  return machine === undefined || machine === head.readUInt16LE(18) || existsSync(otherFormats);
}
