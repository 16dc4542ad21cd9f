import { InvokeCommand, LambdaClient, ListFunctionsCommand, TooManyRequestsException } from "@aws-sdk/client-lambda";
import { HttpRequest, HttpResponse } from "@smithy/core/transport";
import { expect, test } from "vitest";
import { Fault } from "../core/faults.ts";
import { unmodelledHeaders } from "./operation.ts";
import { loadServiceWire } from "./service-wire.ts";
import type { WireRequest, WireResponse } from "./wire.ts";

const wire = await loadServiceWire("lambda");

const none: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: async function* nothing() {} };
const request = (method: string, path: string, overrides: Partial<WireRequest> = {}): WireRequest => {
  const [plain = "", query = ""] = path.split("?");
  return { method, path: plain, query, headers: {}, body: none, ...overrides };
};
const bodyOf = (text: string): Partial<WireRequest> => ({
  body: {
    [Symbol.asyncIterator]: async function* chunks() {
      yield Buffer.from(text);
    },
  },
});

/** The official client, answered by `respond` instead of by a socket. */
const client = (respond: () => WireResponse): LambdaClient =>
  new LambdaClient({
    region: "eu-west-1",
    maxAttempts: 1,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    requestHandler: {
      handle: async (sent: unknown) => {
        expect(sent).toBeInstanceOf(HttpRequest);
        const { status, headers, body } = respond();
        const stream = typeof body === "string" ? Buffer.from(body) : body;
        return { response: new HttpResponse({ statusCode: status, headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])), body: stream }) };
      },
    },
  });

test("an invoke is found by its path and read with its bindings", async () => {
  const identified = await wire.identify(
    request("POST", "/2015-03-31/functions/arn%3Aaws%3Alambda:f/invocations?Qualifier=live", {
      headers: { "x-amz-log-type": "Tail" },
      ...bodyOf("{}"),
    }),
  );
  expect(identified.operation).toBe("Invoke");
  const { input, unknownMembers } = await wire.decode(identified);
  expect(input).toEqual({
    FunctionName: "arn:aws:lambda:f",
    Qualifier: "live",
    LogType: "Tail",
    Payload: Buffer.from("{}"),
  });
  expect(unknownMembers).toEqual([]);
});

test("a path with a slash at its end, as older clients send it, is the same operation", async () => {
  expect((await wire.identify(request("POST", "/2015-03-31/functions/"))).operation).toBe("CreateFunction");
  expect((await wire.identify(request("POST", "/2014-11-13/functions/f/invoke-async/"))).operation).toBe("InvokeAsync");
});

test("an absent payload is absent", async () => {
  const { input } = await wire.decode(await wire.identify(request("POST", "/2015-03-31/functions/f/invocations")));
  expect(input).toEqual({ FunctionName: "f" });
});

test("an unknown path is refused as an unknown operation", async () => {
  await expect(async () => wire.identify(request("POST", "/2015-03-31/nothing"))).rejects.toMatchObject({
    code: "UnknownOperationException",
    status: 404,
  });
});

test("members that the schema lacks are named with their path", async () => {
  const body = bodyOf(JSON.stringify({ FunctionName: "f", Environment: { Variables: { A: "b" }, Foo: 1 }, Bar: {} }));
  const { input, unknownMembers } = await wire.decode(
    await wire.identify(request("POST", "/2015-03-31/functions", body)),
  );
  expect(input).toEqual({ FunctionName: "f", Environment: { Variables: { A: "b" } } });
  expect(unknownMembers).toEqual(["Environment.Foo", "Bar"]);
});

test("a value of the wrong type is a SerializationException", async () => {
  const body = bodyOf(JSON.stringify({ FunctionName: "f", Timeout: "3" }));
  const identified = await wire.identify(request("POST", "/2015-03-31/functions", body));
  await expect(async () => wire.decode(identified)).rejects.toMatchObject({
    code: "SerializationException",
    status: 400,
    message: "STRING_VALUE can not be converted to Integer",
  });
});

test("the official client reads the answer to an invoke", async () => {
  const identified = { operation: "Invoke", protocol: "restJson1" } as const;
  const output = { StatusCode: 202, ExecutedVersion: "$LATEST", Payload: Buffer.from('"hi"') };
  const sent = wire.encodeOutput(identified, output, "request-1");
  expect(sent.headers).toMatchObject({ "Content-Type": "application/json", "x-amzn-RequestId": "request-1" });
  const answer = await client(() => sent).send(new InvokeCommand({ FunctionName: "f" }));
  expect(answer).toMatchObject({ StatusCode: 202, ExecutedVersion: "$LATEST" });
  expect(answer.Payload?.transformToString()).toBe('"hi"');
  expect(answer.$metadata.requestId).toBe("request-1");
});

test("a modelled error carries message, Type and header members where its schema has them", async () => {
  const fault = new Fault({
    code: "TooManyRequestsException",
    status: 429,
    message: "Rate Exceeded.",
    members: { Reason: "ReservedFunctionConcurrentInvocationLimitExceeded", retryAfterSeconds: "7" },
  });
  const response = wire.encodeFault("restJson1", fault, "request-2");
  expect(JSON.parse(typeof response.body === "string" ? response.body : "")).toEqual({
    Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
    Type: "User",
    message: "Rate Exceeded.",
  });
  const thrown: unknown = await client(() => response)
    .send(new ListFunctionsCommand({}))
    .catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(TooManyRequestsException);
  expect(thrown).toMatchObject({ message: "Rate Exceeded.", retryAfterSeconds: "7", Type: "User" });
});

test("an error that the model lacks is generic", () => {
  const fault = new Fault({ code: "ValidationException", status: 400, message: "no" });
  const response = wire.encodeFault("restJson1", fault, "request-3");
  expect(response).toMatchObject({ status: 400, body: '{"message":"no"}' });
  expect(response.headers["x-amzn-ErrorType"]).toBe("ValidationException");
});

test("headers that the model does not have are answered beside those that it has", () => {
  const output = { StatusCode: 200, ExecutedVersion: "7", [unmodelledHeaders]: { "X-Amzn-Trace-Id": "Root=1-0" } };
  expect(wire.encodeOutput({ operation: "Invoke", protocol: "restJson1" }, output, "r").headers).toMatchObject({
    "X-Amz-Executed-Version": "7",
    "X-Amzn-Trace-Id": "Root=1-0",
    "x-amzn-RequestId": "r",
  });
});
