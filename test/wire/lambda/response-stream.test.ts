// InvokeWithResponseStream through official clients.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvokeCommand, InvokeWithResponseStreamCommand, type InvokeWithResponseStreamCommandInput, PutFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { refusal } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { Acknowledgements, inStep, tenChunks } from "../../harness/streams.ts";
import { isInstalled, run } from "../../harness/program.ts";

let lambent: TestLambent;
beforeAll(async () => void (lambent = await startTestLambent()));
afterAll(() => lambent[Symbol.asyncDispose]());

const node = (source: string): Record<string, string> => ({ "index.mjs": source });

interface Seen {
  readonly chunks: string[];
  readonly complete: { readonly ErrorCode?: string | undefined; readonly ErrorDetails?: string | undefined } | undefined;
  readonly log: string;
}

async function stream(FunctionName: string, more: Partial<InvokeWithResponseStreamCommandInput> = {}): Promise<Seen & { readonly head: object }> {
  const { EventStream = [], ...head } = await lambent.lambda.send(new InvokeWithResponseStreamCommand({ FunctionName, ...more }));
  const events = await Array.fromAsync(EventStream);
  const { LogResult = "", ...complete } = events.at(-1)?.InvokeComplete ?? {};
  return {
    head,
    chunks: events.flatMap(({ PayloadChunk }) => (PayloadChunk === undefined ? [] : [Buffer.from(PayloadChunk.Payload ?? []).toString()])),
    complete,
    log: Buffer.from(LogResult, "base64").toString(),
  };
}

describe("a function that does not stream", () => {
  test("answers in one chunk, and with the end of its log where that is wanted", async () => {
    await createFunction(lambent.lambda, "echo", node("export const handler = async (event) => { console.log('seen'); return { got: event }; };"));
    const { head, chunks, complete, log } = await stream("echo", { Payload: '{"a":1}', LogType: "Tail" });
    expect(head).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST", ResponseStreamContentType: "application/vnd.amazon.eventstream" });
    expect(chunks).toEqual(['{"got":{"a":1}}']);
    expect(complete).toEqual({});
    expect(log).toMatch(/START RequestId[^]*\tseen\n[^]*END RequestId[^]*REPORT RequestId/);
  });

  test("that fails tells so at the end, with status 200", async () => {
    await createFunction(lambent.lambda, "throws", node("export const handler = async () => { throw new TypeError('no such thing'); };"));
    const { head, chunks, complete } = await stream("throws");
    expect(head).toMatchObject({ StatusCode: 200 });
    expect(chunks).toEqual([]);
    expect(complete?.ErrorCode).toBe("Unhandled");
    expect(JSON.parse(complete?.ErrorDetails ?? "")).toMatchObject({ errorType: "TypeError", errorMessage: "no such thing" });
  });

  test("is throttled, found missing and dry run as by Invoke", async () => {
    await expect(stream("nobody")).rejects.toMatchObject(refusal(404, "ResourceNotFoundException", /^Function not found: arn:/));
    expect((await stream("echo", { InvocationType: "DryRun" })).head).toMatchObject({ StatusCode: 204, $metadata: { httpStatusCode: 204 } });
    await expect(stream("echo", { Payload: "{" })).rejects.toMatchObject(refusal(400, "InvalidRequestContentException", /^Could not parse request body into json/));
    await lambent.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "throws", ReservedConcurrentExecutions: 0 }));
    await expect(stream("throws")).rejects.toMatchObject({ ...refusal(429, "TooManyRequestsException", "Rate Exceeded."), Reason: "ReservedFunctionConcurrentInvocationLimitExceeded" });
  });
});

