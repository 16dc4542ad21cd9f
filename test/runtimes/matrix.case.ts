// What every runtime client does against our Runtime API, official or our own: one suite, given a client (clients/, one
// file each). docs/languages.md is made of the same descriptions.
import { afterAll, beforeAll, describe, expect, test, type TestContext } from "vitest";
import type { InvokeOutcome, InvokeRequest } from "../../src/engine/engine.ts";
import { Missing } from "../harness/build-cache.ts";
import { requestIdOf } from "../harness/engine.ts";
import { startRealEngine, type OpenDriver, type RealEngine } from "../harness/real-engine.ts";
import { exitStatus, whyWithout, type ContextField, type ExpectedError, type MatrixCase, type RuntimeClient } from "./client.ts";

const longestResponse = 6_291_556;
/** Of all cases but that of the timeout: machines of tests are busy. */
const timeoutSeconds = 15;
const uuid = "11111111-1111-4111-8111-111111111111";
/** Some clients always begin with a status and headers for HTTP, and eight NULs. */
const withoutPrelude = (text: string): string => text.replace(/^\{.*\}\0{8}/, "");
const valueOf = ({ payload }: InvokeOutcome): unknown => JSON.parse(Buffer.from(payload).toString("utf8"));

/** Where functions run; undefined: as plain processes. */
export interface MatrixDriver {
  readonly name: string;
  readonly open: OpenDriver;
  /** Why it cannot run here. */
  readonly missing: string | undefined;
}

export const describeClient = (client: RuntimeClient): void => describeClientOn(undefined, client);

