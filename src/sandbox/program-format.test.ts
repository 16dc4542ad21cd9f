import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { refuseUnknownFormat } from "./program-format.ts";

test("refuses what the kernel does not execute, and waits for nobody who may write to a pipe in a program's place", () => {
  const folder = mkdtempSync(join(tmpdir(), "lambent-format-"));
  const path = (name: string): string => join(folder, name);
  for (const [name, content] of [["script", "#!/bin/sh\n"], ["text", "echo hello, and more than a header has\n"]] as const) writeFileSync(path(name), content, { mode: 0o755 });
  execFileSync("mkfifo", [path("pipe")]);
  chmodSync(path("pipe"), 0o755);
  expect(() => refuseUnknownFormat(path("script"))).not.toThrow();
  expect(() => refuseUnknownFormat(path("text"))).toThrow(expect.objectContaining({ code: "ENOEXEC" }));
  // What to say of these the kernel knows better.
  for (const name of ["pipe", "nothing"]) expect(() => refuseUnknownFormat(path(name))).not.toThrow();
  rmSync(folder, { recursive: true });
});
