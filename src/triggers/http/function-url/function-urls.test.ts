// The door itself, without sockets and processes; what passes through it is in test/wire/lambda/function-url*.test.ts.
import { expect, test, vi } from "vitest";
import { openLambdaRoom, type LambdaRoom } from "../../../../test/harness/lambda-room.ts";
import { useAuthoriser } from "../../../cloud/authorise.ts";
import { Fault } from "../../../core/faults.ts";
import { silentLogger } from "../../../observe/logger.ts";
import type { WireResponse } from "../../../protocol/wire.ts";
import { functionUrls, type FunctionUrlParts, type UrlRequest } from "./function-urls.ts";

type Config = Parameters<typeof createUrl>[1];

async function createUrl(room: LambdaRoom, config: Partial<{ AuthType: "NONE" | "AWS_IAM"; InvokeMode: "BUFFERED" | "RESPONSE_STREAM" }> = {}): Promise<string> {
  await room.create("f");
  const { FunctionUrl = "" } = await room.call("CreateFunctionUrlConfig", { FunctionName: "f", AuthType: "NONE", ...config });
  return new URL(FunctionUrl).hostname.split(".")[0] ?? "";
}

function requestTo(room: LambdaRoom, urlId: string, more: Partial<UrlRequest> = {}): UrlRequest {
  const host = `${urlId}.lambda-url.eu-west-1.localhost:4566`;
  return {
    urlId,
    region: "eu-west-1",
    requestId: room.ids.requestId(),
    wire: { method: "GET", path: "/", query: "", headers: { host } },
    rawHeaders: ["Host", host],
    protocol: "HTTP/1.1",
    sourceAddress: "127.0.0.1",
    endpoint: `http://${host}`,
    signal: room.context.connection.signal,
    signedCaller: async () => undefined,
    body: async () => new Uint8Array(),
    ...more,
  };
}

const doorOf = (room: LambdaRoom, engine: Partial<FunctionUrlParts["engine"]> = {}, isEnforced = false) =>
  functionUrls({
    ...room.functions,
    authorise: useAuthoriser({ isEnforced, clock: room.clock }),
    engine: { ...room.parts.engine, ...engine },
    clock: room.clock,
    ids: room.ids,
    log: silentLogger,
  });

const jsonOf = ({ body }: WireResponse): unknown => JSON.parse(Buffer.from(body as Uint8Array).toString());

test("asks nothing of the store once URL, policy and function are known", async () => {
  await using room = await openLambdaRoom();
  const urlId = await createUrl(room);
  await room.call("AddPermission", { FunctionName: "f", StatementId: "u", Action: "lambda:InvokeFunctionUrl", Principal: "*", FunctionUrlAuthType: "NONE" });
  await room.call("AddPermission", { FunctionName: "f", StatementId: "i", Action: "lambda:InvokeFunction", Principal: "*", InvokedViaFunctionUrl: true });
  const door = doorOf(room, {}, true);
  const first = await door.serve(requestTo(room, urlId));
  expect(first.status).toBe(200);
  const reads = (["get", "scan", "scopes"] as const).map((name) => vi.spyOn(room.functions.repository, name));
  const request = requestTo(room, urlId);
  const answer = await door.serve(request);
  expect(answer).toMatchObject({ status: 200, headers: { "x-amzn-RequestId": request.requestId } });
  expect(jsonOf(answer)).toMatchObject({ requestContext: { requestId: request.requestId, accountId: "anonymous" } });
  expect((await door.serve(requestTo(room, "z".repeat(32)))).status).toBe(403);
  for (const read of reads) expect(read).not.toHaveBeenCalled();
});

test("reads no body for whom it refuses", async () => {
  await using room = await openLambdaRoom();
  const urlId = await createUrl(room, { AuthType: "AWS_IAM" });
  const body = vi.fn<UrlRequest["body"]>();
  const door = doorOf(room);
  expect((await door.serve(requestTo(room, urlId, { body }))).status).toBe(403);
  expect((await door.serve(requestTo(room, "z".repeat(32), { body }))).status).toBe(403);
  expect((await doorOf(room, {}, true).serve(requestTo(room, urlId, { body }))).status).toBe(403);
  expect(body).not.toHaveBeenCalled();
  expect(room.invoked).toEqual([]);
});

const modes: readonly Config[] = [{ InvokeMode: "BUFFERED" }, { InvokeMode: "RESPONSE_STREAM" }];
test.each(modes)("writes what the engine refuses as Lambda does: %o", async (config) => {
  await using room = await openLambdaRoom();
  const urlId = await createUrl(room, config);
  const answered = async (fault: unknown): Promise<WireResponse> => {
    const refuse = () => Promise.reject(fault);
    return doorOf(room, { invoke: refuse, stream: refuse }).serve(requestTo(room, urlId));
  };
  const members = { Reason: "FunctionInvocationRateLimitExceeded", Type: "User", retryAfterSeconds: "1" };
  const throttled = await answered(new Fault({ code: "TooManyRequestsException", status: 429, message: "Rate Exceeded.", members }));
  expect(throttled).toMatchObject({ status: 429, headers: { "retry-after": "1", "x-amzn-errortype": "TooManyRequestsException" } });
  expect(throttled.body).toBe('{"Reason":"FunctionInvocationRateLimitExceeded","Type":"User","message":"Rate Exceeded."}');
  expect(await answered(new Fault({ code: "ResourceNotFoundException", status: 404, message: "gone" }))).toMatchObject({ status: 403, body: '{"Message":null}' });
  expect(await answered(new Fault({ code: "ServiceException", status: 500, message: "stopping" }))).toMatchObject({ status: 500, body: '{"message":"stopping"}' });
  // What is no fault is a mistake of ours: the gateway logs it and tells no more than that.
  await expect(answered(new TypeError("a mistake"))).rejects.toThrow("a mistake");
});

test("lets a streaming function run on when its client is gone before the head", async () => {
  await using room = await openLambdaRoom();
  const urlId = await createUrl(room, { InvokeMode: "RESPONSE_STREAM" });
  let left = 0;
  const body: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => body,
    next: () => new Promise(() => {}),
    return: async () => ((left += 1), { done: true, value: undefined }),
  };
  const stream: FunctionUrlParts["engine"]["stream"] = async () => ({ executedVersion: "1", trace: "t", isStreamed: true, contentType: "text/plain", body, completed: new Promise(() => {}) });
  await doorOf(room, { stream }).serve(requestTo(room, urlId, { signal: AbortSignal.abort() }));
  expect(left).toBe(1);
});
