import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { unmodelledHeaders } from "../../../protocol/operation.ts";
import { functionArn, openLambdaRoom } from "../../../../test/harness/lambda-room.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const text = (payload: Uint8Array | undefined): string => Buffer.from(payload ?? []).toString();

test("hands the event to the engine and answers with what it brings", async () => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  const output = await room.call("Invoke", { FunctionName: "f", Qualifier: "1", Payload: Buffer.from('{"a":1}') });
  const headers = { "X-Amzn-Trace-Id": "Root=1-0" };
  expect(output).toEqual({ StatusCode: 200, ExecutedVersion: "1", Payload: expect.anything(), [unmodelledHeaders]: headers });
  expect(text(output.Payload)).toBe('{"a":1}');
  expect(room.invoked).toEqual([
    expect.objectContaining({
      function: room.id("f"),
      qualifier: "1",
      requestId: room.context.requestId,
      clientContext: undefined,
      logTail: false,
    }),
  ]);
});

test.each([[undefined], [new Uint8Array()]])("an empty body is an empty event", async (Payload) => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const output = await room.call("Invoke", { FunctionName: "f", ...(Payload && { Payload }) });
  expect(text(output.Payload)).toBe("{}");
});

test("passes function errors and the end of the log on", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const outcome = {
    executedVersion: "$LATEST",
    payload: Buffer.from('{"errorMessage":"no"}'),
    functionError: "Unhandled",
    logTail: Buffer.from("REPORT\n"),
    trace: "Root=1-1",
  } as const;
  Object.assign(room.parts.engine, { invoke: async () => outcome });
  expect(await room.call("Invoke", { FunctionName: "f", LogType: "Tail" })).toEqual({
    StatusCode: 200,
    ExecutedVersion: "$LATEST",
    FunctionError: "Unhandled",
    LogResult: base64("REPORT\n"),
    Payload: outcome.payload,
    [unmodelledHeaders]: { "X-Amzn-Trace-Id": "Root=1-1" },
  });
});

test("asks for the log and passes the client context, decoded, and the trace", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const ClientContext = base64('{"custom":{"a":1}}');
  await room.call("Invoke", { FunctionName: "f", LogType: "Tail", ClientContext }, { trace: "Root=1-x" });
  expect(room.invoked).toEqual([
    expect.objectContaining({ clientContext: '{"custom":{"a":1}}', logTail: true, trace: "Root=1-x" }),
  ]);
});

test("a dry run only looks whether there is something to invoke", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  expect(await room.call("Invoke", { FunctionName: "f", InvocationType: "DryRun" })).toEqual({ StatusCode: 204 });
  expect(room.invoked).toEqual([]);
  await expect(room.call("Invoke", { FunctionName: "g", InvocationType: "DryRun" })).rejects.toMatchObject({
    message: `Function not found: ${functionArn("g", "$LATEST")}`,
  });
});

test("keeps an event for later, without the client context", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const Payload = Buffer.alloc(1_048_576, "1");
  expect(await room.call("Invoke", { FunctionName: "f", InvocationType: "Event", Payload, Qualifier: "$LATEST" })).toEqual({ StatusCode: 202 });
  expect(room.accepted).toMatchObject([{ function: room.id("f"), qualifier: "$LATEST", payload: Payload, requestId: room.context.requestId }]);
  expect(await room.call("InvokeAsync", { FunctionName: "f", InvokeArgs: Readable.from([Buffer.from("{"), Buffer.from("}")]) })).toEqual({ Status: 202 });
  expect(text(room.accepted[1]?.payload)).toBe("{}");
  expect(room.invoked).toEqual([]);
});

describe("refuses", () => {
  test.each([
    ["an event that is no JSON", { Payload: Buffer.from("not json") }, 400, "InvalidRequestContentException"],
    ["an event over 6 MB", { Payload: Buffer.alloc(6_291_457, "1") }, 413, "RequestEntityTooLargeException"],
    ["a client context that is no base64", { ClientContext: "string" }, 400, "InvalidRequestContentException"],
    ["a client context that is no object", { ClientContext: base64("[]") }, 400, "InvalidRequestContentException"],
    ["a long client context", { ClientContext: "A".repeat(3584) }, 400, "InvalidRequestContentException"],
    ["an event over 1 MB for later", { InvocationType: "Event", Payload: Buffer.alloc(1_048_577, "1") }, 413, "RequestTooLargeException"],
    ["an event for later that is no JSON", { InvocationType: "Event", Payload: Buffer.from("not json") }, 400, "InvalidRequestContentException"],
    ["tenants, by name", { TenantId: "t" }, 400, "InvalidParameterValueException"],
    ["durable executions, by name", { DurableExecutionName: "d" }, 400, "InvalidParameterValueException"],
    ["a function that is missing", { FunctionName: "g" }, 404, "ResourceNotFoundException"],
    ["a name over 64 characters, as missing", { FunctionName: "n".repeat(65) }, 404, "ResourceNotFoundException"],
    ["$latest, as missing", { Qualifier: "$latest" }, 404, "ResourceNotFoundException"],
  ] as const)("%s", async (_what, input, status, code) => {
    await using room = await openLambdaRoom();
    await room.create("f");
    await expect(room.call("Invoke", { FunctionName: "f", ...input })).rejects.toMatchObject({ status, code });
    expect(room.invoked).toEqual([]);
  });
});

test("takes an event of exactly 6 MB", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const Payload = Buffer.from(`"${"x".repeat(6_291_454)}"`);
  expect((await room.call("Invoke", { FunctionName: "f", Payload })).StatusCode).toBe(200);
});
