// Responses in mode `streaming`, chunk by chunk over real sockets, with a sink that a test plays.
import { afterEach, describe, expect, test } from "vitest";
import { RawClient, ask, openFront, raw, type OpenedFront, type TestSink } from "../../../../test/harness/guest-http.ts";
import { requestEntityTooLarge } from "../faults.ts";
import type { EnvironmentState } from "../../environment/lifecycle.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function open(state: EnvironmentState = "invoking"): Promise<OpenedFront> {
  const opened = await openFront(state);
  closers.push(() => opened.front.close());
  return opened;
}

const path = "/2018-06-01/runtime/invocation/id-1/response";
const mode = "Lambda-Runtime-Function-Response-Mode: streaming\r\n";
const head = `POST ${path} HTTP/1.1\r\nHost: HOST\r\n${mode}Transfer-Encoding: chunked\r\n`;
const ping = "GET /2018-06-01/ping HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n";
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

const sinkOf = ({ port }: OpenedFront): TestSink => {
  const sink = port.sinks.at(-1);
  if (sink === undefined) throw new Error("no response was begun");
  return sink;
};

/** Resolves when the guest's response has begun. */
const begun = (opened: OpenedFront): Promise<TestSink> => new Promise((resolve) => (opened.port.onSink = resolve));

/** Resolves when `condition` holds, looked at once a turn of the event loop. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe("a streamed response", () => {
  test("begins with its head, and each chunk arrives as it was written", async () => {
    const opened = await open();
    const client = new RawClient(opened);
    const beginning = begun(opened);
    void client.write(`${head}Content-Type: text/event-stream\r\n\r\n`);
    const sink = await beginning;
    expect(sink.head).toEqual({ contentType: "text/event-stream" });
    for (const text of ["one", "two", "three"]) {
      void client.write(chunk(text));
      await until(() => sink.chunks.at(-1)?.toString() === text);
    }
    expect(sink.outcome).toBe("open");
    void client.write("0\r\n\r\n");
    await client.received(/202 Accepted[^]*\{"status":"OK"\}$/);
    expect(sink.chunks.map(String)).toEqual(["one", "two", "three"]);
    expect(sink.outcome).toBe("ended");
    void client.write(ping);
    expect(await client.closed).toMatch(/pong$/);
  });

  test("may have a length instead of chunks, and needs no type", async () => {
    const opened = await open();
    const answer = await ask(opened, path, { body: "abc", headers: { "Lambda-Runtime-Function-Response-Mode": "streaming" } });
    expect(answer.status).toBe(202);
    expect(sinkOf(opened)).toMatchObject({ head: { contentType: "application/octet-stream" }, text: "abc", outcome: "ended" });
  });

  test.each([
    ["names its mode", head],
    // As aws-lambda-go does.
    ["only announces its trailers", head.replace(mode, "")],
  ])("that fails in its middle says so in trailers and was delivered all the same, where it %s", async (_, begin) => {
    const opened = await open();
    const error = Buffer.from('{"errorMessage":"é"}');
    const trailers = `Lambda-Runtime-Function-Error-Type: Function.X\r\nLambda-Runtime-Function-Error-Body: ${error.toString("base64")}\r\n`;
    const announced = "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n";
    expect(await raw(opened, [`${begin}${announced}\r\n`, chunk("part"), `0\r\n${trailers}\r\n`, ping], false)).toMatch(/^HTTP\/1\.1 202 [^]*pong$/);
    expect(sinkOf(opened)).toMatchObject({ text: "part", outcome: "failed", errors: [{ errorType: "Function.X", body: error }] });
  });

  test.each<[string, (client: RawClient) => void]>([
    ["ends", (client) => client.end()],
    ["is reset", (client) => client.reset()],
  ])("whose connection %s inside the body is truncated, once", async (_, leave) => {
    const opened = await open();
    const client = new RawClient(opened);
    void client.write(`${head}\r\n${chunk("part")}`);
    await until(() => opened.port.sinks[0]?.text === "part");
    leave(client);
    await until(() => sinkOf(opened).outcome !== "open");
    expect(sinkOf(opened).outcome).toBe("truncated");
    await client.closed;
  });

  test.each([
    ["a chunk size that is half one", `${chunk("part")}0x\r\n`],
    ["a chunk size that is none", `${chunk("part")}zz\r\n`],
    ["a trailer that is no field", `${chunk("part")}0\r\nnothing\r\n\r\n`],
  ])("with %s is truncated, and its connection is over", async (_, body) => {
    const opened = await open();
    expect(await raw(opened, [`${head}\r\n${body}`], false)).toMatch(/^HTTP\/1\.1 400 [^]*Connection: close[^]*TruncatedHTTPRequest"}$/);
    expect(sinkOf(opened)).toMatchObject({ text: "part", outcome: "truncated" });
  });

  test.each([
    ["two framings", `${head}Content-Length: 1\r\n\r\n`],
    ["another coding", `POST ${path} HTTP/1.1\r\nHost: HOST\r\n${mode}Transfer-Encoding: gzip\r\n\r\n`],
  ])("with %s never begins", async (_, bytes) => {
    const opened = await open();
    expect(await raw(opened, [bytes])).toMatch(/^HTTP\/1\.1 400 /);
    expect(opened.port.sinks).toEqual([]);
  });

  test("over the limit is answered before its end, and the rest of it read past", async () => {
    const opened = await open();
    const client = new RawClient(opened);
    opened.port.onSink = (sink) => (sink.refusal = requestEntityTooLarge());
    void client.write(`${head}\r\n${chunk("too much")}`);
    await client.received(/413 [^]*"errorMessage":"Exceeded maximum allowed payload size \(6291556 bytes\)\."[^]*\}$/);
    void client.write(`${chunk("more")}0\r\n\r\n${ping}`);
    expect(await client.closed).toMatch(/pong$/);
    expect(sinkOf(opened)).toMatchObject({ text: "", outcome: "failed" });
  });

  test.each<[EnvironmentState, string]>([
    ["initialising", "State transition from Started to InvocationResponse failed for runtime"],
    ["idle", "State transition from Ready to InvocationResponse failed for runtime"],
    ["responding", "State transition from InvocationResponse to InvocationResponse failed for runtime"],
    ["responded", "State transition from ResponseSent to InvocationResponse failed for runtime"],
  ])("in state %s is refused at once, body or not", async (state, message) => {
    const opened = await open(state);
    const client = new RawClient(opened);
    void client.write(`${head}\r\n`);
    expect(await client.received(/\}$/)).toMatch(/^HTTP\/1\.1 403 /);
    expect(await client.received(/\}$/)).toContain(message);
    void client.write(`${chunk("late")}0\r\n\r\n${ping}`);
    expect(await client.closed).toMatch(/pong$/);
  });

  test("of another request or attempt is refused", async () => {
    const opened = await open();
    const other = head.replace("id-1", "other");
    expect(await raw(opened, [`${other}Connection: close\r\n\r\n0\r\n\r\n`], false)).toMatch(/^HTTP\/1\.1 400 [^]*InvalidRequestID/);
    const attempt = `${head}Lambda-Runtime-Invocation-Id: other\r\nConnection: close\r\n\r\n0\r\n\r\n`;
    expect(await raw(opened, [attempt], false)).toMatch(/^HTTP\/1\.1 400 [^]*InvalidInvocationId/);
    expect(opened.port.sinks).toEqual([]);
  });

  test("is not asked for when it was refused, and its connection closes", async () => {
    const opened = await open("responded");
    expect(await raw(opened, [`${head}Expect: 100-continue\r\n\r\n`], false)).toMatch(/^HTTP\/1\.1 403 [^]*Connection: close/);
  });

  test("takes no more from a guest than its reader has room for", async () => {
    const opened = await open();
    const client = new RawClient(opened);
    opened.port.onSink = (sink) => (sink.hasRoom = false);
    void client.write(`${head}\r\n`);
    const piece = chunk("x".repeat(64 * 1024));
    const written = Array.from({ length: 400 }, () => client.write(piece));
    let left = 0;
    for (const one of written) void one.then(() => (left += 1));
    await until(() => sinkBytes(opened) > 0);
    // What the kernel keeps between both ends is all that can still leave.
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(sinkBytes(opened)).toBeLessThanOrEqual(256 * 1024);
    expect(left).toBeLessThan(400);
    sinkOf(opened).makeRoom();
    void client.write(`0\r\n\r\n${ping}`);
    expect(await client.closed).toMatch(/^HTTP\/1\.1 202 [^]*pong$/);
    expect(sinkBytes(opened)).toBe(400 * 64 * 1024);
  });

  test("is of no interest any more when its environment has ended", async () => {
    const opened = await open();
    const client = new RawClient(opened);
    void client.write(`${head}\r\n${chunk("part")}`);
    await until(() => opened.port.sinks[0]?.text === "part");
    opened.front.close();
    await client.closed;
    expect(sinkOf(opened).outcome).toBe("open");
  });
});

const sinkBytes = ({ port }: OpenedFront): number => port.sinks[0]?.chunks.reduce((sum, { length }) => sum + length, 0) ?? 0;

describe("a whole response", () => {
  test("whose connection is reset is told to the invoke", async () => {
    const opened = await open();
    const client = new RawClient(opened);
    await client.write(`POST ${path} HTTP/1.1\r\nHost: HOST\r\nContent-Length: 10\r\n\r\nabc`);
    client.reset();
    await until(() => opened.port.responses.length > 0);
    expect(opened.port.responses).toEqual([{ kind: "truncated" }]);
  });
});
