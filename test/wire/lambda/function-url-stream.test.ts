// Function URLs in mode RESPONSE_STREAM: what a function writes reaches its client as it is written.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CreateFunctionCommandInput } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { Acknowledgements, inStep, tenChunks } from "../../harness/streams.ts";
import { callUrl, createUrl, openUrl, type TestUrl } from "../../harness/urls.ts";

let lambent: TestLambent;
beforeAll(async () => void (lambent = await startTestLambent()));
afterAll(() => lambent[Symbol.asyncDispose]());

/** A streaming function and its URL; `handler` is its body. */
async function streaming(name: string, handler: string, settings: Partial<CreateFunctionCommandInput> = {}): Promise<TestUrl> {
  await createFunction(lambent.lambda, name, { "index.mjs": `export const handler = awslambda.streamifyResponse(async (event, stream) => { ${handler} });` }, settings);
  return createUrl(lambent.lambda, name, { InvokeMode: "RESPONSE_STREAM" });
}
const from = "stream = awslambda.HttpResponseStream.from(stream, metadata);";

describe("a response", () => {
  test.each([
    ["without a head", "plain", ""],
    ["behind its head", "headed", `const metadata = { statusCode: 201, headers: { 'X-A': 'b' }, cookies: ['a=1', 'b=2'] }; ${from}`],
  ])("%s is seen chunk by chunk, each before the function writes the next", async (_what, name, head) => {
    await createFunction(lambent.lambda, name, inStep(head));
    const url = await createUrl(lambent.lambda, name, { InvokeMode: "RESPONSE_STREAM" });
    const seen = new Acknowledgements();
    const incoming = await openUrl(url, { headers: { "x-plan": JSON.stringify({ folder: seen.folder, chunks: 10 }) } });
    for await (const chunk of incoming) seen.take(chunk as Buffer);
    expect(seen.chunks).toEqual(tenChunks);
    expect(incoming).toMatchObject(
      head === ""
        ? { statusCode: 200, headers: { "content-type": "application/octet-stream", "transfer-encoding": "chunked" } }
        : { statusCode: 201, headers: { "x-a": "b", "set-cookie": ["a=1", "b=2"], "content-type": "application/octet-stream" } },
    );
    expect(incoming.complete).toBe(true);
  });

  test("has the type that its function says, and a head of its own may say less than all", async () => {
    const typed = await streaming("typed", "stream.setContentType('text/html'); stream.write('<p>'); stream.end();");
    expect(await callUrl(typed)).toMatchObject({ status: 200, text: "<p>", headers: { "content-type": "text/html" } });
    const brief = await streaming("brief", `const metadata = { headers: { 'content-type': 'text/css' } }; ${from} stream.write('a'); stream.end();`);
    expect(await callUrl(brief)).toMatchObject({ status: 200, text: "a", headers: { "content-type": "text/css" } });
  });

  test("of a function that does not stream follows the rules of one", async () => {
    await createFunction(lambent.lambda, "whole", { "index.mjs": "export const handler = async ({ rawPath }) => { if (rawPath === '/throw') throw new Error('no'); return { statusCode: 418, body: 'tea' }; };" });
    const whole = await createUrl(lambent.lambda, "whole", { InvokeMode: "RESPONSE_STREAM" });
    expect(await callUrl(whole)).toMatchObject({ status: 418, text: "tea", headers: { "content-type": "application/json" } });
    expect(await callUrl(whole, { path: "/throw" })).toMatchObject({ status: 502, text: "Internal Server Error" });
  });

  test("that is streamed to a URL in mode BUFFERED comes whole, with its head", async () => {
    await streaming("both", `const metadata = { statusCode: 202, headers: { 'content-type': 'text/plain' } }; ${from} stream.write('a'); stream.write('b'); stream.end();`);
    const { UpdateFunctionUrlConfigCommand } = await import("@aws-sdk/client-lambda");
    const { FunctionUrl = "" } = await lambent.lambda.send(new UpdateFunctionUrlConfigCommand({ FunctionName: "both", InvokeMode: "BUFFERED" }));
    const { host, port } = new URL(FunctionUrl);
    expect(await callUrl({ id: "", host, port: Number(port) })).toMatchObject({ status: 202, text: "ab", headers: { "content-type": "text/plain", "content-length": "2" } });
  });

  test.each([
    ["fails before it wrote", "early", "throw new Error('no');"],
    ["sends a head that is none", "bad-head", `const metadata = { statusCode: 'ok' }; ${from} stream.write('a'); stream.end();`],
    ["sends a head without an end", "endless", "stream.setContentType('application/vnd.awslambda.http-integration-response'); stream.write('{}'); for (let n = 0; n < 5; n += 1) stream.write('x'.repeat(100_000)); stream.end();"],
  ])("of a function that %s is a 502", async (_what, name, handler) => {
    expect(await callUrl(await streaming(name, handler))).toMatchObject({ status: 502, text: "Internal Server Error" });
  });

  test("of a function that fails in the middle breaks off", async () => {
    const mid = await streaming("mid", "stream.write('a'); await new Promise((done) => setTimeout(done, 5)); throw new Error('no');");
    const incoming = await openUrl(mid);
    const read: string[] = [];
    const reading = (async () => {
      for await (const chunk of incoming) read.push(String(chunk));
    })();
    await expect(reading).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(read.join("")).toBe("a");
    // The function and its URL are as good as before.
    expect((await openUrl(mid)).statusCode).toBe(200);
  });

  test("to HEAD is its head; the function runs on to its end, however much it writes", async () => {
    const seen = new Acknowledgements();
    const url = await streaming("head", `const metadata = { statusCode: 203 }; ${from} for (let n = 0; n < 40; n += 1) { if (!stream.write('x'.repeat(50_000))) await new Promise((done) => stream.once('drain', done)); } (await import('node:fs')).writeFileSync(${JSON.stringify(join(seen.folder, "done"))}, ''); stream.end();`);
    expect(await callUrl(url, { method: "HEAD" })).toMatchObject({ status: 203, text: "" });
    await vi.waitUntil(() => existsSync(join(seen.folder, "done")), { timeout: 5000, interval: 5 });
  });
});

test("a client that goes lets the function run on to its end", async () => {
  await createFunction(lambent.lambda, "left", inStep());
  const url = await createUrl(lambent.lambda, "left", { InvokeMode: "RESPONSE_STREAM" });
  const seen = new Acknowledgements();
  const incoming = await openUrl(url, { headers: { "x-plan": JSON.stringify({ folder: seen.folder, chunks: 10 }) } });
  incoming.destroy();
  for (let n = 0; n < 10; n += 1) seen.acknowledge(n);
  await vi.waitUntil(() => existsSync(join(seen.folder, "done")), { timeout: 5000, interval: 5 });
});
