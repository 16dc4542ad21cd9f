import { InvokeCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { ServiceRegistry } from "../cloud/registry.ts";
import type { AccountId } from "../core/context.ts";
import { systemIds } from "../core/ids.ts";
import type { FindPolicedResource } from "../core/policed-resource.ts";
import { silentLogger } from "../observe/logger.ts";
import { unsupported } from "../protocol/operation.ts";
import { loadServiceWire } from "../protocol/service-wire.ts";
import { CredentialStore } from "./auth/credentials.ts";
import { type Echo, gatewayParts, type Handle, operatorKey, ownRoute, registryOf, settings } from "./echo.case.ts";
import { type Gateway, type GatewayParts, startGateway } from "./gateway.ts";
import { exchangeRaw, RawConnection } from "./raw-connection.case.ts";

const running: Gateway[] = [];
async function start(changes: Partial<GatewayParts> = {}): Promise<Gateway> {
  const gateway = await startGateway(gatewayParts(changes));
  running.push(gateway);
  return gateway;
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((gateway) => gateway.stop(0)));
});

const get = ["GET /2015-03-31/functions HTTP/1.1", "Host: localhost", "", ""];
const streamed = async (body: AsyncIterable<Uint8Array>): ReturnType<Handle> => ({ answer: { status: 200, headers: {}, body } });
const startWith = (handle: Handle): Promise<Gateway> => start({ registry: registryOf(["lambda"], handle) });

const client = (endpoint: string, key: typeof operatorKey): LambdaClient =>
  new LambdaClient({ endpoint, region: "eu-west-1", credentials: key, maxAttempts: 1 });

