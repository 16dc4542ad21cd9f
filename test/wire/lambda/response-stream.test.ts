// InvokeWithResponseStream through official clients.
import { InvokeWithResponseStreamCommand, type InvokeWithResponseStreamCommandInput, PutFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusal } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";
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

describe.skipIf(!isInstalled("python3", "-c", "import boto3"))("boto3", () => {
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
