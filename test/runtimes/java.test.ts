import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { InvokeOutcome } from "../../src/engine/engine.ts";
import type { FunctionConfiguration } from "../../src/functions/function-version.ts";
import { Missing } from "../harness/build-cache.ts";
import { requestIdOf, settle } from "../harness/engine.ts";
import { startRealEngine, type RealEngine } from "../harness/real-engine.ts";
import { java } from "./clients/java.ts";
import { languages } from "./languages.ts";
import { describeClient } from "./matrix.case.ts";

languages.java.forEach(describeClient);

describe.each(["java25", "java17", "java11"])("a process of %s", (id) => {
  const client = java(id);
  const isOld = id === "java11";
  let engine: RealEngine;
  let missing: string | undefined;
  beforeAll(async () => {
    engine = await startRealEngine();
    try {
      const { folder, configuration } = await client.build();
      const put = (name: string, handler: string, more: Partial<FunctionConfiguration> = {}): void =>
        engine.putFolder(name, folder, { ...configuration, memoryMiB: 512, timeoutSeconds: 15, handler, ...more });
      put("logs", "probe.Logs");
      put("archived", "probe.Methods::shout", { environment: { JAVA_TOOL_OPTIONS: "-Xlog:class+load" } });
      put("surroundings", "probe.Surroundings");
      put("together", "probe.Together", { environmentConcurrency: 4, memoryMiB: 2048 });
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      missing = error.message;
    }
  }, 900_000);
  afterAll(() => engine.stop());
  beforeEach(({ skip }) => {
    if (missing !== undefined) skip(missing);
  });
  const valueOf = ({ payload }: InvokeOutcome): unknown => JSON.parse(Buffer.from(payload).toString());

  test("logs messages as they are, whole and without a newline of their own, and nothing else", async () => {
    await engine.invoke("logs", "x", { logTail: true });
    await settle();
    const [start, end] = ["START", "END"].map((word) => engine.logs.lines.findIndex((line) => line.startsWith(word)));
    expect(engine.logs.lines.slice(0, start)).toEqual([expect.stringMatching(/^INIT_START /), "while starting"]);
    expect(engine.logs.lines.slice((start ?? 0) + 1, end)).toEqual(["printed", "complained", "without level", "[INFO] worth knowing", "[DEBUG] only for us", "[WARN] in two\nlines"]);
  });

  test.skipIf(isOld)("has the client's classes from their archive", async () => {
    await engine.invoke("archived", "x");
    await settle();
    expect(engine.logs.lines.join("\n")).toMatch(/runtime\.api\.client\.AWSLambda source: shared objects file/);
  });

  test("finds its credentials, up to Java 11 also by their oldest names, and nothing of a shell", async () => {
    const { environment } = valueOf(await engine.invoke("surroundings", "")) as { environment: Record<string, string> };
    const { AWS_ACCESS_KEY_ID: accessKeyId = "" } = environment;
    const oldest = isOld ? { AWS_ACCESS_KEY: accessKeyId, AWS_SECRET_KEY: "secret" } : {};
    const names = /^(?:AWS_ACCESS_KEY|AWS_SECRET_KEY|AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|PWD|SHLVL|_X_AMZN_TRACE_ID|JAVA_HOME)$/;
    const found = Object.fromEntries(Object.entries(environment).filter(([name]) => names.test(name)));
    expect(found).toEqual({ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: "secret", AWS_SESSION_TOKEN: "token", ...oldest });
  });

  test("runs several events at once, each in a thread with a client of its own", async () => {
    const ids = [1, 2, 3, 4].map((digit) => requestIdOf(`${digit}1111111-1111-4111-8111-111111111111`));
    const outcomes = await Promise.all(ids.map((requestId, index) => engine.invoke("together", `event ${index}`, { requestId })));
    expect(outcomes.map(valueOf)).toEqual(ids.map((requestId, index) => `event ${index} ${requestId}`));
  });
});
