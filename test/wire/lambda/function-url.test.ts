// Requests to function URLs in mode BUFFERED: what the function sees, and what becomes of its response.
import { request } from "node:http";
import { fileURLToPath } from "node:url";
import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionUrlConfigCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionUrlConfigCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { invoke, uuid, waitUntilPublished } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { isInstalled, run } from "../../harness/program.ts";
import { callUrl, createUrl, type TestUrl, type UrlCall } from "../../harness/urls.ts";

let lambent: TestLambent;
/** Answers with its event. */
let echo: TestUrl;
/** Answers with the JSON that it is sent as a body. */
let mirror: TestUrl;
beforeAll(async () => {
  lambent = await startTestLambent();
  const { lambda } = lambent;
  await createFunction(lambda, "echo", { "index.mjs": "export const handler = async (event, context) => ({ event, arn: context.invokedFunctionArn, invoke: context.awsRequestId, trace: process.env._X_AMZN_TRACE_ID });" });
  echo = await createUrl(lambda, "echo");
  await createFunction(lambda, "mirror", { "index.mjs": "export const handler = async ({ body, isBase64Encoded }) => JSON.parse(isBase64Encoded ? atob(body) : body);" });
  mirror = await createUrl(lambda, "mirror");
});
afterAll(() => lambent[Symbol.asyncDispose]());

interface Seen {
  readonly event: Record<string, unknown> & { readonly headers: Record<string, string>; readonly requestContext: Record<string, unknown> };
  readonly arn: string;
  readonly invoke: string;
  readonly trace: string;
}

async function seen(call: UrlCall = {}, url = echo): Promise<Seen & { readonly requestId: string | undefined; readonly answeredTrace: unknown }> {
  const answer = await callUrl(url, call);
  expect(answer.status).toBe(200);
  return { ...(JSON.parse(answer.text) as Seen), requestId: answer.headers["x-amzn-requestid"] as string, answeredTrace: answer.headers["x-amzn-trace-id"] };
}

const returning = (value: unknown) => callUrl(mirror, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(value) });

