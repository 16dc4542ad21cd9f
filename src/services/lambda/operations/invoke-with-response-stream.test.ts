import { describe, expect, test } from "vitest";
import { functionArn, openLambdaRoom } from "../../../../test/harness/lambda-room.ts";
import type { StreamedInvoke } from "../../../engine/engine.ts";
import { unmodelledHeaders } from "../../../protocol/operation.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A streamed invoke whose function a test plays. */
function played(parts: Partial<StreamedInvoke> = {}) {
  const state = { left: 0 };
  const chunks = [Buffer.from("a"), Buffer.from("b")];
  const body: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => body,
    next: async () => {
      const value = chunks.shift();
      return value === undefined ? { done: true, value } : { done: false, value };
    },
    return: async () => {
      state.left += 1;
      return { done: true, value: undefined };
    },
  };
  const streamed: StreamedInvoke = {
    executedVersion: "7",
    trace: "Root=1-1",
    isStreamed: true,
    contentType: "text/plain",
    body,
    completed: Promise.resolve({ error: undefined, logTail: undefined }),
    ...parts,
  };
  return { state, stream: async () => streamed };
}

test("hands the event to the engine, and answers with a chunk at a time and then how it went", async () => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  const input = { FunctionName: "f", Qualifier: "1", Payload: Buffer.from('{"a":1}'), LogType: "Tail", ClientContext: base64('{"c":1}') } as const;
  const output = await room.call("InvokeWithResponseStream", input);
  expect(output).toMatchObject({ StatusCode: 200, ExecutedVersion: "1", [unmodelledHeaders]: { "X-Amzn-Trace-Id": "Root=1-0" } });
  expect(await Array.fromAsync(output.EventStream ?? [])).toEqual([
    { PayloadChunk: { Payload: Buffer.from("{") } },
    { PayloadChunk: { Payload: Buffer.from('"a":1}') } },
    { InvokeComplete: { LogResult: base64("END\n") } },
  ]);
  expect(room.invoked).toEqual([
    expect.objectContaining({ function: room.id("f"), qualifier: "1", requestId: room.context.requestId, clientContext: '{"c":1}', logTail: true }),
  ]);
});

test("tells at the end of a function that failed in the middle", async () => {
  await using room = await openLambdaRoom();
  const payload = Buffer.from('{"errorType":"Error","errorMessage":"no"}');
  const completed = Promise.resolve({ error: { errorType: "Error", payload }, logTail: undefined });
  Object.assign(room.parts.engine, { stream: played({ completed }).stream });
  const { EventStream = [] } = await room.call("InvokeWithResponseStream", { FunctionName: "f" });
  expect((await Array.fromAsync(EventStream)).at(-1)).toEqual({
    InvokeComplete: { ErrorCode: "Unhandled", ErrorDetails: '{"errorType":"Error","errorMessage":"no"}' },
  });
});

test("lets the function run on when its caller goes, whether or not anything was read", async () => {
  await using room = await openLambdaRoom();
  const gone = new AbortController();
  const { state, stream } = played();
  Object.assign(room.parts.engine, { stream });
  const { EventStream = [] } = await room.call("InvokeWithResponseStream", { FunctionName: "f" }, { connection: { signal: gone.signal } });
  expect(state.left).toBe(0);
  gone.abort();
  expect(state.left).toBe(1);
  for await (const _ of EventStream) break;
  expect(state.left).toBe(2);
  await room.call("InvokeWithResponseStream", { FunctionName: "f" }, { connection: { signal: gone.signal } });
  expect(state.left).toBe(3);
});

test("a dry run only looks whether there is something to invoke", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const dryRun = (FunctionName: string) => room.call("InvokeWithResponseStream", { FunctionName, InvocationType: "DryRun" });
  expect(await dryRun("f")).toEqual({ StatusCode: 204 });
  expect(room.invoked).toEqual([]);
  await expect(dryRun("g")).rejects.toMatchObject({ message: `Function not found: ${functionArn("g", "$LATEST")}` });
});

describe("refuses as Invoke does", () => {
  test.each([
    ["an event that is no JSON", { Payload: Buffer.from("not json") }, 400, "InvalidRequestContentException"],
    ["an event over 6 MB", { Payload: Buffer.alloc(6_291_457, "1") }, 413, "RequestEntityTooLargeException"],
    ["a client context that is no base64", { ClientContext: "string" }, 400, "InvalidRequestContentException"],
    ["tenants, by name", { TenantId: "t" }, 400, "InvalidParameterValueException"],
    ["a function that is missing", { FunctionName: "g" }, 404, "ResourceNotFoundException"],
  ] as const)("%s", async (_what, input, status, code) => {
    await using room = await openLambdaRoom();
    await room.create("f");
    await expect(room.call("InvokeWithResponseStream", { FunctionName: "f", ...input })).rejects.toMatchObject({ status, code });
    expect(room.invoked).toEqual([]);
  });
});
