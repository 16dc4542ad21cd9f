import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Missing } from "../harness/build-cache.ts";
import { settle } from "../harness/engine.ts";
import { startRealEngine, type RealEngine } from "../harness/real-engine.ts";
import { java, java25 } from "./clients/java.ts";
import { describeClient } from "./matrix.case.ts";

describeClient(java);
describeClient(java25);

describe("Java's client", () => {
  let engine: RealEngine;
  let missing: string | undefined;
  beforeAll(async () => {
    engine = await startRealEngine();
    try {
      const { folder, configuration } = await java.build();
      engine.putFolder("logs", folder, { ...configuration, memoryMiB: 512, timeoutSeconds: 15, handler: "probe.Logs" });
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      missing = error.message;
    }
  }, 900_000);
  afterAll(() => engine.stop());

  test("logs messages as they are: whole, and without a newline of their own", async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    await engine.invoke("logs", "x", { logTail: true });
    await settle();
    const [start, end] = [engine.logs.lines.findIndex((line) => line.startsWith("START")), engine.logs.lines.findIndex((line) => line.startsWith("END"))];
    expect(engine.logs.lines.slice(0, start)).toContain("while starting");
    expect(engine.logs.lines.slice(start + 1, end)).toEqual(["printed", "complained", "without level", "[INFO] worth knowing", "[DEBUG] only for us", "[WARN] in two\nlines"]);
  });
});
