import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Missing } from "../harness/build-cache.ts";
import { settle } from "../harness/engine.ts";
import { startRealEngine, type RealEngine } from "../harness/real-engine.ts";
import { java } from "./clients/java.ts";
import { describeClient, type RuntimeClient } from "./matrix.case.ts";

for (const id of ["java25", "java21", "java17", "java11", "java8.al2"]) describeClient(java(id));

describe.each<RuntimeClient>([java("java25"), java("java17")])("a $language process", (client) => {
  let engine: RealEngine;
  let missing: string | undefined;
  beforeAll(async () => {
    engine = await startRealEngine();
    try {
      const { folder, configuration } = await client.build();
      const settings = { ...configuration, memoryMiB: 512, timeoutSeconds: 15 };
      engine.putFolder("logs", folder, { ...settings, handler: "probe.Logs" });
      engine.putFolder("archived", folder, { ...settings, handler: "probe.Methods::shout", environment: { JAVA_TOOL_OPTIONS: "-Xlog:class+load" } });
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      missing = error.message;
    }
  }, 900_000);
  afterAll(() => engine.stop());

  test("logs messages as they are, whole and without a newline of their own, and nothing else", async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    await engine.invoke("logs", "x", { logTail: true });
    await settle();
    const [start, end] = ["START", "END"].map((word) => engine.logs.lines.findIndex((line) => line.startsWith(word)));
    expect(engine.logs.lines.slice(0, start)).toEqual([expect.stringMatching(/^INIT_START /), "while starting"]);
    expect(engine.logs.lines.slice((start ?? 0) + 1, end)).toEqual(["printed", "complained", "without level", "[INFO] worth knowing", "[DEBUG] only for us", "[WARN] in two\nlines"]);
  });

  test("has the client's classes from their archive", async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    await engine.invoke("archived", "x");
    await settle();
    expect(engine.logs.lines.join("\n")).toMatch(/runtime\.api\.client\.AWSLambda source: shared objects file/);
  });
});