export function describeClientOn(driver: MatrixDriver | undefined, client: RuntimeClient): void {
  // A container is made anew after a timeout.
  const lateAfterSeconds = Math.max(client.lateAfterSeconds ?? 1, driver === undefined ? 1 : 3);
  // In a container they have the share of a processor that their memory buys: of this much, a whole one.
  const memoryMiB = driver === undefined ? 512 : 1769;
  let engine: RealEngine | undefined;
  let missing: string | undefined;

  const opened = (): RealEngine => {
    if (engine === undefined) throw new Error("The engine has not started");
    return engine;
  };
  const invoke = (event: object, request: Partial<InvokeRequest> = {}, name = "cases"): Promise<InvokeOutcome> => opened().invoke(name, event, request);
  const streaming = client.handlers.stream === undefined ? "cases" : "stream";
  const piecesOf = async (name: string, event: object): Promise<readonly { readonly text: string; readonly at: number }[]> => {
    const { body } = await opened().stream(name, event);
    return Array.fromAsync(body, (bytes) => ({ text: Buffer.from(bytes).toString(), at: performance.now() }));
  };
  const echoes = async (name = "cases"): Promise<void> => expect(valueOf(await invoke({ do: "echo", value: 1 }, {}, name))).toBe(1);
  const expectError = (outcome: InvokeOutcome, { errorType, errorMessage, more = [] }: ExpectedError): void => {
    expect(outcome.functionError).toBe("Unhandled");
    const payload = valueOf(outcome) as Record<string, unknown>;
    expect(payload).toMatchObject({ errorType, errorMessage: errorMessage instanceof RegExp ? expect.stringMatching(errorMessage) : errorMessage });
    expect(Object.keys(payload).toSorted()).toEqual(["errorMessage", "errorType", ...more].toSorted());
  };
  const caseOf = (name: MatrixCase, run: () => Promise<void>): void =>
    test(name, async ({ skip }: TestContext) => {
      const why = missing ?? whyWithout(client, name);
      if (why !== undefined) skip(why);
      await run();
    });

  /** Those that wait most of their time begin before all others, on functions of their own. */
  const waiting = new Map<MatrixCase, () => Promise<void>>();
  const begun = new Map<MatrixCase, Promise<void>>();
  const begin = (name: MatrixCase, run: () => Promise<void>): void => {
    if (whyWithout(client, name) !== undefined) return;
    const outcome = run();
    // Told by its test, when that comes to it.
    outcome.catch(() => undefined);
    begun.set(name, outcome);
  };
  const waitingCaseOf = (name: MatrixCase, run: () => Promise<void>): void => {
    waiting.set(name, run);
    caseOf(name, async () => begun.get(name));
  };

  describe(`${client.language}: ${client.client}, ${client.runs}${driver === undefined ? "" : `, ${driver.name}`}`, () => {
    beforeAll(async () => {
      try {
        if (driver?.missing !== undefined) throw new Missing(driver.missing);
        const { folder, configuration } = await client.build();
        engine = await startRealEngine(driver?.open);
        for (const [name, handler] of Object.entries(client.handlers)) {
          engine.putFolder(name, folder, { memoryMiB, timeoutSeconds, ...configuration, handler });
        }
        engine.putFolder("late", folder, { memoryMiB, timeoutSeconds: lateAfterSeconds, ...configuration, handler: client.handlers.cases });
        const several = { environmentConcurrency: 4, environment: client.concurrent, timeoutSeconds: 3 };
        if (client.concurrent !== undefined) engine.putFolder("concurrent", folder, { memoryMiB, ...configuration, ...several, handler: client.handlers.cases });
        for (const [name, run] of waiting) begin(name, run);
      } catch (error) {
        if (!(error instanceof Missing)) throw error;
        missing = error.message;
      }
    }, 900_000);
    afterAll(() => engine?.stop());

    caseOf("echo", async () => {
      const value = { text: "é\u{1f980}\n\"", list: [1, -2.5, true, null, []], deep: { er: {} } };
      expect(valueOf(await invoke({ do: "echo", value }))).toEqual(value);
      expect(valueOf(await invoke({ do: "echo", value: "again" }))).toBe("again");
    });

    caseOf("context", async () => {
      const app = { installation_id: "i", app_title: "t", app_version_name: "n", app_version_code: "c", app_package_name: "p" };
      const clientContext = JSON.stringify({ custom: { key: "value" }, client: app, env: { locale: "en" } });
      const outcome = await invoke({ do: "context" }, { requestId: requestIdOf(uuid), clientContext });
      const told: Readonly<Record<ContextField, unknown>> = {
        requestId: uuid,
        arn: "arn:aws:lambda:eu-west-1:123456789012:function:cases",
        functionName: "cases",
        functionVersion: "$LATEST",
        memoryMiB,
        logGroup: "/aws/lambda/cases",
        logStream: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
        remainingMs: expect.any(Number),
        trace: outcome.trace,
        custom: "value",
      };
      const lacks = new Set<string>(client.contextLacks);
      const value = valueOf(outcome) as Partial<Record<ContextField, unknown>>;
      expect(value).toEqual(Object.fromEntries(Object.entries(told).filter(([field]) => !lacks.has(field))));
      if (!lacks.has("remainingMs")) expect(value.remainingMs).toBeGreaterThan(0);
      if (!lacks.has("remainingMs")) expect(value.remainingMs).toBeLessThanOrEqual(timeoutSeconds * 1000);
    });

    caseOf("error", async () => {
      expectError(await invoke({ do: "error" }), client.error);
      await echoes();
    });

    caseOf("uncaught", async () => {
      expectError(await invoke({ do: "uncaught" }), client.uncaught);
      await echoes();
    });

    caseOf("exit", async () => {
      expectError(await invoke({ do: "exit" }), exitStatus(7));
      await echoes();
    });

    waitingCaseOf("timeout", async () => {
      expectError(await invoke({ do: "wait" }, {}, "late"), {
        errorType: "Sandbox.Timedout",
        errorMessage: new RegExp(`^RequestId: \\S{36} Error: Task timed out after ${lateAfterSeconds}\\.00 seconds$`),
      });
      await echoes("late");
    });

    caseOf("large payload", async () => {
      expect((await invoke({ do: "large", bytes: longestResponse - 2 })).payload).toHaveLength(longestResponse);
      expectError(await invoke({ do: "large", bytes: longestResponse - 1 }), {
        errorType: "Function.ResponseSizeTooLarge",
        errorMessage: `Response payload size exceeded maximum allowed payload size (${longestResponse} bytes).`,
      });
      expect(valueOf(await invoke({ do: "length", value: "x".repeat(6_000_000) }))).toBe(6_000_000);
    });

    caseOf("init error", async () => {
      expectError(await invoke({}, {}, "broken"), client.initError);
    });

    caseOf("streaming", async () => {
      const event = { do: "stream", chunks: 10, pauseMs: 50 };
      const text = Array.from({ length: 10 }, (_, n) => `chunk ${n}\n`).join("");
      const collected = await invoke(event, {}, streaming);
      expect(withoutPrelude(Buffer.from(collected.payload).toString())).toBe(text);
      const pieces = await piecesOf(streaming, event);
      expect(withoutPrelude(pieces.map((piece) => piece.text).join(""))).toBe(text);
      // As they were written: none waited for the next, however busy the machine is.
      const times = pieces.filter((piece) => piece.text.includes("chunk")).map((piece) => piece.at);
      expect(times.length).toBeGreaterThan(5);
      expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(300);
    });

    caseOf("stream error", async () => {
      const event = { do: "stream", chunks: 2, pauseMs: 1, fails: true };
      const { body, completed } = await opened().stream(streaming, event);
      expect(withoutPrelude(Buffer.concat(await Array.fromAsync(body)).toString())).toBe("chunk 0\nchunk 1\n");
      const { error } = await completed;
      expect(JSON.parse(Buffer.from(error?.payload ?? []).toString())).toMatchObject({ errorType: client.error.errorType, errorMessage: "no" });
    });

    caseOf("logging", async () => {
      const outcome = await invoke({ do: "log", line: "written down" }, { logTail: true, requestId: requestIdOf(uuid) });
      expect(outcome.logTail?.toString()).toMatch(client.logged("written down", uuid));
    });

    waitingCaseOf("concurrency", async () => {
      const pause = (pauseMs: number, id: string): Promise<InvokeOutcome> => invoke({ do: "pause", pauseMs }, { requestId: requestIdOf(id) }, "concurrent");
      const ids = Array.from({ length: 4 }, (_, n) => uuid.replace(/1$/, n.toString()));
      expect(valueOf(await pause(1, uuid))).toBe(uuid);
      const startedMs = performance.now();
      const outcomes = await Promise.all(ids.map((id) => pause(1000, id)));
      expect(outcomes.map(valueOf)).toEqual(ids);
      // One after the other they take four seconds, or an environment each.
      expect(performance.now() - startedMs).toBeLessThan(3000);
      expect(opened().environments("concurrent")).toBeLessThan(4);
      // An error is one invoke's, and so is the time that has run out.
      const [failed, late, other] = await Promise.all([invoke({ do: "error" }, {}, "concurrent"), pause(60_000, ids[0] ?? ""), pause(1, ids[1] ?? "")]);
      expectError(failed, client.error);
      expect(valueOf(late)).toMatchObject({ errorType: "Sandbox.Timedout" });
      expect(valueOf(other)).toBe(ids[1]);
      expect(opened().environments("concurrent")).toBeLessThan(4);
    });
  });
}
