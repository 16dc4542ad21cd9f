// The AWS Lambda Web Adapter, unmodified: an external extension that polls the Runtime API in the runtime's place and
// hands each event to a web application that knows nothing of Lambda.
import { createServer, type AddressInfo } from "node:net";
import { InvokeWithResponseStreamCommand, type InvokeMode, PublishLayerVersionCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../src/cli/zip.ts";
import { filesOf, Missing } from "../harness/build-cache.ts";
import { invoke } from "../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../harness/lambent.ts";
import { callUrl, createUrl, openUrl, type TestUrl } from "../harness/urls.ts";
import { nodePackages, webAdapterLayer } from "./packages.ts";

let lambent: TestLambent | undefined;
let missing: string | undefined;

beforeAll(async () => {
  try {
    const [adapter, web] = await Promise.all([webAdapterLayer(), nodePackages("web")]);
    lambent = await startTestLambent();
    await deploy(lambent, filesOf(adapter), filesOf(web));
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    missing = error.message;
  }
}, 900_000);
afterAll(() => lambent?.[Symbol.asyncDispose]());

/** One application four ways: as a managed function and as an OS-only one, buffered and streamed. */
async function deploy({ lambda }: TestLambent, adapter: Record<string, Buffer>, web: Record<string, Buffer>): Promise<void> {
  const layer = async (LayerName: string, files: Record<string, Buffer>): Promise<string> => {
    const { LayerVersionArn = "" } = await lambda.send(new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: await zipOf(files, 0o100755) } }));
    return LayerVersionArn;
  };
  const wrapped = await layer("adapter", adapter);
  const { bootstrap: _wrapper, ...extension } = adapter;
  const alone = await layer("extension", extension);
  for (const mode of ["buffered", "response_stream"]) {
    const variables = async (more: Record<string, string> = {}) => ({ Variables: { ...more, PORT: String(await freePort()), AWS_LWA_INVOKE_MODE: mode } });
    const managed = { Handler: "run.sh", Layers: [wrapped], MemorySize: 512, Timeout: 10 };
    await createFunction(lambda, `managed-${mode}`, web, { ...managed, Environment: await variables({ AWS_LAMBDA_EXEC_WRAPPER: "/opt/bootstrap" }) });
    const { "run.sh": bootstrap = "", ...rest } = web;
    const osOnly = { Runtime: "provided.al2023" as const, Handler: "any", Layers: [alone], MemorySize: 512, Timeout: 10 };
    await createFunction(lambda, `provided-${mode}`, { ...rest, bootstrap }, { ...osOnly, Environment: await variables() });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.each(["managed", "provided"])("a web application in a %s function", (kind) => {
  const open = (skip: (why: string) => void): TestLambent => {
    if (missing !== undefined) skip(missing);
    if (lambent === undefined) throw new Error("Lambent has not started");
    return lambent;
  };

  test("answers invokes with events of a function URL", async ({ skip }) => {
    const { lambda } = open(skip);
    const event = urlEvent("/hello/w%C3%B6rld", "a=1&b=x%20y", { "user-agent": "test/1" });
    const first = await invoke(lambda, `${kind}-buffered`, event);
    expect(first.error).toBeUndefined();
    const body = first.body as { readonly statusCode: number; readonly headers: Record<string, string>; readonly cookies: string[]; readonly body: string };
    expect(body.statusCode).toBe(200);
    expect(body.cookies).toEqual(["a=1", "b=2"]);
    expect(JSON.parse(body.body)).toMatchObject({ name: "wörld", query: { a: "1", b: "x y" }, agent: "test/1" });
    const second = await invoke(lambda, `${kind}-buffered`, event);
    const { pid, count } = JSON.parse(body.body) as { pid: number; count: number };
    expect(JSON.parse((second.body as { body: string }).body)).toMatchObject({ pid, count: count + 1 });
  });

  test("runs on the function's Node.js and sees the invoke in headers", async ({ skip }) => {
    const url = await urlOf(open(skip), `${kind}-buffered`, "BUFFERED");
    if (kind === "managed") expect((await callUrl(url, { path: "/hello/x" })).headers["x-served-by"]).toBe(process.version);
    const answer = await callUrl(url, { path: "/lambda" });
    expect(JSON.parse(answer.text)).toMatchObject({
      context: { invoked_function_arn: expect.stringContaining(`:function:${kind}-buffered`), env_config: { function_name: `${kind}-buffered`, memory: 512 } },
      event: { routeKey: "$default", http: { path: "/lambda", method: "GET" } },
    });
  });

  test("is served by a function URL", async ({ skip }) => {
    const url = await urlOf(open(skip), `${kind}-buffered`, "BUFFERED");
    const posted = await callUrl(url, { method: "POST", path: "/echo", headers: { "content-type": "application/json" }, body: '{"a":"é"}' });
    expect([posted.status, posted.text]).toEqual([201, '{"a":"é"}']);
    const hello = await callUrl(url, { path: "/hello/x" });
    expect(hello.all("set-cookie")).toEqual(["a=1", "b=2"]);
    expect((await callUrl(url, { path: "/fails" })).status).toBe(500);
    expect((await callUrl(url, { path: "/nowhere" })).status).toBe(404);
  });

  test("streams through a function URL, each chunk as it is written", async ({ skip }) => {
    const url = await urlOf(open(skip), `${kind}-response_stream`, "RESPONSE_STREAM");
    // The application has started.
    expect((await callUrl(url, { path: "/hello/x" })).status).toBe(200);
    const incoming = await openUrl(url, { path: "/stream" });
    expect([incoming.statusCode, incoming.headers["content-type"]]).toEqual([200, "text/plain"]);
    const pieces = await Array.fromAsync(incoming, (bytes: Buffer) => ({ text: bytes.toString(), at: performance.now() }));
    expect(pieces.map(({ text }) => text).join("")).toBe(tenChunks);
    expect(pieces.length).toBeGreaterThan(5);
    expect((pieces.at(-1)?.at ?? 0) - (pieces[0]?.at ?? 0)).toBeGreaterThan(300);
  });

  test("streams to InvokeWithResponseStream, its status and headers before its body", async ({ skip }) => {
    const { lambda } = open(skip);
    const { EventStream = [] } = await lambda.send(new InvokeWithResponseStreamCommand({ FunctionName: `${kind}-response_stream`, Payload: JSON.stringify(urlEvent("/stream")) }));
    const events = await Array.fromAsync(EventStream);
    const text = Buffer.concat(events.map(({ PayloadChunk }) => PayloadChunk?.Payload ?? new Uint8Array())).toString();
    const [prelude = "", body] = text.split("\0".repeat(8));
    expect(JSON.parse(prelude)).toMatchObject({ statusCode: 200, headers: { "content-type": "text/plain" } });
    expect(body).toBe(tenChunks);
    expect(events.at(-1)?.InvokeComplete).toBeDefined();
    expect(events.at(-1)?.InvokeComplete?.ErrorCode).toBeUndefined();
  });
});

const tenChunks = Array.from({ length: 10 }, (_, n) => `chunk ${n}\n`).join("");

const urls = new Map<string, Promise<TestUrl>>();
function urlOf({ lambda }: TestLambent, name: string, mode: InvokeMode): Promise<TestUrl> {
  const url = urls.get(name) ?? createUrl(lambda, name, { InvokeMode: mode });
  urls.set(name, url);
  return url;
}

const urlEvent = (path: string, query = "", headers: Record<string, string> = {}): object => ({
  version: "2.0",
  routeKey: "$default",
  rawPath: path,
  rawQueryString: query,
  headers: { host: "x.lambda-url.us-east-1.on.aws", ...headers },
  requestContext: {
    accountId: "anonymous",
    apiId: "x",
    domainName: "x.lambda-url.us-east-1.on.aws",
    domainPrefix: "x",
    http: { method: "GET", path, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test/1" },
    requestId: "11111111-1111-4111-8111-111111111111",
    routeKey: "$default",
    stage: "$default",
    time: "21/Nov/2026:16:00:00 +0000",
    timeEpoch: 1_795_276_800_000,
  },
  isBase64Encoded: false,
});
