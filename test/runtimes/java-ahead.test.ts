// Java functions answer, fail and log the same whether their Java was booted ahead of them or with them.
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FunctionConfiguration } from "../../src/functions/function-version.ts";
import type { PreparedSandbox, SandboxDriver } from "../../src/sandbox/sandbox.ts";
import { Missing } from "../harness/build-cache.ts";
import { settle } from "../harness/engine.ts";
import { createLateCodeDriver } from "../harness/late-code-driver.ts";
import { startRealEngine, type RealEngine } from "../harness/real-engine.ts";
import { java } from "./clients/java.ts";

interface Case {
  readonly what: string;
  readonly handler: string;
  readonly event: unknown;
  readonly more?: Partial<FunctionConfiguration>;
}

const json = { format: "JSON", applicationLevel: "DEBUG", systemLevel: "INFO" } as const;

const cases: readonly Case[] = [
  { what: "a handler by the interface for objects", handler: "matrix.Cases", event: { do: "echo", value: { a: [1, null] } } },
  { what: "one by the interface for streams", handler: "probe.Bytes", event: "x" },
  { what: "a method with an object of its own", handler: "probe.Methods::twice", event: { item: "thing", count: 2 } },
  { what: "a static method", handler: "probe.Methods::sum", event: [1, 2, 3] },
  { what: "a method with streams", handler: "probe.Methods::copy", event: { copied: true } },
  { what: "a class that is packaged nowhere", handler: "probe.UsesLibrary::word", event: "x" },
  { what: "lines and messages, from the constructor on", handler: "probe.Logs", event: "x" },
  { what: "the same as JSON", handler: "probe.Logs", event: "x", more: { logging: json } },
  { what: "an exception with a cause", handler: "probe.Methods::cause", event: "none" },
  { what: "an event of another type", handler: "probe.Methods::twice", event: [] },
  { what: "an error that the client does not survive", handler: "matrix.Cases", event: { do: "uncaught" } },
  { what: "an exit", handler: "matrix.Cases", event: { do: "exit" } },
  { what: "a constructor that throws", handler: "matrix.Broken::handleRequest", event: {} },
  { what: "a class that is missing", handler: "no.Such::handle", event: {} },
  { what: "a method that is missing", handler: "probe.Methods::missing", event: {} },
  { what: "a handler that is none", handler: "::", event: {} },
];

/** Tells of each sandbox that became a function's whether a process ran there before. */
function told(driver: SandboxDriver, onTaken: (isAhead: boolean) => void): SandboxDriver {
  return {
    ...driver,
    prepare: async (grade) => {
      const sandbox = await driver.prepare?.(grade);
      if (sandbox === undefined) throw new Error("the driver shows no code late");
      let isAhead = false;
      const watched: PreparedSandbox = {
        ...sandbox,
        run: (...run) => {
          isAhead = true;
          return sandbox.run(...run);
        },
        load: (code) => {
          onTaken(isAhead);
          return sandbox.load(code);
        },
      };
      return watched;
    },
  };
}

describe.each(["java25", "java17", "java8.al2"])("%s, booted ahead", (runtime) => {
  let engine: RealEngine;
  let folder: string;
  let missing: string | undefined;
  let wasAhead = false;
  beforeAll(async () => {
    try {
      ({ folder } = await java(runtime).build());
      engine = await startRealEngine((directory, id) => told(createLateCodeDriver(directory, id), (isAhead) => (wasAhead = isAhead)));
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      missing = error.message;
    }
  }, 300_000);
  afterAll(() => engine?.stop());

  /** Its answer and its log, without what is another each time. */
  async function coldStart(name: string, { handler, event, more }: Case): Promise<readonly [isAhead: boolean, seen: unknown]> {
    wasAhead = false;
    const before = engine.logs.linesOf(name).length;
    engine.putFolder(name, folder, { runtime, handler, memoryMiB: 512, timeoutSeconds: 15, ...more });
    const { payload, functionError } = await engine.invoke(name, event);
    const ended = (): boolean => engine.logs.linesOf(name).slice(before).some((line) => /^REPORT |"platform.report"/.test(line));
    while (!ended()) await settle();
    const lines = engine.logs.linesOf(name).slice(before).map(steady);
    return [wasAhead, { answer: steady(payload.toString()), functionError, lines }];
  }

  test.for(cases)("$what", { timeout: 120_000 }, async (one, { skip }) => {
    if (missing !== undefined) skip(missing);
    const name = one.what.replaceAll(/\W+/g, "-");
    // Of a variable that counts at the boot comes a start in full.
    const [isAhead, fresh] = await coldStart(name, { ...one, more: { ...one.more, environment: { MALLOC_UNUSED: "1" } } });
    expect(isAhead).toBe(false);
    let specialised: readonly [boolean, unknown] = [false, undefined];
    for (let attempt = 0; attempt < 20 && !specialised[0]; attempt += 1) {
      specialised = await coldStart(name, one);
      if (!specialised[0]) await setTimeout(100);
    }
    expect(specialised).toEqual([true, fresh]);
  });
});

const steady = (text: string): string =>
  text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "ID")
    .replaceAll(/\][0-9a-f]{32}/g, "]STREAM")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replaceAll(/[\d.]+ ms|\d+ MB|"\w+(?:Ms|MB)":[\d.]+/g, "N")
    .replaceAll(/\/[\w/.-]*\/task/g, "/var/task")
    .replaceAll(/arn:aws:lambda:[\w:-]+::runtime:[0-9a-f]+/g, "RUNTIME");
