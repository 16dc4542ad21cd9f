import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findInGuest, type ShownFolder } from "./guest-path.ts";

let host: string;
let shown: readonly ShownFolder[];
beforeAll(() => {
  host = mkdtempSync(join(tmpdir(), "lambent-guest-path-"));
  for (const folder of ["root/var/task", "root/usr", "system/bin", "code/folder"]) mkdirSync(join(host, folder), { recursive: true });
  symlinkSync("usr/bin", join(host, "root", "bin"));
  writeFileSync(join(host, "system", "bin", "sh"), "");
  writeFileSync(join(host, "code", "program"), "");
  writeFileSync(join(host, "secret"), "");
  const links = { absolute: "/usr/bin/sh", up: "../../../../../usr/bin/sh", out: join(host, "secret"), loop: "loop", inside: "folder/../program" };
  for (const [name, to] of Object.entries(links)) symlinkSync(to, join(host, "code", name));
  shown = [
    { target: "/", source: join(host, "root") },
    { target: "/usr", source: join(host, "system") },
    { target: "/var/task", source: join(host, "code") },
  ];
});
afterAll(() => rmSync(host, { recursive: true }));

test.each([
  ["/var/task/program", "code/program"],
  ["/var/task/./folder/../program", "code/program"],
  ["/var/task/inside", "code/program"],
  ["/bin/sh", "system/bin/sh"],
  ["/var/task/absolute", "system/bin/sh"],
  ["/var/task/up", "system/bin/sh"],
])("%s is the host's %s", (path, expected) => {
  expect(findInGuest(path, shown).hostPath).toBe(join(host, expected));
});

test.each([
  ["/var/task/absent", "ENOENT"],
  ["/var/taskless", "ENOENT"],
  ["/var/task/program/x", "ENOTDIR"],
  ["/var/task/loop", "ELOOP"],
  // Nothing of the host is behind the links of a function.
  ["/var/task/out", "ENOENT"],
])("%s is refused with %s", (path, code) => {
  expect(() => findInGuest(path, shown)).toThrow(expect.objectContaining({ code }));
});
