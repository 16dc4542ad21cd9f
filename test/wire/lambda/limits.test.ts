// Settings of functions that are limits, in containers, through the official client: what is asked for is what there is.
import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { availableParallelism } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { invoke, waitUntilUpdated } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { ociMissing } from "../../harness/oci-driver.ts";

describe.skipIf(ociMissing !== undefined)(`limits of functions in containers${ociMissing === undefined ? "" : ` (${ociMissing})`}`, () => {
  let server: TestLambent;
  beforeAll(async () => {
    server = await startTestLambent({ isolation: "required" });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("a memory bomb gets AWS's answer, and the next invoke an environment that begins anew", async () => {
    const { lambda } = server;
    const code = `let invokes = 0; export const handler = async ({ bomb }) => { const all = []; while (bomb) all.push(Buffer.alloc(1 << 20, 1)); return ++invokes; };`;
    await createFunction(lambda, "bomb", { "index.mjs": code }, { MemorySize: 192, Timeout: 60 });
    expect((await invoke(lambda, "bomb")).body).toBe(1);
    const { error, body, log, requestId } = await invoke(lambda, "bomb", { bomb: true });
    expect(error).toBe("Unhandled");
    expect(body).toEqual({ errorType: "Runtime.ExitError", errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: killed` });
    expect(log).toMatch(/\nREPORT RequestId: .*\tMemory Size: 192 MB\tMax Memory Used: 1(?:8\d|9[0-2]) MB\t.*Status: error\tError Type: Runtime.OutOfMemory\t\n$/);
    expect((await invoke(lambda, "bomb")).body).toBe(1);
  });

  const see = `
    import { execFileSync } from "node:child_process";
    import { readFileSync, readdirSync, statfsSync } from "node:fs";
    import os from "node:os";
    const run = (...command) => execFileSync("/bin/sh", ["-c", command.join(" ")]).toString().trim();
    export const handler = async ({ fill }) => {
      const full = fill === undefined ? undefined : run("fallocate -l", fill + "MiB /tmp/all && rm /tmp/all && echo fits; fallocate -l", Math.ceil(fill * 1.03) + "MiB /tmp/more 2>&1; rm /tmp/more");
      return {
        full,
        memoryMiB: os.totalmem() / 2 ** 20,
        told: Number(/^MemTotal: +(\\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))[1]) / 1024,
        cpus: [os.cpus().length, os.availableParallelism(), Number(run("nproc"))],
        models: readFileSync("/proc/cpuinfo", "utf8").match(/^processor/gm).length,
        tmp: readdirSync("/tmp"),
        groups: readdirSync("/sys"),
        limits: run("ulimit -n -s -c -l 2>/dev/null; ulimit -n; ulimit -s; ulimit -c").split("\\n").slice(-3),
      };
    };`;

  test.each([
    [128, undefined, 2],
    [3009, 512, 3],
    [10_240, 10_240, 6],
  ])("a function of %i MB with %s MB of ephemeral storage sees and has them", async (MemorySize, Size, processors) => {
    const { lambda } = server;
    const name = `sees-${MemorySize}`;
    await createFunction(lambda, name, { "index.mjs": see }, { MemorySize, Timeout: 60, ...(Size === undefined ? {} : { EphemeralStorage: { Size } }) });
    const { EphemeralStorage } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    expect(EphemeralStorage).toEqual({ Size: Size ?? 512 });
    const { body } = await invoke(lambda, name, { fill: Size ?? 512 });
    const cpus = Math.min(processors, availableParallelism());
    expect(body).toEqual({
      full: expect.stringMatching(/^fits\nfallocate: .*No space left on device$/),
      memoryMiB: MemorySize,
      told: MemorySize,
      cpus: [cpus, cpus, cpus],
      models: cpus,
      tmp: [],
      groups: [],
      limits: ["1024", "8192", "0"],
    });
  });

  test("another size of memory and storage applies from the next environment on", async () => {
    const { lambda } = server;
    await createFunction(lambda, "grows", { "index.mjs": see }, { MemorySize: 256, Timeout: 60 });
    expect((await invoke(lambda, "grows", { fill: 512 })).body).toMatchObject({ memoryMiB: 256, full: expect.stringMatching(/^fits/) });
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "grows", MemorySize: 300, EphemeralStorage: { Size: 700 } }));
    await waitUntilUpdated(lambda, "grows");
    expect((await invoke(lambda, "grows", { fill: 700 })).body).toMatchObject({ memoryMiB: 300, full: expect.stringMatching(/^fits/) });
  });

  test("a full /tmp is an error of the function that fills it, ENOSPC, and takes no memory", async () => {
    const { lambda } = server;
    const code = `
      import { openSync, writeSync } from "node:fs";
      export const handler = async () => {
        const [fd, bytes] = [openSync("/tmp/all", "w"), Buffer.alloc(1 << 20)];
        for (let written = 0; ; written++) {
          try { writeSync(fd, bytes); } catch (error) { return { code: error.code, written }; }
        }
      };`;
    await createFunction(lambda, "fills", { "index.mjs": code }, { MemorySize: 128, Timeout: 120 });
    const { body, log } = await invoke(lambda, "fills");
    expect(body).toEqual({ code: "ENOSPC", written: expect.any(Number) });
    expect(body).toMatchObject({ written: expect.toSatisfy((written: number) => written >= 512 && written < 530) });
    expect(Number(/Max Memory Used: (\d+) MB/.exec(log)?.[1])).toBeLessThan(64);
  });

  test("a fork bomb ends at 1,024 processes, and others run on", async () => {
    const { lambda } = server;
    const bomb = `export const handler = async () => { const { spawn } = await import("node:child_process"); spawn("/bin/sh", ["-c", "bomb() { bomb | bomb & }; bomb"], { stdio: "ignore" }); await new Promise((done) => setTimeout(done, 500)); return "done"; };`;
    await createFunction(lambda, "forks", { "index.mjs": bomb }, { MemorySize: 512, Timeout: 5 });
    await createFunction(lambda, "works", { "index.mjs": `export const handler = async () => "works";` }, { MemorySize: 512, Timeout: 60 });
    const [, { body }] = await Promise.all([invoke(lambda, "forks"), invoke(lambda, "works")]);
    expect(body).toBe("works");
  });

  test("memory buys processor time", async () => {
    const { lambda } = server;
    const code = `
      const spent = () => process.cpuUsage().user + process.cpuUsage().system;
      export const handler = async () => {
        const [before, end] = [performance.now(), spent() + 30_000];
        while (spent() < end) for (let i = 0; i < 2e4; i++);
        return performance.now() - before;
      };`;
    for (const [name, MemorySize] of [["quarter", 442], ["whole", 1769]] as const) await createFunction(lambda, name, { "index.mjs": code }, { MemorySize, Timeout: 60 });
    // By turns, and the best of each counts: where others work, too, all of it takes longer.
    let [quarterMs, wholeMs] = [Infinity, Infinity];
    const compare = async (): Promise<number> => {
      quarterMs = Math.min(quarterMs, Number((await invoke(lambda, "quarter")).body));
      wholeMs = Math.min(wholeMs, Number((await invoke(lambda, "whole")).body));
      return quarterMs / wholeMs;
    };
    await expect.poll(compare, { timeout: 40_000, interval: 1 }).toBeGreaterThan(1.8);
    // 120, less what it has got before the kernel looked.
    expect(quarterMs).toBeGreaterThan(80);
  }, 60_000);
});
