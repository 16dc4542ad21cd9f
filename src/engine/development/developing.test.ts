import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { functionId, functionVersion, TestCatalog } from "../../../test/harness/engine.ts";
import { ScriptedDriver } from "../../../test/harness/scripted-driver.ts";
import { systemClock } from "../../core/clock.ts";
import { systemIds } from "../../core/ids.ts";
import type { FunctionVersion } from "../../functions/function-version.ts";
import type { Environment } from "../environment/environment.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { Developing, type DevelopEvent } from "./developing.ts";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A folder, and a function that runs from it; `prepare` is what the runtime does to bring packages. */
async function develop(prepare: (folder: string) => Promise<string> = async () => "/runtime") {
  const folder = mkdtempSync(join(tmpdir(), "lambent-developing-"));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const catalog = new TestCatalog();
  catalog.put(functionVersion("f"));
  const renewals: boolean[] = [];
  const events: DevelopEvent[] = [];
  const errors: unknown[] = [];
  const ending = new AbortController();
  let runtimeDir = "/runtime";
  const developing = new Developing({
    clock: systemClock,
    ids: systemIds,
    catalog,
    driver: new ScriptedDriver(),
    preboot: undefined,
    runtimes: {
      resolve: () => ({ id: "nodejs24.x", runtimeDir }) as Runtime,
      prepare: async (_id, [root = ""]) => void (runtimeDir = await prepare(root)),
    },
    renew: (_version, { spare }) => void renewals.push(spare),
    onError: (error) => void errors.push(error),
  });
  const feed = await developing.open({ function: functionId("f"), folder, signal: ending.signal });
  const reading = (async () => {
    for await (const event of feed) events.push(event);
  })();
  const save = (path: string): void => writeFileSync(join(folder, path), "code");
  const end = async (): Promise<void> => {
    ending.abort();
    await reading;
  };
  cleanups.push(() => ending.abort());
  return { developing, folder, renewals, events, errors, save, end, version: functionVersion("f") };
}

/** Plays an environment that was opened and has loaded the code, or not. */
function load(developing: Developing, version: FunctionVersion, isWarm: boolean): void {
  developing.adapt(version)?.available?.({ isWarm } as Environment);
}

test("environments run on the folder as long as somebody develops, and only those of $LATEST", async () => {
  const { developing, folder, renewals, version, end } = await develop();
  expect(developing.adapt(version)).toMatchObject({ taskRoot: folder });
  expect(developing.adapt({ ...version, version: "1" })).toBe(undefined);
  expect(developing.adapt(functionVersion("g"))).toBe(undefined);
  await expect.poll(() => renewals).toEqual([true]);
  await end();
  expect(developing.adapt(version)).toBe(undefined);
  await expect.poll(() => renewals).toEqual([true, false]);
});

test("a change is told once for what changes together, when the first environment has loaded it", async () => {
  const { developing, renewals, events, save, folder, version, end } = await develop();
  load(developing, version, true);
  load(developing, version, true);
  mkdirSync(join(folder, "node_modules", "p"), { recursive: true });
  for (const path of ["a.js", "b.js", "b.js~", ".a.js.swp", "node_modules/p/index.js"]) save(path);
  await expect.poll(() => renewals.length).toBe(2);
  load(developing, version, false);
  await expect.poll(() => events).toEqual([
    { kind: "loaded", files: [], ms: expect.any(Number) },
    { kind: "failed", files: expect.arrayContaining(["a.js", "b.js"]) },
  ]);
  expect(events[1]).not.toMatchObject({ files: expect.arrayContaining([expect.stringMatching(/~|swp|index/)]) });
  save("node_modules/.package-lock.json");
  await expect.poll(() => renewals.length).toBe(3);
  await end();
});

test("packages that the runtime brings for the code make it load once more", async () => {
  const looking = Promise.withResolvers<string>();
  const { renewals, save, errors, end } = await develop(() => looking.promise);
  save("a.js");
  await expect.poll(() => renewals).toEqual([true, true]);
  looking.resolve("/runtime-with-more");
  await expect.poll(() => renewals).toEqual([true, true, true]);
  await end();
  await expect.poll(() => renewals).toEqual([true, true, true, false]);
  expect(errors).toEqual([]);
});