describe("a function that streams", () => {
  test("is seen chunk by chunk, each before it writes the next", async () => {
    await createFunction(lambent.lambda, "in-step", inStep());
    const seen = new Acknowledgements();
    const { EventStream = [] } = await lambent.lambda.send(new InvokeWithResponseStreamCommand({ FunctionName: "in-step", Payload: JSON.stringify({ folder: seen.folder, chunks: 10 }) }));
    for await (const { PayloadChunk, InvokeComplete } of EventStream) {
      if (PayloadChunk !== undefined) seen.take(PayloadChunk.Payload ?? "");
      else expect(InvokeComplete).toEqual({});
    }
    expect(seen.chunks).toEqual(tenChunks);
  });

  test("is collected for Invoke", async () => {
    const seen = new Acknowledgements();
    for (let n = 0; n < 10; n += 1) seen.acknowledge(n);
    const { Payload, FunctionError } = await lambent.lambda.send(new InvokeCommand({ FunctionName: "in-step", Payload: JSON.stringify({ folder: seen.folder, chunks: 10 }) }));
    expect(FunctionError).toBeUndefined();
    expect(Payload?.transformToString()).toBe(tenChunks.join(""));
  });

  test("and fails in the middle tells so behind its chunks", async () => {
    await createFunction(lambent.lambda, "mid", node("export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.write('a'); await new Promise((done) => setTimeout(done, 5)); throw new RangeError('mid'); });"));
    const { chunks, complete, log } = await stream("mid", { LogType: "Tail" });
    expect(chunks).toEqual(["a"]);
    expect(complete?.ErrorCode).toBe("Unhandled");
    expect(JSON.parse(complete?.ErrorDetails ?? "")).toMatchObject({ errorType: "RangeError", errorMessage: "mid" });
    expect(log).toContain("RangeError");
  });

  test("and takes too long tells so behind its chunks", async () => {
    await createFunction(lambent.lambda, "late", node("export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.write('a'); await new Promise((done) => setTimeout(done, 60_000)); });"), { Timeout: 1 });
    const { chunks, complete } = await stream("late");
    expect(chunks).toEqual(["a"]);
    expect(JSON.parse(complete?.ErrorDetails ?? "")).toMatchObject({ errorType: "Sandbox.Timedout", errorMessage: expect.stringContaining("Task timed out after 1.00 seconds") });
  });

  test("runs on to its end when its caller has gone", async () => {
    const seen = new Acknowledgements();
    const gone = new AbortController();
    const command = new InvokeWithResponseStreamCommand({ FunctionName: "in-step", Payload: JSON.stringify({ folder: seen.folder, chunks: 10 }) });
    const { EventStream = [] } = await lambent.lambda.send(command, { abortSignal: gone.signal });
    for await (const _ of EventStream) break;
    gone.abort();
    for (let n = 0; n < 10; n += 1) seen.acknowledge(n);
    await vi.waitUntil(() => existsSync(join(seen.folder, "done")), { timeout: 15_000, interval: 5 });
  });
});

describe.skipIf(!isInstalled("python3", "-c", "import boto3"))("boto3", () => {
  test("sees each chunk before the function writes the next", async () => {
    await createFunction(lambent.lambda, "boto-in-step", inStep());
    const seen = new Acknowledgements();
    const program = `
import boto3, json, sys
folder, chunks = sys.argv[1], []
events = boto3.client("lambda").invoke_with_response_stream(FunctionName="boto-in-step", Payload=json.dumps({"folder": folder, "chunks": 10}))["EventStream"]
for event in events:
    if "PayloadChunk" in event:
        open(f"{folder}/seen-{len(chunks)}", "w").close()
        chunks.append(event["PayloadChunk"]["Payload"].decode())
    else:
        print(json.dumps([chunks, event["InvokeComplete"]]))
`;
    const { stdout } = await run("python3", ["-c", program, seen.folder], lambent.environment);
    expect(JSON.parse(stdout)).toEqual([tenChunks, {}]);
  });

  test("reads the chunks and how it went", async () => {
    await createFunction(lambent.lambda, "boto", node("export const handler = async (event) => { if (event.fail) throw new Error('no'); return event; };"));
    const program = `
import boto3, json
client = boto3.client("lambda")
for payload in (b'{"a":1}', b'{"fail":true}'):
    answer = client.invoke_with_response_stream(FunctionName="boto", Payload=payload, LogType="Tail")
    events = list(answer["EventStream"])
    complete = events[-1]["InvokeComplete"]
    print(json.dumps([answer["StatusCode"], answer["ExecutedVersion"], [e["PayloadChunk"]["Payload"].decode() for e in events[:-1]], complete.get("ErrorCode"), "LogResult" in complete]))
`;
    const { stdout } = await run("python3", ["-c", program], lambent.environment);
    expect(stdout.trim().split("\n").map((line) => JSON.parse(line) as unknown)).toEqual([
      [200, "$LATEST", ['{"a":1}'], null, true],
      [200, "$LATEST", [], "Unhandled", true],
    ]);
  });
});
