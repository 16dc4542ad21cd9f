// Responses that Node.js functions stream, from the handler's write to whoever reads them from the engine.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StreamedInvoke } from "../../src/engine/engine.ts";
import { startRealEngine, type RealEngine } from "../harness/real-engine.ts";

let engine: RealEngine;
beforeAll(async () => {
  engine = await startRealEngine();
});
afterAll(() => engine.stop());

const handler = (body: string): Readonly<Record<string, string>> => ({
  "index.mjs": `const sleep = (ms) => new Promise((done) => setTimeout(done, ms)); export const handler = awslambda.streamifyResponse(async (event, stream) => { ${body} })`,
});

async function collect({ body }: StreamedInvoke): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("a streamed response", () => {
  test("of ten chunks fifty milliseconds apart is seen ten times, each as it was written", async () => {
    await engine.put("ten", handler("for (let i = 0; i < 10; i += 1) { if (i > 0) await sleep(50); stream.write(String(Date.now())) } stream.end()"));
    await collect(await engine.stream("ten"));
    const streamed = await engine.stream("ten");
    expect(streamed).toMatchObject({ isStreamed: true, contentType: "application/octet-stream" });
    const delays: number[] = [];
    for await (const chunk of streamed.body) delays.push(Date.now() - Number(Buffer.from(chunk).toString()));
    expect(delays).toHaveLength(10);
    // A few milliseconds each; this machine has other work.
    expect(Math.max(...delays)).toBeLessThan(40);
    expect(await streamed.completed).toMatchObject({ error: undefined });
  });

  test("arrives whole, with its type, for a caller who wants it whole", async () => {
    await engine.put("whole", handler("stream.setContentType('text/plain'); stream.write('a'); await sleep(5); stream.end('b')"));
    const outcome = await engine.invoke("whole");
    expect(outcome).toMatchObject({ functionError: undefined, contentType: "text/plain" });
    expect(Buffer.from(outcome.payload).toString()).toBe("ab");
  });

  test("of a handler that does not stream is its JSON in one piece", async () => {
    await engine.put("plain", { "index.mjs": "export const handler = async () => ({ a: 1 })" });
    const streamed = await engine.stream("plain");
    expect(streamed).toMatchObject({ isStreamed: false, contentType: "application/json" });
    expect((await collect(streamed)).toString()).toBe('{"a":1}');
  });

  test("ends with the error of a function that fails on the way, and the environment goes on", async () => {
    await engine.put("fails", handler("stream.write(String(process.pid)); await sleep(5); throw new RangeError('mid')"));
    const streamed = await engine.stream("fails");
    const pid = (await collect(streamed)).toString();
    const { error } = await streamed.completed;
    expect(error?.errorType).toBe("Runtime.Unknown");
    expect(JSON.parse(Buffer.from(error?.payload ?? []).toString())).toMatchObject({ errorType: "RangeError", errorMessage: "mid" });
    expect((await collect(await engine.stream("fails"))).toString()).toBe(pid);
    const whole = await engine.invoke("fails");
    expect(whole.functionError).toBe("Unhandled");
    expect(JSON.parse(Buffer.from(whole.payload).toString())).toMatchObject({ errorType: "RangeError" });
  });

  test("that fails before its first byte has no body", async () => {
    await engine.put("early", handler("throw new RangeError('early')"));
    const streamed = await engine.stream("early");
    expect(streamed.isStreamed).toBe(false);
    expect((await collect(streamed)).length).toBe(0);
    expect(JSON.parse(Buffer.from((await streamed.completed).error?.payload ?? []).toString())).toMatchObject({ errorMessage: "early" });
  });

  test("waits in the function for a reader that takes its time", async () => {
    await engine.put("slow", handler("let written = 0; for (let i = 0; i < 64; i += 1) { if (!stream.write('x'.repeat(65_536))) await new Promise((done) => stream.once('drain', done)); written = Date.now() } stream.end(String(written))"));
    const streamed = await engine.stream("slow");
    const reader = streamed.body[Symbol.asyncIterator]();
    await reader.next();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const waitedUntil = Date.now();
    const rest: Uint8Array[] = [];
    for (let item = await reader.next(); item.done !== true; item = await reader.next()) rest.push(item.value);
    const written = Number(Buffer.concat(rest).subarray(-13).toString());
    expect(written).toBeGreaterThanOrEqual(waitedUntil);
  });

  test("lets the function run on when its reader has left, and the environment serve again", async () => {
    await engine.put("left", handler("const { pid } = process; for (let i = 0; i < 64; i += 1) if (!stream.write('x'.repeat(65_536))) await new Promise((done) => stream.once('drain', done)); console.log('ran to its end'); stream.end(String(pid))"));
    const streamed = await engine.stream("left");
    for await (const _ of streamed.body) break;
    expect(await streamed.completed).toMatchObject({ error: undefined });
    await expect.poll(() => engine.logs.lines.some((line) => line.endsWith("ran to its end"))).toBe(true);
  });

  test("over six megabytes is too much for a caller who wants it whole, and the function may come to its end", async () => {
    await engine.put("large", handler("for (let i = 0; i < 8; i += 1) stream.write('x'.repeat(1_000_000)); stream.end(); await sleep(5); console.log('large', process.pid)"));
    for (let round = 0; round < 2; round += 1) {
      const outcome = await engine.invoke("large");
      expect(JSON.parse(Buffer.from(outcome.payload).toString())).toMatchObject({ errorType: "Function.ResponseSizeTooLarge" });
    }
    expect((await collect(await engine.stream("large"))).length).toBe(8_000_000);
    await expect.poll(() => engine.logs.lines.filter((line) => line.includes("\tlarge ")).length).toBe(3);
    expect(engine.logs.lines.filter((line) => line.includes("Runtime exited"))).toEqual([]);
  });

  test("that is cut by the timeout ends with its error", async () => {
    await engine.put("endless", handler("stream.write('a')"), { timeoutSeconds: 1 });
    const streamed = await engine.stream("endless");
    expect((await collect(streamed)).toString()).toBe("a");
    expect((await streamed.completed).error?.errorType).toBe("Sandbox.Timedout");
  });
});