describe("official clients", () => {
  const credentials = new CredentialStore(systemIds, [operatorKey]);

  function lambdaRegistry(findResource?: FindPolicedResource): ServiceRegistry {
    const Invoke = async (input: { readonly Payload?: Uint8Array }): Promise<object> => ({ StatusCode: 200, ExecutedVersion: "7", Payload: input.Payload });
    const ListFunctions = async (): Promise<object> => Promise.reject(new Error("secret of ours"));
    const registry = new ServiceRegistry();
    registry.register({
      service: { name: "lambda", operations: { Invoke, ListFunctions, GetFunction: unsupported } },
      wire: () => loadServiceWire("lambda"),
      validator: async () => ({ validate: () => {} }),
      ...(findResource === undefined ? {} : { findResource }),
    });
    return registry;
  }

  const invoke = new InvokeCommand({ FunctionName: "arn:aws:lambda:eu-west-1:000000000000:function:f", Qualifier: "$LATEST", Payload: Buffer.from('"é"') });

  test("of Lambda invoke with any key where nothing is verified", async () => {
    const { url } = await start({ registry: lambdaRegistry() });
    const output = await client(url, { accessKeyId: "test", secretAccessKey: "test" }).send(invoke);
    expect([output.StatusCode, output.ExecutedVersion, output.Payload?.transformToString()]).toEqual([200, "7", '"é"']);
    expect(output.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("of Lambda are verified on the functions' listener, whatever the settings", async () => {
    const { functionsUrl } = await start({ registry: lambdaRegistry(), credentials });
    const role = credentials.issue("arn:aws:iam::000000000000:role/r", { sessionName: "f", functionArn: "arn:aws:lambda:eu-west-1:000000000000:function:f" });
    expect(await client(functionsUrl, role).send(invoke)).toMatchObject({ StatusCode: 200 });
    await expect(client(functionsUrl, { ...role, secretAccessKey: "guess" }).send(invoke)).rejects.toMatchObject({ name: "InvalidSignatureException", $metadata: { httpStatusCode: 403 } });
    await expect(client(functionsUrl, { accessKeyId: "test", secretAccessKey: "test" }).send(invoke)).rejects.toMatchObject({ name: "UnrecognizedClientException" });
    credentials.revoke(role.accessKeyId);
    await expect(client(functionsUrl, role).send(invoke)).rejects.toMatchObject({ name: "ExpiredTokenException" });
  });

  test("of Lambda that a policy refuses learn what AWS says, and the log which statement decided", async () => {
    const logged: object[] = [];
    const log = { ...silentLogger, debug: (fields: object, event: string) => void logged.push({ ...fields, event }) };
    const registry = lambdaRegistry(() => ({
      arn: "arn:aws:lambda:eu-west-1:111111111111:function:f",
      account: "111111111111" as AccountId,
      action: "lambda:InvokeFunction",
      policy: () => undefined,
    }));
    const { functionsUrl } = await start({ registry, credentials, log });
    const role = credentials.issue("arn:aws:iam::222222222222:role/r", { sessionName: "g", functionArn: "arn:aws:lambda:eu-west-1:222222222222:function:g" });
    await expect(client(functionsUrl, role).send(invoke)).rejects.toMatchObject({
      name: "AccessDeniedException",
      message:
        "User: arn:aws:sts::222222222222:assumed-role/r/g is not authorized to perform: lambda:InvokeFunction on resource: " +
        "arn:aws:lambda:eu-west-1:111111111111:function:f because no resource-based policy allows the lambda:InvokeFunction action",
      $metadata: { httpStatusCode: 403 },
    });
    expect(logged).toMatchObject([{ event: "request-refused", code: "AccessDeniedException", error: { message: "implicit-deny: there is no policy" } }]);
  });

  test("of Lambda learn no more of our failures than the request id, which the log explains", async () => {
    const logged: object[] = [];
    const log = { ...silentLogger, error: (fields: object, event: string) => void logged.push({ ...fields, event }) };
    const { url } = await start({ registry: lambdaRegistry(), log });
    const error: unknown = await client(url, operatorKey).send(new ListFunctionsCommand({})).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ name: "ServiceException", message: expect.not.stringContaining("secret"), $metadata: { httpStatusCode: 500 } });
    const requestId = error instanceof Error && "$metadata" in error ? (error.$metadata as { requestId: string }).requestId : "";
    expect(logged).toMatchObject([{ event: "request-failed", requestId, error: { message: "secret of ours" } }]);
  });

  test("of S3 stream bodies with trailing checksums", async () => {
    let echoed: Partial<Echo> = {};
    const handle: Handle = async ({ request }) => {
      let length = 0;
      for await (const chunk of request.body) length += chunk.byteLength;
      const { "x-amz-checksum-crc32": trailer, "x-amz-content-sha256": body = "" } = request.headers;
      echoed = { body, trailer, query: String(length) };
      return { answer: { status: 200, headers: {}, body: undefined } };
    };
    const { url } = await start({ settings: { ...settings, auth: "on" }, registry: registryOf(["s3"], handle), credentials });
    const s3 = new S3Client({ endpoint: url, region: "eu-west-1", credentials: operatorKey, forcePathStyle: true, maxAttempts: 1 });
    const piece = Buffer.alloc(100_000, "a");
    await s3.send(new PutObjectCommand({ Bucket: "b", Key: "a key/é//x", Body: Readable.from([piece, piece, piece]), ContentLength: 300_000 }));
    expect(echoed).toEqual({ query: "300000", body: "STREAMING-UNSIGNED-PAYLOAD-TRAILER", trailer: expect.stringMatching(/^[\w+/]{6}==$/) });
    await s3.send(new PutObjectCommand({ Bucket: "b", Key: "plain", Body: "hello" }));
    expect(echoed).toMatchObject({ query: "5", body: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });
});

test("Lambent's own routes are served on the public listener alone", async () => {
  const { url, functionsUrl } = await start({ extraRoutes: [ownRoute("/_lambent/health", "open")] });
  const request = ["GET /_lambent/health HTTP/1.1", "Host: localhost", "Connection: close", "", ""];
  expect(await exchangeRaw(url, ...request)).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*own$/);
  expect(await exchangeRaw(functionsUrl, ...request)).toMatch(/^HTTP\/1\.1 404 /);
});

describe("a caller that goes away", () => {
  test.each<[string, (connection: RawConnection) => void]>([
    ["by closing", (connection) => connection.socket.destroy()],
    ["by ending its side", (connection) => connection.socket.end()],
    ["by a reset", (connection) => connection.socket.resetAndDestroy()],
  ])("%s aborts the signal of its call", async (_, leave) => {
    const called = Promise.withResolvers<AbortSignal>();
    const { url } = await startWith((_input, { connection: { signal } }) => {
      called.resolve(signal);
      return Promise.withResolvers<never>().promise;
    });
    const connection = new RawConnection(url, true).send(...get);
    const signal = await called.promise;
    expect(signal.aborted).toBe(false);
    const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
    leave(connection);
    await aborted;
    connection.socket.destroy();
  });

  test("after its answer aborts nothing", async () => {
    const called = Promise.withResolvers<AbortSignal>();
    const { url } = await startWith(async (_input, { connection: { signal } }) => {
      called.resolve(signal);
      return { answer: { status: 200, headers: {}, body: "done" } };
    });
    const connection = new RawConnection(url).send(...get);
    await connection.until(/done/);
    connection.socket.destroy();
    await connection.untilClosed();
    expect((await called.promise).aborted).toBe(false);
  });

  test("in the middle of its body ends the reading of it", async () => {
    const failure = Promise.withResolvers<unknown>();
    const started = Promise.withResolvers<void>();
    const { url } = await startWith(async ({ request }) => {
      try {
        for await (const _ of request.body) started.resolve();
      } catch (error) {
        failure.resolve(error);
      }
      throw new TypeError("the body ended well");
    });
    const connection = new RawConnection(url).send("POST /2015-03-31/functions HTTP/1.1", "Host: localhost", "Content-Length: 10", "", "hello");
    await started.promise;
    connection.socket.destroy();
    expect(await failure.promise).toMatchObject({ code: "IncompleteBody" });
  });
});

describe("a streamed answer", () => {
  test("goes at the pace of its reader, and stops when the reader leaves", async () => {
    let producedBytes = 0;
    const stalled = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const piece = Buffer.alloc(2 ** 20);
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          // Nothing else happens on this event loop once the socket is full.
          const timer = setTimeout(() => stalled.resolve(), 50);
          yield piece;
          clearTimeout(timer);
          producedBytes += piece.byteLength;
        }
      } finally {
        ended.resolve();
      }
    }
    const { url } = await startWith(() => streamed(endless()));
    const connection = new RawConnection(url);
    connection.socket.pause();
    connection.send(...get);
    await stalled.promise;
    expect(producedBytes).toBeLessThan(64 * 2 ** 20);
    connection.socket.destroy();
    await ended.promise;
  });

  test("that fails half-way is cut, not ended", async () => {
    const received = Promise.withResolvers<void>();
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      await received.promise;
      throw new Error("the disk is gone");
    }
    const { url } = await startWith(() => streamed(failing()));
    const connection = new RawConnection(url).send(...get);
    await connection.until(/half/);
    received.resolve();
    expect(await connection.untilClosed()).toMatch(/half\r\n$/);
  });
});

