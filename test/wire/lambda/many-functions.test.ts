// More functions than there is memory for, and bursts, on a live server: what nobody uses ends for what somebody needs.
import { readdirSync, readFileSync } from "node:fs";
import { InvokeCommand, type LambdaClient, TooManyRequestsException } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

const functionCount = 120;
/** Of the machine's memory: that of a few environments, whichever machine this is. */
const environmentMemoryPercent = "1";

const code = { "index.mjs": 'export const handler = async ({ ms = 0 }) => { await new Promise((done) => setTimeout(done, ms)); return process.env["AWS_LAMBDA_FUNCTION_NAME"]; };' };

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent({ environmentMemoryPercent });
  lambda = lambent.lambda;
});
afterAll(async () => {
  await lambent[Symbol.asyncDispose]();
});

async function invoke(name: string, event: object = {}): Promise<unknown> {
  const { FunctionError: error, Payload: payload } = await lambda.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) }));
  if (error !== undefined) throw new Error(`${name}: ${error}`);
  return JSON.parse(payload?.transformToString() ?? "");
}

/** So many at a time, in order of their names. */
async function forEach(names: readonly string[], atOnce: number, act: (name: string) => Promise<void>): Promise<void> {
  const left = names.values();
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const name of left) await act(name);
  }));
}

/** Processes of functions of these names that this process has started. */
const running = (prefix: string): number => readdirSync("/proc").filter((entry) => /^\d+$/.test(entry) && isOurs(entry, prefix)).length;

function isOurs(pid: string, prefix: string): boolean {
  try {
    const parent = Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
    return parent === process.pid && readFileSync(`/proc/${pid}/environ`, "utf8").includes(`AWS_LAMBDA_FUNCTION_NAME=${prefix}`);
  } catch {
    // It has ended meanwhile.
    return false;
  }
}

describe("more functions than memory", () => {
  test(`runs ${functionCount} functions, all cold, and keeps few environments`, { timeout: 120_000 }, async () => {
    const names = Array.from({ length: functionCount }, (_, index) => `many-${index}`);
    await forEach(names, 16, (name) => createFunction(lambda, name, code));
    let most = 0;
    await forEach(names, 12, async (name) => {
      expect(await invoke(name)).toBe(name);
      if (process.platform === "linux") most = Math.max(most, running("many-"));
    });
    // Those of containers have another parent.
    if (process.platform === "linux" && (process.env["LAMBENT_ISOLATION"] ?? "none") === "none") expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(functionCount / 2);
  });

  test("answers other functions while one has a burst that takes all memory", { timeout: 60_000 }, async () => {
    const others = ["other-1", "other-2", "other-3"];
    await forEach(["greedy", ...others], 4, (name) => createFunction(lambda, name, code, { MemorySize: 256 }));
    let answered = 0;
    const burst = Array.from({ length: 60 }, async () => {
      try {
        await invoke("greedy", { ms: 100 });
      } catch (error) {
        if (!(error instanceof TooManyRequestsException)) throw error;
      }
      answered += 1;
    });
    await expect.poll(() => answered, { interval: 5 }).toBeGreaterThan(0);
    expect(await Promise.all(others.map((name) => invoke(name)))).toEqual(others);
    expect(answered).toBeLessThan(burst.length);
    await Promise.all(burst);
  });

  test("throttles with AWS's reason, and does not hang, when all memory is in use", { timeout: 60_000 }, async () => {
    await createFunction(lambda, "slow", code, { Timeout: 20 });
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => invoke("slow", { ms: 3_000 })));
    const refused = outcomes.filter((outcome) => outcome.status === "rejected").map(({ reason }) => reason as unknown);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(outcomes.length);
    for (const fault of refused) expect(fault).toMatchObject({ name: "TooManyRequestsException", Reason: "ConcurrentInvocationLimitExceeded", Type: "User", message: "Rate Exceeded." });
    expect(await invoke("slow")).toBe("slow");
  });
});
