// What functions are told, and what is logged, where containers limit them: memory, and processor time after init.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findControllers } from "../../src/sandbox/linux/cgroups/controllers.ts";
import { ociMissing, openOciDriver } from "../harness/oci-driver.ts";
import { startRealEngine, type RealEngine } from "../harness/real-engine.ts";

const trees = findControllers("/").trees;
const missing = ociMissing ?? (trees.has("memory") && trees.has("cpu") ? undefined : "no control groups");

describe.skipIf(missing !== undefined)(`functions in containers with limits${missing === undefined ? "" : ` (${missing})`}`, () => {
  let engine: RealEngine;
  let instance = "";
  beforeAll(async () => {
    engine = await startRealEngine((directory, instanceId) => {
      instance = instanceId;
      return openOciDriver(directory, instanceId);
    });
  });
  afterAll(() => engine.stop());

  const invoke = async (name: string, event: unknown = {}): Promise<{ readonly body: unknown; readonly lines: readonly string[] }> => {
    const before = engine.logs.lines.length;
    const { payload } = await engine.invoke(name, event);
    const isReport = (line: string): boolean => line.startsWith("REPORT");
    await expect.poll(() => engine.logs.lines.slice(before).some(isReport), { timeout: 10_000 }).toBe(true);
    return { body: JSON.parse(Buffer.from(payload).toString()), lines: engine.logs.lines.slice(before) };
  };
  const killed = { errorType: "Runtime.ExitError", errorMessage: expect.stringMatching(/^RequestId: [-0-9a-f]+ Error: Runtime exited with error: signal: killed$/) };
  const outOfMemory = /\tMemory Size: 160 MB\tMax Memory Used: 1(?:5\d|60) MB\t.*Status: error\tError Type: Runtime.OutOfMemory\t$/;

  const takers = {
    "nodejs26.x": {
      "index.mjs": `
        let invokes = 0;
        export const handler = async ({ take }) => {
          invokes += 1;
          const all = [];
          while (take) all.push(Buffer.alloc(1 << 20, 1));
          return invokes;
        };`,
    },
    "python3.11": {
      "index.py": `
invokes = 0
def handler(event, context):
    global invokes
    invokes += 1
    held = []
    while event.get("take"): held.append(b"x" * (1 << 20))
    return invokes
`,
    },
  };
  test.each(Object.entries(takers))("%s: takes more memory than it has, is told so as on AWS, and begins anew", async (runtime, files) => {
    await engine.put(`takes-${runtime.slice(0, 4)}`, files, { runtime, memoryMiB: 160, timeoutSeconds: 60 });
    const name = `takes-${runtime.slice(0, 4)}`;
    expect((await invoke(name)).body).toBe(1);
    const { body, lines } = await invoke(name, { take: true });
    expect(body).toEqual(killed);
    expect(lines.at(-1)).toMatch(outOfMemory);
    expect((await invoke(name)).body).toBe(1);
  });

  test("one that takes too much in its init says so for the init and for the invoke", async () => {
    await engine.put("greedy", { "index.mjs": "const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1));" }, { memoryMiB: 160, timeoutSeconds: 60 });
    const { body, lines } = await invoke("greedy");
    expect(body).toEqual(killed);
    const inits = lines.filter((line) => line.startsWith("INIT_REPORT"));
    expect(inits.map((line) => line.replace(/[\d.]+ ms/, "0 ms"))).toEqual(
      ["init", "invoke"].map((phase) => `INIT_REPORT Init Duration: 0 ms\tPhase: ${phase}\tStatus: error\tError Type: Runtime.OutOfMemory`),
    );
    expect(lines.at(-1)).toMatch(outOfMemory);
  });

  /** How often the environments of this instance have been stopped since their share was used up. */
  const throttled = (): number => {
    const groups = join(trees.get("cpu") ?? "", "lambent");
    const own = readdirSync(groups).filter((name) => name.startsWith(`${instance}.`));
    return own.reduce((sum, name) => sum + Number(/^nr_throttled (\d+)$/m.exec(readFileSync(join(groups, name, "cpu.stat"), "utf8"))?.[1]), 0);
  };

  test("an init has all the processor time that there is, an invoke what memory buys", async () => {
    const spent = "(process.cpuUsage().user + process.cpuUsage().system)";
    const work = (cpuMs: number): string => `{ const end = ${spent} + ${cpuMs * 1000}; while (${spent} < end); }`;
    await engine.put("works", { "index.mjs": `${work(200)} export const handler = async ({ work }) => { if (work) ${work(100)} };` }, { memoryMiB: 160, timeoutSeconds: 60 });
    const before = throttled();
    await invoke("works");
    // The rest of the first invoke may be.
    expect(throttled() - before).toBeLessThan(5);
    const { lines } = await invoke("works", { work: true });
    expect(throttled() - before).toBeGreaterThan(20);
    // 100 ms at 160 / 1,769 of a processor, less what it has got before the kernel looked.
    expect(Number(/\tDuration: ([\d.]+) ms/.exec(lines.at(-1) ?? "")?.[1])).toBeGreaterThan(600);
  });
});
