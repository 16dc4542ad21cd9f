// The script is typed into the shell of this machine, with files in place of pipes.
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Launch } from "../sandbox.ts";
import { launchScript, readReports } from "./launch-script.ts";

const launch: Launch = { program: "/bin/sh", args: [], cwd: "/", environment: {} };

/** What a process prints, and what its shell reports. */
function type(more: Partial<Launch>): { readonly printed: string; readonly reports: ReturnType<typeof readReports> } {
  const folder = mkdtempSync(join(tmpdir(), "lambent-script-"));
  const files = ["1", "3", "4", "5", "6"].map((name) => openSync(join(folder, name), "w+"));
  const [output, ...others] = files;
  const script = launchScript({ ...launch, ...more }, { channel: true, log: true }, { setsSignals: true });
  // Its watcher would end every process of a container.
  const harmless = script.replace(/^\( read over.*$/m, "").replace(/^wait$/m, "");
  spawnSync("/bin/sh", ["-s"], { input: harmless, stdio: ["pipe", output, output, ...others] });
  for (const file of files) closeSync(file);
  const [printed = "", reports = ""] = ["1", "5"].map((name) => readFileSync(join(folder, name), "utf8"));
  rmSync(folder, { recursive: true });
  return { printed, reports: readReports(reports) };
}

test("hands on arguments, variables and folders byte by byte", () => {
  const odd = "'\"$(echo no)`echo no`\\ \n*ü=;&|<>#~";
  const { printed, reports } = type({ args: ["-c", 'printf "%s," "$1" "$ODD" "$PWD" "${HOME-none}"', "sh", odd], cwd: "/usr", environment: { ODD: odd } });
  expect(printed).toBe(`${odd},${odd},/usr,none,`);
  expect(reports.exit).toEqual({ exitCode: 0, signal: undefined });
});

test("starts a program whose name looks like a variable", () => {
  expect(type({ program: "/nowhere/a=b" }).reports.exit).toEqual({ exitCode: 127, signal: undefined });
});

test.each([
  ["exit 3", { exitCode: 3, signal: undefined }],
  ["exit 137", { exitCode: 137, signal: undefined }],
  ["sleep 0.1; kill -KILL $$", { exitCode: undefined, signal: "SIGKILL" }],
  ["sleep 0.1; kill -SEGV $$", { exitCode: undefined, signal: "SIGSEGV" }],
  ["kill -INT $$", { exitCode: undefined, signal: "SIGINT" }],
])("tells how `%s` ends", (command, exit) => {
  const { reports } = type({ args: ["-c", command] });
  expect(reports.exit).toEqual(exit);
  expect(reports.pid).toBeGreaterThan(0);
});

test("refuses what no command line can hold", () => {
  expect(() => launchScript({ ...launch, args: ["a\0b"] }, { channel: true, log: true }, { setsSignals: false })).toThrow(/NUL/);
});