describe("a streamed answer that nobody reads is let go of", () => {
  // A generator that was never begun ends without its finally: files and sockets are no generators.
  function watched(): { body: AsyncIterable<Uint8Array>; released: Promise<void> } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const iterator: AsyncIterator<Uint8Array, undefined> = {
      next: async () => ({ done: false, value: Buffer.from("data") }),
      return: async () => {
        resolve();
        return { done: true, value: undefined };
      },
    };
    return { body: { [Symbol.asyncIterator]: () => iterator }, released: promise };
  }

  test("because only its head was asked for", async () => {
    const { body, released } = watched();
    const { url } = await startWith(() => streamed(body));
    const text = await exchangeRaw(url, "HEAD /2015-03-31/functions HTTP/1.1", "Host: localhost", "Connection: close", "", "");
    await released;
    expect(text).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*\r\n\r\n$/);
  });

  test("files among them", async () => {
    const file = createReadStream(new URL(import.meta.url));
    const closed = once(file, "close");
    const { url } = await startWith(() => streamed(file));
    await exchangeRaw(url, "HEAD /2015-03-31/functions HTTP/1.1", "Host: localhost", "Connection: close", "", "");
    await closed;
  });

  test("because the caller has gone", async () => {
    const { body, released } = watched();
    const called = Promise.withResolvers<AbortSignal>();
    const { url } = await startWith(async (_input, { connection: { signal } }) => {
      called.resolve(signal);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return streamed(body);
    });
    const connection = new RawConnection(url).send(...get);
    await called.promise;
    connection.socket.destroy();
    await released;
  });
});

test("an answer with a header that would split it becomes an internal failure", async () => {
  const { url } = await startWith(async () => ({ answer: { status: 200, headers: { "x-amz-log-result": "a\r\nset-cookie: b" }, body: "" } }));
  const connection = new RawConnection(url).send(...get);
  const text = await connection.until(/error, exception or failure/);
  expect(text).toMatch(/^HTTP\/1\.1 500 /);
  expect(text).not.toContain("set-cookie");
  connection.socket.destroy();
});

