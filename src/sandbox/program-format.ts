// Refuses programs whose format the kernel does not know. Node.js starts processes by `execvp`, which hands such a file to
// a shell; AWS's launcher does not, so a script without its first line or a program for another processor would run here
// in some fashion and fail there.
import { accessSync, closeSync, constants, existsSync, fstatSync, openSync, readSync } from "node:fs";

/** ELF's numbers of processors, little endian. https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
const elfMachines: Readonly<Partial<Record<NodeJS.Architecture, number>>> = { x64: 62, arm64: 183 };

/** As far as it is looked at to know the processor. */
const elfHeaderBytes = 20;
/** ELF's program header that names the loader. */
const interpreterHeader = 3;

/** Where Linux may know what runs programs of other processors, as qemu does. */
const otherFormats = "/proc/sys/fs/binfmt_misc/status";

/** Of ELF, headers and where they name the interpreter; of a script the kernel looks at 256. */
const headBytes = 4096;

/**
 * Throws ENOEXEC. Why a file cannot be executed or read the kernel says better. Returns what runs it: the interpreter of a
 * script, the loader of a program with shared libraries; undefined: nothing else.
 */
export function refuseUnknownFormat(program: string): string | undefined {
  const head = headOf(program);
  if (head === undefined) return undefined;
  if (!isKnown(head)) throw unknownFormat(program);
  if (!isScript(head)) return loaderOf(head);
  const interpreter = /^#![ \t]*([^ \t\n\0]*)/.exec(head.toString("latin1", 0, 256))?.[1] ?? "";
  if (interpreter === "") throw unknownFormat(program);
  return interpreter;
}

const unknownFormat = (program: string): Error => Object.assign(new Error(`${program} has no format that this machine executes`), { code: "ENOEXEC" });

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

const isScript = (head: Buffer): boolean => head.toString("latin1", 0, 2) === "#!";

function isKnown(head: Buffer): boolean {
  if (isScript(head)) return true;
  // Other systems have formats of their own, and several processors in a file.
  if (process.platform !== "linux") return head.includes(0);
  if (head.length < elfHeaderBytes || head.toString("latin1", 0, 4) !== "\x7fELF") return false;
  const machine = elfMachines[process.arch];
  return machine === undefined || machine === head.readUInt16LE(18) || existsSync(otherFormats);
}

/** Of ELF with 64 bits, little endian. Undefined also where it is named beyond the head, as by no linker. */
function loaderOf(head: Buffer): string | undefined {
  if (head.length < 64 || head.toString("latin1", 0, 6) !== "\x7fELF\x02\x01") return undefined;
  const [headers, bytes, count] = [Number(head.readBigUInt64LE(32)), head.readUInt16LE(54), head.readUInt16LE(56)];
  for (let at = headers; at < headers + bytes * count && at + 40 <= head.length; at += Math.max(bytes, 1)) {
    if (head.readUInt32LE(at) !== interpreterHeader) continue;
    const [from, length] = [Number(head.readBigUInt64LE(at + 8)), Number(head.readBigUInt64LE(at + 32))];
    return from + length > head.length || length < 2 ? undefined : head.toString("latin1", from, from + length - 1);
  }
  return undefined;
}
