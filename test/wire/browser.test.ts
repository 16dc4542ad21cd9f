// What web pages may send to a Lambent on this machine (docs/ARCHITECTURE.md, Security): nothing, unless their origin is
// allowed. Requests are made by hand: no client sends what a browser does.
import { once } from "node:events";
import { request, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { invoke } from "../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent, testRole } from "../harness/lambent.ts";

const page = "https://app.example.com";

let lambent: TestLambent;
let port: number;
beforeAll(async () => {
  lambent = await startTestLambent({ logLevel: "error", allowHosts: "lambent.test,*.team.test", allowOrigins: page });
  port = Number(new URL(lambent.endpoint).port);
});
afterAll(() => lambent[Symbol.asyncDispose]());

interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function send(headers: Readonly<Record<string, string>>, method = "GET", body = "", toPort = port): Promise<Reply> {
  const outgoing = request({ host: "127.0.0.1", port: toPort, path: "/2015-03-31/functions", method, headers });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, "response")) as [NodeJS.ReadableStream & { statusCode?: number; headers: IncomingHttpHeaders }];
  let text = "";
  for await (const chunk of incoming) text += String(chunk);
  return { status: incoming.statusCode, headers: incoming.headers, body: text };
}

/** Sends bytes as they are; resolves with all that comes until the server closes. */
async function sendRaw(text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(text);
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

describe("the name in Host", () => {
  test.each(["127.0.0.1", "localhost", "LOCALHOST", "lambda.us-east-1.localhost", "lambent.test", "a.team.test"])("%s is served", async (name) => {
    expect((await send({ host: `${name}:${port}` })).status).toBe(200);
  });

  test.each(["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "team.test", "192.168.0.1", "169.254.169.254"])("%s is refused", async (name) => {
    const { status, body } = await send({ host: `${name}:${port}` });
    expect(status).toBe(403);
    expect(body).toContain("--allow-host");
  });

  test("may not be missing, repeated or hidden in the request target", async () => {
    const head = "Connection: close\r\n\r\n";
    expect(await sendRaw(`GET /2015-03-31/functions HTTP/1.1\r\n${head}`)).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(await sendRaw(`GET /2015-03-31/functions HTTP/1.0\r\n${head}`)).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(await sendRaw(`GET /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n${head}`)).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(await sendRaw(`GET http://evil.example/2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\n${head}`)).toMatch(/^HTTP\/1\.1 4\d\d /);
  });
});

describe("a request of a web page", () => {
  const host = "localhost";
  const creation = JSON.stringify({ FunctionName: "planted", Runtime: "nodejs26.x", Handler: "index.handler", Role: testRole, Code: { ZipFile: "" } });

  test.each([
    ["of another origin", { origin: "https://evil.example" }],
    ["of this machine, another port", { origin: "http://localhost:3000" }],
    ["without an origin that it tells", { origin: "null" }],
    ["of another site that sends no Origin", { "sec-fetch-site": "cross-site" }],
    ["of a subdomain of an allowed origin", { origin: "https://evil.app.example.com" }],
    ["of an allowed host by another scheme", { origin: "http://app.example.com" }],
  ])("%s is refused and does nothing", async (_what, headers) => {
    // As a form can send it without asking first.
    const { status, headers: answered, body } = await send({ host, ...headers, "content-type": "text/plain" }, "POST", creation);
    expect(status).toBe(403);
    expect(body).toContain("--allow-origin");
    expect(answered["access-control-allow-origin"]).toBeUndefined();
    expect((await lambent.lambda.send(new ListFunctionsCommand({}))).Functions).toEqual([]);
  });

  test("that asks first is told no", async () => {
    const { status, headers } = await send({ host, origin: "https://evil.example", "access-control-request-method": "PUT" }, "OPTIONS");
    expect(status).toBe(403);
    expect(headers["access-control-allow-methods"]).toBeUndefined();
  });

  test("that was typed into the address bar is served", async () => {
    expect((await send({ host, "sec-fetch-site": "none" })).status).toBe(200);
  });

  test("of an allowed origin is served, and may read the answer", async () => {
    const preflight = await send({ host, origin: page, "access-control-request-method": "POST", "access-control-request-headers": "authorization,x-amz-date" }, "OPTIONS");
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({ "access-control-allow-origin": page, "access-control-allow-headers": "authorization,x-amz-date" });
    const answer = await send({ host, origin: page });
    expect(answer).toMatchObject({ status: 200, headers: { "access-control-allow-origin": page } });
    // A refusal of the API can be read, too.
    expect((await send({ host, origin: page, "content-type": "application/json" }, "POST", "{}")).headers["access-control-allow-origin"]).toBe(page);
  });
});

test("the listener of functions takes no allowed host or origin, and no name but its own", async () => {
  await createFunction(lambent.lambda, "environment", { "index.mjs": "export const handler = async () => process.env.AWS_ENDPOINT_URL;" });
  const inside = Number(new URL(String((await invoke(lambent.lambda, "environment")).body)).port);
  const sendInside = (headers: Record<string, string>) => send(headers, "GET", "", inside);
  expect(await sendInside({ host: "lambent.test" })).toMatchObject({ status: 403, body: expect.stringContaining("Requests for the host") });
  expect(await sendInside({ host: "localhost", origin: page })).toMatchObject({ status: 403, body: expect.stringContaining("Requests of web pages") });
});
