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
    const seen = new Acknowledgements();
    const mid = await streaming("mid", `stream.write('a'); while (!(await import('node:fs')).existsSync(${JSON.stringify(join(seen.folder, "seen-0"))})) await new Promise((done) => setTimeout(done, 2)); throw new Error('no');`);
    // And the function and its URL are as good as before.
    for (let round = 1; round <= 2; round += 1) {
      const incoming = await openUrl(mid);
      const reading = (async () => {
        for await (const chunk of incoming) seen.take(chunk as Buffer);
      })();
      await expect(reading).rejects.toMatchObject({ code: "ECONNRESET" });
    }
    expect(seen.chunks[0]).toBe("a");
  });

  test("to HEAD is its head; the function runs on to its end, however much it writes", async () => {
    const seen = new Acknowledgements();
    const url = await streaming("head", `const metadata = { statusCode: 203 }; ${from} for (let n = 0; n < 40; n += 1) { if (!stream.write('x'.repeat(50_000))) await new Promise((done) => stream.once('drain', done)); } (await import('node:fs')).writeFileSync(${JSON.stringify(join(seen.folder, "done"))}, ''); stream.end();`);
    expect(await callUrl(url, { method: "HEAD" })).toMatchObject({ status: 203, text: "" });
    await vi.waitUntil(() => existsSync(join(seen.folder, "done")), { timeout: 15_000, interval: 5 });
  });
});

describe("a custom runtime that speaks the Runtime API", () => {
  /** Streams in step behind a head, over HTTP; `fails`: and then says in trailers that it did. */
  const bootstrap = `#!${process.execPath}
    const { existsSync } = require("node:fs");
    const { request } = require("node:http");
    const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
    const api = (path, options, work) => new Promise((resolve, reject) => {
      const outgoing = request({ host, port, path: "/2018-06-01/runtime/invocation/" + path, ...options }, async (incoming) => {
        let text = ""; for await (const part of incoming) text += part;
        resolve({ id: incoming.headers["lambda-runtime-aws-request-id"], text });
      }).on("error", reject);
      Promise.resolve(work?.(outgoing)).then(() => outgoing.end());
    });
    (async () => {
      for (;;) {
        const { id, text } = await api("next", {});
        const { folder, chunks, fails } = JSON.parse(JSON.parse(text).headers["x-plan"]);
        const headers = {
          "lambda-runtime-function-response-mode": "streaming",
          "content-type": "application/vnd.awslambda.http-integration-response",
          "transfer-encoding": "chunked",
          trailer: "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
        };
        await api(id + "/response", { method: "POST", headers }, async (outgoing) => {
          outgoing.write(JSON.stringify({ statusCode: 203, headers: { "x-runtime": "custom" } }) + "\\0".repeat(8));
          for (let n = 0; n < chunks; n += 1) {
            outgoing.write("chunk " + n);
            while (!existsSync(folder + "/seen-" + n)) await new Promise((done) => setTimeout(done, 2));
          }
          if (fails) outgoing.addTrailers({ "Lambda-Runtime-Function-Error-Type": "Runtime.Broken", "Lambda-Runtime-Function-Error-Body": btoa('{"errorMessage":"broken"}') });
        });
      }
    })();`;
  let url: TestUrl;
  beforeAll(async () => {
    await createFunction(lambent.lambda, "custom", { bootstrap }, { Runtime: "provided.al2023" });
    url = await createUrl(lambent.lambda, "custom", { InvokeMode: "RESPONSE_STREAM" });
  });
  const open = async (seen: Acknowledgements, fails: boolean) => {
    const incoming = await openUrl(url, { headers: { "x-plan": JSON.stringify({ folder: seen.folder, chunks: 10, fails }) } });
    expect(incoming).toMatchObject({ statusCode: 203, headers: { "x-runtime": "custom" } });
    return incoming;
  };

  test("is seen chunk by chunk, too", async () => {
    const seen = new Acknowledgements();
    const incoming = await open(seen, false);
    for await (const chunk of incoming) seen.take(chunk as Buffer);
    expect(seen.chunks).toEqual(tenChunks);
    expect(incoming.complete).toBe(true);
  });

  test("breaks off when its trailers say that it failed", async () => {
    const seen = new Acknowledgements();
    const incoming = await open(seen, true);
    const reading = (async () => {
      for await (const chunk of incoming) seen.take(chunk as Buffer);
    })();
    await expect(reading).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(seen.chunks).toEqual(tenChunks);
  });
});

test("a client that goes lets the function run on to its end", async () => {
  await createFunction(lambent.lambda, "left", inStep());
  const url = await createUrl(lambent.lambda, "left", { InvokeMode: "RESPONSE_STREAM" });
  const seen = new Acknowledgements();
  const incoming = await openUrl(url, { headers: { "x-plan": JSON.stringify({ folder: seen.folder, chunks: 10 }) } });
  incoming.destroy();
  for (let n = 0; n < 10; n += 1) seen.acknowledge(n);
  await vi.waitUntil(() => existsSync(join(seen.folder, "done")), { timeout: 15_000, interval: 5 });
});
