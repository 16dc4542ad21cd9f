// Handlers that stream their response, in our own Node.js bootstrap, in every Node.js of this machine.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Guest, GuestHost, installed, type Reply, runtimes } from "./guest-host.ts";

const ids = await installed("nodejs26.x", "nodejs24.x", "nodejs22.x", "nodejs20.x", "nodejs18.x");

let host: GuestHost;
beforeAll(async () => {
  host = await GuestHost.open();
});
afterAll(() => host.close());

describe.each(ids)("%s", (id) => {
  const isOldClient = Number.parseInt(id.slice("nodejs".length), 10) < 24;

  const start = async (body: string, more: object = {}): Promise<Guest> =>
    host.start({ runtime: await runtimes.resolve(id), files: { "index.mjs": body }, handler: "index.handler", ...more });
  const streaming = (handler: string, options = "{}"): string =>
    `const sleep = (ms) => new Promise((done) => setTimeout(done, ms)); export const handler = awslambda.streamifyResponse(${handler}, ${options})`;
  const run = async (handler: string, options?: string): Promise<Reply> => {
    const reply = await (await start(streaming(handler, options))).invoke({});
    if (!("kind" in reply)) throw new Error(`exit ${JSON.stringify(reply)}`);
    return reply;
  };

  test("sends each write as a chunk, at once and in order, and asks for the next event", async () => {
    const guest = await start(streaming("async (event, stream) => { for (let i = 0; i < 10; i += 1) stream.write(`${event} ${i}`); stream.end('end') }"));
    const chunks = (event: string): string[] => [...Array.from({ length: 10 }, (_, i) => `${event} ${i}`), "end"];
    expect(await guest.invoke("a")).toMatchObject({ kind: "response", meta: { requestId: "request-1", contentType: "application/octet-stream" }, chunks: chunks("a") });
    expect(await guest.invoke("b")).toMatchObject({ chunks: chunks("b") });
  });

  test("lets a chunk leave while the handler goes on", async () => {
    const guest = await start(streaming("async (event, stream) => { stream.write('early'); const until = Date.now() + 300; while (Date.now() < until); stream.end(String(Date.now())) }"));
    await guest.ready();
    const times: number[] = [];
    const stop = guest.onChunk(() => times.push(Date.now()));
    const reply = (await guest.invoke({})) as Reply;
    stop();
    expect(times).toHaveLength(2);
    expect(Number(reply.chunks?.[1]) - (times[0] ?? 0)).toBeGreaterThan(200);
  });

  test("sends a content type that was set before the first byte", async () => {
    const reply = await run("async (event, stream) => { stream.setContentType('text/plain'); stream.write('a'); stream.end() }");
    expect([reply.kind, reply.meta.contentType, reply.chunks]).toEqual(["response", "text/plain", ["a"]]);
  });

  test("sends the prelude of an HTTP integration before what is written first, and none where nothing is written", async () => {
    const from = "stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 });";
    const reply = await run(`async (event, stream) => { ${from} stream.write('x'); stream.end('y') }`);
    expect(reply.meta.contentType).toBe("application/vnd.awslambda.http-integration-response");
    expect(reply.chunks).toEqual(['{"statusCode":201}', "\0".repeat(8), "x", "y"]);
    expect((await run(`async (event, stream) => { ${from} stream.write(''); stream.end() }`)).body.toString()).toBe(`{"statusCode":201}${"\0".repeat(8)}`);
    expect((await run(`async (event, stream) => { ${from} stream.end() }`)).body.toString()).toBe("");
  });

  test("sends bytes as they are, and as JSON what is neither bytes nor text", async () => {
    const reply = await run("async (event, stream) => { stream.write(Buffer.from([0, 255])); stream.write(new Uint8Array([128])); stream.write({ a: 1 }); stream.write('ff', 'hex'); stream.end() }");
    expect([...reply.body]).toEqual([0, 255, 128, ...Buffer.from('{"a":1}'), 255]);
  });

  test("goes on after the handler has returned until the stream has ended", async () => {
    const guest = await start(streaming("async (event, stream) => { const source = (await import('node:stream')).Readable.from((async function* () { yield 'a'; await sleep(50); yield 'b' })()); source.pipe(stream) }"));
    expect(await guest.invoke({})).toMatchObject({ kind: "response", chunks: ["a", "b"] });
    expect(await guest.invoke({})).toMatchObject({ chunks: ["a", "b"] });
  });

  test("ignores what the handler returns, and says so", async () => {
    const guest = await start(streaming("async (event, stream) => { stream.end('a'); return 'b' }"));
    expect(await guest.invoke({})).toMatchObject({ chunks: ["a"] });
    await guest.invoke({});
    expect(guest.output()).toContain("\trequest-1\tWARN\tStreaming handlers ignore return values.\n");
  });

  test.each<readonly [string, string, object]>([
    ["is not async", "(event, stream) => { stream.end() }", isOldClient ? { errorType: "string", trace: [] } : { errorType: "Error" }],
    ["fails before it has written", "async (event, stream) => { throw new RangeError('early') }", { errorType: "RangeError", errorMessage: "early" }],
  ])("fails a handler that %s with a plain error", async (_case, handler, payload) => {
    const guest = await start(streaming(handler));
    const reply = (await guest.invoke({})) as Reply;
    if (_case === "is not async") {
      // Its stream had ended: the caller saw a success, the log tells.
      expect(reply).toMatchObject({ kind: "response", chunks: [] });
      await guest.invoke({});
      expect(guest.output()).toContain("Streaming does not support non-async handlers.");
      return;
    }
    expect(reply).toMatchObject({ kind: "error", payload });
    expect(reply.chunks).toBeUndefined();
    expect(guest.output()).toContain("\tERROR\tInvoke Error \t{");
    expect(await guest.invoke({})).toMatchObject({ kind: "error", payload });
  });

  test.each([
    ["is not async and leaves it open", "(event, stream) => { stream.write('a') }", ["a"], isOldClient ? "string" : "Error"],
    ["sets its type too late", "async (event, stream) => { stream.write('a'); stream.setContentType('text/plain') }", ["a"], "Runtime.InvalidStreamingOperation"],
    ["throws on the way", "async (event, stream) => { stream.write('a'); await sleep(5); stream.write('b'); throw new RangeError('mid') }", ["a", "b"], "RangeError"],
    ["breaks its stream", "async (event, stream) => { stream.write('a'); await sleep(5); stream.destroy(new RangeError('broken')); }", ["a"], "RangeError"],
    ["breaks its stream behind its end", "async (event, stream) => { stream.write('a'); await sleep(5); stream.cork(); stream.end('b'); stream.destroy(new RangeError('broken')); await sleep(5) }", ["a", "b"], "RangeError"],
    ["is hit by an exception", "async (event, stream) => { stream.write('a'); setTimeout(() => { throw new RangeError('late') }, 5); await sleep(10_000) }", ["a"], "RangeError"],
  ])("ends the response of a handler with an error that %s", async (_case, handler, chunks, errorType) => {
    const guest = await start(streaming(handler));
    expect(await guest.invoke({})).toMatchObject({ kind: "error", meta: { requestId: "request-1", errorType, xrayCause: expect.stringContaining("exceptions") }, chunks, payload: { errorType } });
    if (_case === "is hit by an exception") expect(await guest.process.exited).toMatchObject({ exitCode: 129 });
    else expect(await guest.invoke({})).toMatchObject({ kind: "error", payload: { errorType } });
  });

  test("logs what fails after the end, which the caller cannot be told", async () => {
    const guest = await start(streaming("async (event, stream) => { stream.end('whole'); await sleep(5); throw new RangeError('after') }"));
    expect(await guest.invoke({})).toMatchObject({ kind: "response", chunks: ["whole"] });
    expect(await guest.invoke({})).toMatchObject({ kind: "response" });
    expect(guest.output()).toContain('"errorMessage":"after"');
  });

  test("lets the function go on with other work while nobody reads, and tells it when to write on", async () => {
    const guest = await start(
      streaming("async (event, stream) => { let ticks = 0; const timer = setInterval(() => { ticks += 1; if (ticks === 11) console.log('ticked') }, 5); const chunk = 'x'.repeat(65_536); let waits = 0; for (let i = 0; i < 32; i += 1) if (!stream.write(chunk)) { waits += 1; await new Promise((done) => stream.once('drain', done)) } clearInterval(timer); console.log('waits', waits); stream.end() }"),
    );
    await guest.ready();
    guest.process.channel?.pause();
    const replied = guest.invoke({});
    // The function has filled the pipe and waits, but its timer runs.
    await expect.poll(() => guest.output(), { timeout: 10_000 }).toContain("ticked");
    guest.process.channel?.resume();
    expect(((await replied) as Reply).body.length).toBe(32 * 65_536);
    await guest.invoke({});
    expect(guest.output()).toContain("waits 32\n");
  });

  test("takes the high-water mark from the options", async () => {
    const reply = await run("async (event, stream) => { stream.end(String(stream.writableHighWaterMark)) }", "{ highWaterMark: 1000 }");
    expect(reply.body.toString()).toBe("1000");
  });

  test("carries chunks of many megabytes", async () => {
    const reply = await run("async (event, stream) => { stream.write('x'.repeat(20_000_000)); stream.end('y') }");
    expect([reply.body.length, reply.body.at(-1)]).toEqual([20_000_001, "y".charCodeAt(0)]);
  });

  test.runIf(isOldClient)("waits for an empty event loop after the response unless told not to", async () => {
    const guest = await start(streaming("async (event, stream, context) => { context.callbackWaitsForEmptyEventLoop = event.wait; setTimeout(() => { console.log('late ' + event.wait) }, event.wait ? 50 : 60_000); stream.end('a') }"));
    expect(await guest.invoke({ wait: true })).toMatchObject({ chunks: ["a"] });
    await guest.invoke({ wait: false });
    expect(guest.output()).toContain("late true");
    expect(guest.output()).not.toContain("late false");
  });

  test("refuses to stream requests", async () => {
    const guest = await start("export const handler = async () => 1; handler[Symbol.for('aws.lambda.runtime.handler.streaming')] = 'request'");
    expect(await guest.invoke({})).toMatchObject({ kind: "init-error", payload: { errorType: "Runtime.MalformedStreamingHandler", errorMessage: "Only response streaming is supported." } });
  });

  test("takes three parameters also where callbacks are gone", async () => {
    const reply = await run("async (event, stream, context) => { stream.end(context.awsRequestId) }");
    expect(reply.body.toString()).toBe("request-1");
  });
});
