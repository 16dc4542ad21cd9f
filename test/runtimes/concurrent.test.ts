// Environments that run several events at once, with a runtime client of a few lines whose workers all poll.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { InvokeOutcome } from "../../src/engine/engine.ts";
import type { FunctionConfiguration } from "../../src/functions/function-version.ts";
import { startRealEngine, type RealEngine } from "../harness/real-engine.ts";
import { workerBootstrap as bootstrap } from "../harness/worker-bootstrap.ts";

let engine: RealEngine;
beforeAll(async () => {
  engine = await startRealEngine();
});
afterAll(() => engine.stop());

const valueOf = ({ payload }: InvokeOutcome): unknown => JSON.parse(Buffer.from(payload).toString("utf8"));

const put = (name: string, program: string, configuration: Partial<FunctionConfiguration> = {}): Promise<void> =>
  engine.put(name, { bootstrap: program }, { runtime: "provided.al2023", environmentConcurrency: 4, ...configuration });

const meeting = "async ({ count }, id) => { if (count) await meet(count); return { pid: process.pid, id, type: process.env.AWS_LAMBDA_INITIALIZATION_TYPE }; }";
interface Met {
  readonly pid: number;
  readonly id: string;
  readonly type: string;
}

describe("an environment of several slots", () => {
  test("runs several events in one process, and each caller gets its own answer", async () => {
    await put("meet", bootstrap(meeting));
    await engine.invoke("meet");
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => engine.invoke("meet", { count: 4 })));
    const met = outcomes.map((outcome) => valueOf(outcome) as Met);
    expect(new Set(met.map(({ pid }) => pid)).size).toBe(1);
    expect(new Set(met.map(({ id }) => id)).size).toBe(4);
    expect(met[0]?.type).toBe("lambda-managed-instances");
    // On a busy machine another one may have been begun before all workers had asked.
    expect(engine.environments("meet")).toBeLessThan(3);
  });

  test("is as good with workers that ask for their next event before they have answered", async () => {
    const eager = bootstrap(meeting).replace(
      "for (let worker = 0; worker < Number(process.env.AWS_LAMBDA_MAX_CONCURRENCY); worker += 1) work();",
      `async function ahead() {
        for (;;) {
          const next = await fetch(base + "invocation/next");
          const id = next.headers.get("lambda-runtime-aws-request-id");
          next.json().then(async (event) => {
            inFlight += 1;
            const result = await handler(event, id);
            inFlight -= 1;
            await fetch(base + "invocation/" + id + "/response", { method: "POST", body: JSON.stringify(result) });
          });
        }
      }
      for (let worker = 0; worker < 9; worker += 1) ahead();`,
    );
    await put("eager", eager);
    for (let round = 0; round < 10; round += 1) {
      const outcomes = await Promise.all(Array.from({ length: 4 }, () => engine.invoke("eager")));
      expect(new Set(outcomes.map((outcome) => (valueOf(outcome) as Met).id)).size).toBe(4);
    }
    // Each round would need another one if slots were lost.
    expect(engine.environments("eager")).toBeLessThan(4);
  });

  test("logs JSON, whatever its function says, and reports a duration with the spans of the response", async () => {
    await put("json", bootstrap("async () => process.env.AWS_LAMBDA_LOG_FORMAT"));
    expect(valueOf(await engine.invoke("json"))).toBe("JSON");
    const reports = (): { readonly type: string; readonly record: object }[] =>
      engine.logs.linesOf("json").map((line) => JSON.parse(line)).filter(({ type }) => type === "platform.report");
    await expect.poll(() => reports().length).toBe(1);
    expect(reports()[0]?.record).toEqual({
      requestId: expect.any(String),
      status: "success",
      metrics: { durationMs: expect.any(Number) },
      spans: ["responseLatency", "responseDuration"].map((name) => ({ name, start: expect.any(String), durationMs: expect.any(Number) })),
    });
  });

  test("is joined by another when there is more to do than it takes", async () => {
    const handler = "async ({ wait }) => { if (wait) await meet(4); for (let turn = 0; wait && turn < 300; turn += 1) await new Promise((r) => setTimeout(r, 1)); return { pid: process.pid }; }";
    await put("more", bootstrap(handler));
    await engine.invoke("more");
    const busy = Array.from({ length: 4 }, () => engine.invoke("more", { wait: true }));
    const fifth = (valueOf(await engine.invoke("more")) as Met).pid;
    const others = (await Promise.all(busy)).map((outcome) => (valueOf(outcome) as Met).pid);
    expect(new Set(others).size).toBe(1);
    expect(others).not.toContain(fifth);
  });

  test("lets one invoke take too long, and goes on with the others", async () => {
    await put("slow", bootstrap("async (event) => { if (event.slow) await new Promise((r) => setTimeout(r, 1500)); return process.pid; }"), { timeoutSeconds: 1 });
    const pid = valueOf(await engine.invoke("slow"));
    const late = engine.invoke("slow", { slow: true });
    expect(valueOf(await engine.invoke("slow"))).toBe(pid);
    expect(valueOf(await late)).toMatchObject({ errorMessage: expect.stringMatching(/Task timed out after 1\.00 seconds$/) });
    await expect.poll(() => engine.logs.linesOf("slow").join("\n"), { timeout: 10_000 }).toContain("refused");
    // The worker that was refused takes events again: all four run at the same time.
    expect(valueOf(await engine.invoke("slow"))).toBe(pid);
  });

  test("fails all that run when it crashes, and another one takes its place", async () => {
    await put("crash", bootstrap("async (event) => { await meet(3); if (event.crash) process.exit(7); await new Promise(() => {}); }"));
    const outcomes = await Promise.all([1, 2, 3].map((turn) => engine.invoke("crash", { crash: turn === 3 })));
    for (const outcome of outcomes) {
      expect(valueOf(outcome)).toMatchObject({ errorType: "Runtime.ExitError", errorMessage: expect.stringContaining("exit status 7") });
    }
    await expect.poll(() => engine.environments("crash"), { timeout: 10_000 }).toBe(0);
  });

  test("tells each waiting invoke why its init failed", async () => {
    await put("broken", bootstrap("async () => 1", "process.exit(9);"));
    const outcomes = await Promise.all([engine.invoke("broken"), engine.invoke("broken")]);
    for (const outcome of outcomes) expect(valueOf(outcome)).toMatchObject({ errorType: "Runtime.ExitError", errorMessage: expect.stringContaining("exit status 9") });
  });

  test("ends after what it runs when a newer deployment takes over", async () => {
    await put("replaced", bootstrap(meeting));
    const pid = (valueOf(await engine.invoke("replaced")) as Met).pid;
    const waiting = engine.invoke("replaced", { count: 2 });
    await put("replaced", bootstrap(meeting));
    // The new one is another process; the first invoke waits in the old one, which nothing joins any more.
    expect((valueOf(await engine.invoke("replaced")) as Met).pid).not.toBe(pid);
    const outcome = valueOf(await waiting);
    expect(outcome).toMatchObject({ errorMessage: expect.stringMatching(/Task timed out/) });
    await expect.poll(() => engine.environments("replaced"), { timeout: 10_000 }).toBe(1);
  });
});
