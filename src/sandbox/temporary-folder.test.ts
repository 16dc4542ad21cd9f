import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadSyscalls } from "./syscalls.ts";
import { openTemporaryFolder } from "./temporary-folder.ts";

const syscalls = loadSyscalls();

function makeParent(): string {
  const parent = mkdtempSync(join(tmpdir(), "temporary-folders-"));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  return parent;
}

/** As a killed server leaves it: nobody has its file locked. */
function abandon(parent: string, name: string, mode = 0o700): void {
  mkdirSync(join(parent, name, "sandboxes"), { recursive: true });
  writeFileSync(join(parent, name, "in-use"), "");
  chmodSync(join(parent, name), mode);
}

const open = (parent: string) => openTemporaryFolder(syscalls, (error) => { throw error; }, parent);

test("what killed servers have left goes with the next start, and no folder of a living one", async () => {
  const parent = makeParent();
  abandon(parent, "lambent-killed");
  const [alive, next] = [await open(parent), await open(parent)];
  await next.remove();
  expect(readdirSync(parent)).toContain(alive.path.slice(parent.length + 1));
  await alive.remove();
  expect(readdirSync(parent)).toEqual([]);
});

test("what is no server's folder, or may be a trap, stays", async () => {
  const parent = makeParent();
  abandon(parent, "lambent-of-everybody", 0o777);
  abandon(parent, "others-killed");
  mkdirSync(join(parent, "lambent-without-a-lock"), { mode: 0o700 });
  symlinkSync("others-killed", join(parent, "lambent-link"));
  writeFileSync(join(parent, "lambent-file"), "");
  const before = readdirSync(parent);
  await (await open(parent)).remove();
  expect(readdirSync(parent)).toEqual(before);
});