describe("the event", () => {
  test("has every member of payload format 2.0, and no other", async () => {
    const before = Date.now();
    const { event, arn, invoke: awsRequestId, requestId } = await seen({ path: "/a/b?x=1&x=2&y=%20z", headers: { "User-Agent": "test/1", Accept: "*/*" } });
    expect(event).toStrictEqual({
      version: "2.0",
      routeKey: "$default",
      rawPath: "/a/b",
      rawQueryString: "x=1&x=2&y=%20z",
      headers: {
        host: echo.host,
        "user-agent": "test/1",
        accept: "*/*",
        "x-amzn-trace-id": expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-proto": "http",
        "x-forwarded-port": String(echo.port),
      },
      queryStringParameters: { x: "1,2", y: " z" },
      requestContext: {
        accountId: "anonymous",
        apiId: echo.id,
        domainName: `${echo.id}.lambda-url.us-east-1.localhost`,
        domainPrefix: echo.id,
        http: { method: "GET", path: "/a/b", protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test/1" },
        requestId: expect.stringMatching(uuid),
        routeKey: "$default",
        stage: "$default",
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      isBase64Encoded: false,
    });
    expect(event.requestContext["timeEpoch"]).toBeGreaterThanOrEqual(before);
    expect(event.requestContext["requestId"]).toBe(requestId);
    expect(awsRequestId).toBe(requestId);
    expect(arn).toBe("arn:aws:lambda:us-east-1:000000000000:function:echo");
  });

  test("keeps odd paths and queries as sent", async () => {
    const { event } = await seen({ path: "/pa2%Fth//./%20/?&&a&%zz=%&=b" });
    expect(event).toMatchObject({ rawPath: "/pa2%Fth//./%20/", rawQueryString: "&&a&%zz=%&=b", queryStringParameters: { a: "", "%zz": "%", "": "b" } });
  });

  test("joins repeated headers, and lists cookies by themselves", async () => {
    const { event } = await seen({ headers: ["X-A", "1", "x-a", "2, 3", "Cookie", "a=1; b=2", "cookie", "c=3", "X-Forwarded-For", "10.0.0.1"] });
    expect(event.headers).toMatchObject({ "x-a": "1,2, 3", "x-forwarded-for": "10.0.0.1,127.0.0.1" });
    expect(event.headers).not.toHaveProperty("cookie");
    expect(event["cookies"]).toEqual(["a=1", "b=2", "c=3"]);
  });

  test.each([
    ["text/plain", "hé", "hé", false],
    ["application/json; charset=utf-8", '{"a":1}', '{"a":1}', false],
    ["application/problem+json", "{}", "{}", false],
    ["application/x-www-form-urlencoded", "a=b", "YT1i", true],
    ["multipart/form-data; boundary=x", "--x--", "LS14LS0=", true],
    ["application/octet-stream", "a", "YQ==", true],
    ["text/plain", Uint8Array.of(0xff), "/w==", true],
    [undefined, "a", "YQ==", true],
  ])("has a body of type %s", async (type, body, expected, isBase64Encoded) => {
    const { event } = await seen({ method: "PUT", headers: type === undefined ? {} : { "content-type": type }, body });
    expect(event).toMatchObject({ body: expected, isBase64Encoded, requestContext: { http: { method: "PUT" } } });
  });

  test("has the caller's trace, which counts the passes of a chain", async () => {
    const trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    const sent = await seen({ headers: { "X-Amzn-Trace-Id": trace } });
    expect(sent.event.headers["x-amzn-trace-id"]).toBe(trace);
    expect(sent.trace).toMatch(new RegExp(`^${trace};Lineage=[0-9a-f]{8}:0$`));
    expect(sent.answeredTrace).toBe(sent.trace);
    const fresh = await seen({ headers: { "X-Amzn-Trace-Id": "nonsense" } });
    expect(fresh.trace.split(";")[0]).toBe(fresh.event.headers["x-amzn-trace-id"]);
    const lineage = /[0-9a-f]{8}(?=:0$)/.exec(sent.trace)?.[0];
    expect((await callUrl(echo, { headers: { "X-Amzn-Trace-Id": `${trace};Lineage=${lineage}:15` } })).status).toBe(400);
  });
});

describe("a URL", () => {
  test("has a form for clients that cannot resolve its name; its function sees the same", async () => {
    const { event } = await seen({ host: `127.0.0.1:${echo.port}`, path: `/_lambent/url/${echo.id}/a/b?c=d` });
    expect(event).toMatchObject({ rawPath: "/a/b", rawQueryString: "c=d", headers: { host: echo.host }, requestContext: { domainName: echo.host.split(":")[0] } });
    expect((await seen({ host: "localhost", path: `/_lambent/url/${echo.id}` })).event).toMatchObject({ rawPath: "/" });
  });

  test("runs the alias that it is for", async () => {
    const { lambda } = lambent;
    await lambda.send(new PublishVersionCommand({ FunctionName: "echo" }));
    await waitUntilPublished(lambda, "echo", "1");
    await lambda.send(new CreateAliasCommand({ FunctionName: "echo", Name: "live", FunctionVersion: "1" }));
    const ofAlias = await createUrl(lambda, "echo", { Qualifier: "live" });
    expect(await seen({}, ofAlias)).toMatchObject({ arn: "arn:aws:lambda:us-east-1:000000000000:function:echo:live" });
    await lambda.send(new DeleteAliasCommand({ FunctionName: "echo", Name: "live" }));
    expect(await callUrl(ofAlias)).toMatchObject({ status: 403, text: '{"Message":null}', headers: { "content-type": "application/json", "x-amzn-errortype": "AccessDeniedException" } });
  });

  test("that is unknown, of another region or deleted is refused without a word", async () => {
    const nobody = { status: 403, text: '{"Message":null}', headers: { "x-amzn-errortype": "AccessDeniedException", "x-amzn-requestid": expect.stringMatching(uuid) } };
    expect(await callUrl(echo, { host: `${"0".repeat(32)}.lambda-url.us-east-1.localhost` })).toMatchObject(nobody);
    expect(await callUrl(echo, { host: `${echo.id}.lambda-url.eu-west-1.localhost` })).toMatchObject(nobody);
    expect(await callUrl(echo, { host: "localhost", path: `/_lambent/url/${"0".repeat(32)}/` })).toMatchObject(nobody);
    await createFunction(lambent.lambda, "brief", { "index.mjs": "export const handler = async () => 1;" });
    const brief = await createUrl(lambent.lambda, "brief");
    expect((await callUrl(brief)).text).toBe("1");
    await lambent.lambda.send(new DeleteFunctionUrlConfigCommand({ FunctionName: "brief" }));
    expect(await callUrl(brief)).toMatchObject(nobody);
  });

  test("is called from inside a function, by its own listener too", async () => {
    const source = `
      import { request } from "node:http";
      export const handler = ({ id, host, url }) => new Promise((resolve, reject) => {
        const to = new URL(url ?? process.env.AWS_ENDPOINT_URL);
        request({ host: "127.0.0.1", port: to.port, path: "/x", headers: { host } }, async (response) => {
          let text = ""; for await (const chunk of response) text += chunk;
          resolve({ status: response.statusCode, body: JSON.parse(text) });
        }).on("error", reject).end();
      });`;
    await createFunction(lambent.lambda, "caller", { "index.mjs": source });
    for (const url of [undefined, lambent.endpoint])
      expect((await invoke(lambent.lambda, "caller", { host: echo.host, url })).body).toMatchObject({ status: 200, body: { event: { rawPath: "/x" } } });
  });

  test.skipIf(!isInstalled("curl", "--version"))("is called by curl, which knows names below localhost", async () => {
    const { stdout } = await run("curl", ["-sS", "-i", "--max-time", "10", "-d", '{"a":1}', "-H", "content-type: application/json", `http://${mirror.host}/`], {});
    expect(stdout).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-type: application\/json\r\n[^]*\r\n\r\n\{"a":1\}$/);
  });
});

describe("the response", () => {
  test.each([
    ["an object", { hello: "world" }, '{"hello":"world"}'],
    ["a list", ["hello", 3, true], '["hello",3,true]'],
    ["a number", 3.1, "3.1"],
    ["a boolean", true, "true"],
    ["a string, unquoted", "hello", "hello"],
    ["nothing", null, "null"],
  ])("of %s is its JSON", async (_what, value, text) => {
    expect(await returning(value)).toMatchObject({ status: 200, text, headers: { "content-type": "application/json", "content-length": String(text.length) } });
  });

  test("sets status, headers, cookies and body", async () => {
    const answer = await returning({ statusCode: 201, headers: { "Content-Type": "text/html", "My-Header": "ü€", "Content-Length": "999", Connection: "close" }, cookies: ["a=1; Secure", "b=2"], body: "<p>hi</p>" });
    expect(answer).toMatchObject({ status: 201, text: "<p>hi</p>", headers: { "content-type": "text/html", "content-length": "9" } });
    expect(Buffer.from(String(answer.headers["my-header"]), "latin1").toString()).toBe("ü€");
    expect(answer.all("set-cookie")).toEqual(["a=1; Secure", "b=2"]);
  });

  test.each([
    [{ statusCode: "418", body: "tea" }, 418, "tea", "application/json"],
    [{ statusCode: 200, body: "aGk=", isBase64Encoded: true, headers: { "content-type": "image/png" } }, 200, "hi", "image/png"],
    [{ statusCode: 200 }, 200, "", "application/json"],
    [{ statusCode: 404, headers: null, body: null }, 404, "", "application/json"],
  ])("%j", async (value, status, text, type) => {
    expect(await returning(value)).toMatchObject({ status, text, headers: { "content-type": type } });
  });

  test("without a body where HTTP allows none", async () => {
    const { status, text, headers } = await returning({ statusCode: 204, body: "x" });
    expect({ status, text, length: headers["content-length"] }).toEqual({ status: 204, text: "", length: undefined });
  });

  test.each([
    [{ statusCode: 99 }],
    [{ statusCode: 600 }],
    [{ statusCode: "ok" }],
    [{ statusCode: null }],
    [{ statusCode: 200, headers: [] }],
    [{ statusCode: 200, headers: { a: 1 } }],
    [{ statusCode: 200, headers: { "a b": "c" } }],
    [{ statusCode: 200, headers: { a: "b\r\nx-injected: c" } }],
    [{ statusCode: 200, cookies: "a=b" }],
    [{ statusCode: 200, cookies: ["a=b\n"] }],
    [{ statusCode: 200, body: { a: 1 } }],
  ])("%j is none: 502", async (value) => {
    expect(await returning(value)).toMatchObject({ status: 502, text: "Internal Server Error" });
  });

  test("of a function that throws, exits or takes too long is a 502", async () => {
    const source = "export const handler = async ({ rawPath }) => { if (rawPath === '/throw') throw new Error('no'); if (rawPath === '/exit') process.exit(1); await new Promise((done) => setTimeout(done, 60_000)); };";
    await createFunction(lambent.lambda, "fails", { "index.mjs": source }, { Timeout: 1 });
    const fails = await createUrl(lambent.lambda, "fails");
    for (const path of ["/throw", "/exit", "/sleep"]) expect(await callUrl(fails, { path })).toMatchObject({ status: 502, text: "Internal Server Error", headers: { "x-amzn-requestid": expect.stringMatching(uuid) } });
  });

  test("of a throttled function is a 429", async () => {
    await createFunction(lambent.lambda, "throttled", { "index.mjs": "export const handler = async () => 1;" });
    const throttled = await createUrl(lambent.lambda, "throttled");
    await lambent.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "throttled", ReservedConcurrentExecutions: 0 }));
    const { status, text, headers } = await callUrl(throttled);
    expect({ status, type: headers["x-amzn-errortype"] }).toEqual({ status: 429, type: "TooManyRequestsException" });
    expect(JSON.parse(text)).toEqual({ Reason: "ReservedFunctionConcurrentInvocationLimitExceeded", Type: "User", message: "Rate Exceeded." });
  });

  test("to HEAD has no body, and the length of the one that it would have", async () => {
    expect(await callUrl(echo, { method: "HEAD" })).toMatchObject({ status: 200, text: "", headers: { "content-length": expect.stringMatching(/^[1-9]\d+$/) } });
  });
});

