import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestS3, type TestS3 } from "../../test/harness/s3.ts";
import type { CallContext } from "../core/context.ts";
import { RemoteServices } from "./remote.ts";

let s3: TestS3;
let remote: RemoteServices;
beforeAll(async () => {
  s3 = await startTestS3();
  const endpoints = new Map([
    ["s3", s3.endpoint],
    ["sqs", "http://127.0.0.1:1"],
  ]);
  remote = new RemoteServices({ endpoints, credentials: async () => ({ accessKeyId: "AKIAREMOTE", secretAccessKey: "secret" }) });
});
afterAll(async () => {
  await remote.close();
  await s3[Symbol.asyncDispose]();
});

const contextOf = (region: string, signal = new AbortController().signal): CallContext => ({ region, connection: { signal } }) as CallContext;
const here = contextOf("eu-west-1");
const outcome = (call: Promise<object>): Promise<unknown> => call.catch((error: unknown) => error);

async function read(body: unknown): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test("a call goes to the endpoint, in path style, signed for the caller's region with the operator's credentials", async () => {
  s3.objects.set("/bucket/a/key", Buffer.from("content"));
  const output = await remote.call("s3", "GetObject", { Bucket: "bucket", Key: "a/key" }, contextOf("eu-central-1"));
  expect(output).not.toHaveProperty("$metadata");
  expect(output).toMatchObject({ ContentLength: 7 });
  expect(await read((output as { Body: unknown }).Body)).toBe("content");
  expect(s3.requests.at(-1)?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIAREMOTE\/\d{8}\/eu-central-1\/s3\/aws4_request/);
});

test("an error of the endpoint comes back with its code, status and message", async () => {
  expect(await outcome(remote.call("s3", "GetObject", { Bucket: "bucket", Key: "none" }, here))).toMatchObject({
    name: "NoSuchKey",
    code: "NoSuchKey",
    status: 404,
    message: "The specified key does not exist.",
  });
});

test("a stream that breaks in the middle ends in a fault", async () => {
  s3.objects.set("/bucket/broken", "broken");
  const { Body } = (await remote.call("s3", "GetObject", { Bucket: "bucket", Key: "broken" }, here)) as { Body: unknown };
  await expect(read(Body)).rejects.toMatchObject({ code: "ServiceUnavailable", status: 503 });
});

test("an endpoint that nothing listens at is named", async () => {
  expect(await outcome(remote.call("sqs", "ListQueues", {}, here))).toMatchObject({
    status: 503,
    message: "The service sqs at http://127.0.0.1:1 could not be used: connect ECONNREFUSED 127.0.0.1:1",
  });
});

test.each(["Nothing", "constructor", "toString"])("an operation %s that the client does not have is refused by name", async (operation) => {
  expect(await outcome(remote.call("s3", operation, {}, here))).toMatchObject({ code: "NotImplementedException", status: 501 });
});

test("a service without an endpoint is refused with what would help", async () => {
  expect(await outcome(remote.call("sns", "Publish", {}, here))).toMatchObject({
    status: 501,
    message: "Lambent does not serve the service sns yet and was not told where one is: start it with --service-endpoint sns=URL.",
  });
});

test("a caller who has gone ends the call with its own reason", async () => {
  const leaving = new AbortController();
  const call = remote.call("s3", "GetObject", { Bucket: "bucket", Key: "a/key" }, contextOf("eu-west-1", leaving.signal));
  leaving.abort();
  expect(await outcome(call)).toMatchObject({ name: "AbortError" });
});

test("a client that could not be loaded keeps nobody from stopping", async () => {
  const broken = new RemoteServices({ endpoints: new Map([["nothing", s3.endpoint]]), credentials: () => expect.unreachable() });
  const call = outcome(broken.call("nothing", "Anything", {}, here));
  await broken.close();
  expect(await call).toBeInstanceOf(RangeError);
});