describe("stopping", () => {
  test("lets what is running finish, and closes what is idle or silent", async () => {
    const called = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const gateway = await startWith(async () => {
      called.resolve();
      await finish.promise;
      return { answer: { status: 200, headers: {}, body: "finished" } };
    });
    const busy = new RawConnection(gateway.url).send(...get);
    const silent = new RawConnection(gateway.functionsUrl);
    await silent.send("GET ").until(/^/);
    await called.promise;
    const stopped = gateway.stop(60_000);
    await silent.untilClosed();
    finish.resolve();
    expect(await busy.untilClosed()).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*connection: close[\s\S]*finished$/i);
    await stopped;
    expect(await new RawConnection(gateway.url).untilClosed()).toBe("");
  });

  test("ends connections that were made to the functions' port elsewhere, too, and verifies who speaks there", async () => {
    const gateway = await start();
    const elsewhere = createServer({ allowHalfOpen: true }, (socket) => gateway.functions.take(socket));
    elsewhere.listen(0, "127.0.0.1");
    await once(elsewhere, "listening");
    const { port } = elsewhere.address() as AddressInfo;
    expect(gateway.functions).toMatchObject({ url: gateway.url, port: Number(new URL(gateway.url).port) });
    expect(gateway.functionsUrl).not.toBe(gateway.url);
    const connection = new RawConnection(`http://127.0.0.1:${port}`).send(...get);
    expect(await connection.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 403 /);
    await gateway.stop(60_000);
    await connection.untilClosed();
    elsewhere.close();
  });

  test("lets a running stream finish on a connection that was to be kept", async () => {
    const finish = Promise.withResolvers<void>();
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("begun ");
      await finish.promise;
      yield Buffer.from("finished");
    }
    const gateway = await startWith(async () => ({ answer: { status: 200, headers: {}, body: slow() } }));
    const connection = new RawConnection(gateway.url).send(...get);
    await connection.until(/begun/);
    const stopped = gateway.stop(60_000);
    finish.resolve();
    expect(await connection.untilClosed()).toMatch(/finished\r\n0\r\n\r\n$/);
    await stopped;
  });

  test("cuts what is left when its time is over", async () => {
    const called = Promise.withResolvers<void>();
    const gateway = await startWith(() => {
      called.resolve();
      return Promise.withResolvers<never>().promise;
    });
    const connection = new RawConnection(gateway.url).send(...get);
    await called.promise;
    await gateway.stop(0);
    expect(await connection.untilClosed()).toBe("");
  });
});

const at = (host: string, changes: Partial<typeof settings> = {}): Promise<Gateway> => start({ settings: { ...settings, host, ...changes } });

describe("starting", () => {
  test("on an address that others can reach is refused without authentication", async () => {
    await expect(at("0.0.0.0")).rejects.toMatchObject({ code: "GatewayAddressUnguarded", message: expect.stringContaining("--auth on") });
    await expect(at("::")).rejects.toMatchObject({ code: "GatewayAddressUnguarded" });
    await expect(at("lambent.example")).rejects.toMatchObject({ code: "GatewayAddressUnguarded" });
    await at("localhost");
    await at("127.0.0.2");
    await at("0.0.0.0", { auth: "on" });
    const { url } = await at("0.0.0.0", { trustNetwork: true });
    const { port } = new URL(url);
    const status = (host: string): Promise<string> => exchangeRaw(`http://127.0.0.1:${port}`, "GET /2015-03-31/functions HTTP/1.1", `Host: ${host}`, "Connection: close", "", "");
    expect(await status(`127.0.0.1:${port}`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await status(`192.0.2.1:${port}`)).toMatch(/^HTTP\/1\.1 403 /);
  });

  test("on a port in use says what to do, and leaves nothing open", async () => {
    const { url } = await start();
    const port = Number(new URL(url).port);
    await expect(start({ settings: { ...settings, port } })).rejects.toMatchObject({ code: "GatewayPortInUse", message: expect.stringContaining("--port") });
  });
});

test("an answer that breaks off is logged without the query, in which signed links have their signature", async () => {
  const logged: object[] = [];
  const breaks: AsyncIterable<Uint8Array> = Readable.from(
    (async function* () {
      yield Buffer.from("begun");
      throw new Error("the disk is gone");
    })(),
  );
  const route = { ...ownRoute("/_lambent/blobs/", "link"), respond: async () => ({ status: 200, headers: {}, body: breaks }) };
  const { url } = await start({ extraRoutes: [route], log: { ...silentLogger, error: (fields) => void logged.push(fields) } });
  const answer = fetch(`${url}/_lambent/blobs/a?signature=secret`).then((response) => response.text());
  await expect(answer).rejects.toThrow("terminated");
  expect(logged).toMatchObject([{ path: "/_lambent/blobs/a" }]);
  expect(JSON.stringify(logged)).not.toContain("secret");
});