describe("a body over 6 MB", () => {
  const tooLarge = { status: 413, headers: { "x-amzn-errortype": "RequestEntityTooLargeException" } };

  test("is refused before it is sent, or while it is", async () => {
    expect(await callUrl(echo, { method: "POST", body: Buffer.alloc(6_291_457) })).toMatchObject(tooLarge);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const outgoing = request({ host: "127.0.0.1", port: echo.port, method: "POST", headers: { host: echo.host, "transfer-encoding": "chunked" } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on("error", reject);
      for (let n = 0; n < 7; n += 1) outgoing.write(Buffer.alloc(1024 * 1024));
      outgoing.end();
    });
    expect(status).toBe(413);
  });

  test("counts as the event that it becomes", async () => {
    expect(await callUrl(echo, { method: "POST", body: Buffer.alloc(4_800_000) })).toMatchObject(tooLarge);
    const quick = await callUrl(mirror, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify("x".repeat(6_000_000)) });
    expect(quick).toMatchObject({ status: 200, headers: { "content-length": "6000000" } });
  });
});

test("what a URL is changed to holds from the next request on", async () => {
  const { lambda } = lambent;
  await createFunction(lambda, "changing", { "index.mjs": "export const handler = async () => 1;" });
  const changing = await createUrl(lambda, "changing", { AuthType: "AWS_IAM" });
  expect((await callUrl(changing)).status).toBe(403);
  await lambda.send(new UpdateFunctionUrlConfigCommand({ FunctionName: "changing", AuthType: "NONE" }));
  expect((await callUrl(changing)).status).toBe(200);
});

test("nothing of a query is in Lambent's own log, whatever becomes of its request", async () => {
  const program = `
    import { startTestLambent, createFunction } from "./test/harness/lambent.ts";
    import { callUrl, createUrl } from "./test/harness/urls.ts";
    await using lambent = await startTestLambent({ logLevel: "trace" });
    await createFunction(lambent.lambda, "f", { "index.mjs": "export const handler = async ({ rawPath }) => { if (rawPath === '/throw') throw new Error('no'); return 1; };" });
    const url = await createUrl(lambent.lambda, "f");
    const call = (path, more) => callUrl(url, { path: path + "?token=s3cret", ...more });
    await call("/");
    await call("/throw");
    await call("/", { method: "POST", body: Buffer.alloc(7_000_000) });
    await call("/", { host: "evil.example" });
    await call("/_lambent/url/nobody/", { host: "localhost" });`;
  const { stdout, stderr } = await run(process.execPath, ["--input-type=module-typescript", "-e", program], {}, fileURLToPath(new URL("../../..", import.meta.url)));
  expect(stdout + stderr).toContain("url-refused");
  expect(stdout + stderr).not.toContain("s3cret");
});
