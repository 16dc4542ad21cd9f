// Says of a program, before it is started in a sandbox, why the kernel would not execute it, in the words of AWS's launcher.
import { constants } from "node:fs";
import { isAbsolute, join } from "node:path";
import { entrypointInvalid } from "../faults.ts";
import { isErrno } from "../errno.ts";
import { refuseUnknownFormat } from "../program-format.ts";
import type { Launch } from "../sandbox.ts";
import { findInGuest, type ShownFolder } from "./guest-path.ts";

/** As AWS's launcher (Go) words it. */
const words: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  ENOEXEC: "exec format error",
  ENOTDIR: "not a directory",
  ELOOP: "too many levels of symbolic links",
};

/** Scripts that run scripts: so many the kernel follows. */
const mostInterpreters = 5;

/** Throws Runtime.InvalidEntrypoint. A name without a path is looked up inside. */
export function refuseProgram({ program, cwd }: Pick<Launch, "program" | "cwd">, shown: readonly ShownFolder[]): void {
  if (!program.includes("/")) return;
  try {
    let next: string | undefined = program;
    for (let count = 0; next !== undefined && count < mostInterpreters; count += 1) next = refuseFile(join(isAbsolute(next) ? "/" : cwd, next), shown);
  } catch (error) {
    const code = Object.keys(words).find((candidate) => isErrno(error, candidate));
    if (code === undefined) throw error;
    throw entrypointInvalid(`fork/exec ${program}: ${words[code]}`, error);
  }
}

/** Throws with the code of why it is not executed; returns what runs it. */
function refuseFile(path: string, shown: readonly ShownFolder[]): string | undefined {
  const { hostPath, stats } = findInGuest(path, shown);
  const mayExecute = constants.S_IXUSR | constants.S_IXGRP | constants.S_IXOTH;
  if (!stats.isFile() || (stats.mode & mayExecute) === 0) throw Object.assign(new Error("not executable"), { code: "EACCES" });
  return refuseUnknownFormat(hostPath);
}
