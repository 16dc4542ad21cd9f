// What is left of an environment after a timeout or an exit: its /tmp, its log stream, and nothing of its memory.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { invoke } from "../../harness/functions.ts";

let lambent: TestLambent;
beforeAll(async () => void (lambent = await startTestLambent()));
afterAll(() => lambent[Symbol.asyncDispose]());

// The driver of this test shows a function its own /tmp by TMPDIR, which is what os.tmpdir() goes by.
const source = `
  import { appendFileSync, existsSync, readFileSync } from "node:fs";
  import { tmpdir } from "node:os";
  const notes = tmpdir() + "/notes";
  let invokes = 0;
  export const handler = async ({ end }, { logStreamName }) => {
    invokes += 1;
    appendFileSync(notes, (end ?? "answers") + "\\n");
    if (end === "exits") process.exit(7);
    if (end === "hangs") for (;;);
    return { invokes, notes: readFileSync(notes, "utf8"), logStreamName };
  };`;

test.each([
  ["hangs", "Sandbox.Timedout", /Status: timeout\t$/m],
  ["exits", "Runtime.ExitError", /Status: error\tError Type: Runtime\.ExitError\t$/m],
])("a function that %s finds its files again and begins anew", async (end, errorType, report) => {
  await createFunction(lambent.lambda, end, { "index.mjs": source }, { Timeout: 1 });
  const first = await invoke(lambent.lambda, end);
  expect(first.body).toMatchObject({ invokes: 1, notes: "answers\n" });
  expect(first.log).toMatch(/^REPORT .*\tInit Duration: \d+\.\d\d ms\t$/m);

  const failed = await invoke(lambent.lambda, end, { end });
  expect(failed).toMatchObject({ error: "Unhandled", body: { errorType } });
  expect(failed.log).toMatch(report);
  expect(failed.log).not.toContain("Init Duration");

  const next = await invoke(lambent.lambda, end);
  expect(next.error).toBeUndefined();
  expect(next.body).toEqual({ ...Object(first.body), invokes: 1, notes: `answers\n${end}\nanswers\n` });
  // The init was a part of the invoke: it is billed as that, and only a failed one would have a line of its own.
  expect(next.log).toMatch(/^REPORT RequestId: \S+\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\t$/m);
  expect(next.log).not.toMatch(/INIT_REPORT|Init Duration/);
});

test("a function whose init fails again inside the invoke says so, and finds the files of both", async () => {
  const failing = `
    import { appendFileSync, readFileSync } from "node:fs";
    import { tmpdir } from "node:os";
    const notes = tmpdir() + "/notes";
    appendFileSync(notes, "init\\n");
    const inits = readFileSync(notes, "utf8");
    if (inits.length < 15) process.exit(3);
    export const handler = async () => inits;`;
  await createFunction(lambent.lambda, "stubborn", { "index.mjs": failing });
  const first = await invoke(lambent.lambda, "stubborn");
  expect(first).toMatchObject({ error: "Unhandled", body: { errorType: "Runtime.ExitError" } });
  expect(first.log).toMatch(/^INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: invoke\tStatus: error\tError Type: Runtime\.ExitError$/m);
  expect((await invoke(lambent.lambda, "stubborn")).body).toBe("init\ninit\ninit\n");
});
