// Frameworks that run on Lambda by an adapter of their own: Hono and middy, as they come from npm.
import { expect, test } from "vitest";
import { callUrl, createUrl, openUrl, type TestUrl } from "../harness/urls.ts";
import { deployed } from "./deployment.ts";
import { nodePackages } from "./packages.ts";

const lambent = deployed(() => nodePackages("node"), {
  hono: { Handler: "web.handler" },
  "hono-stream": { Handler: "web.stream" },
  "middy-stream": { Handler: "web.middyStream" },
});

const tenChunks = Array.from({ length: 10 }, (_, n) => `chunk ${n}\n`).join("");

/** Ten chunks that come as they are written, 50 ms apart. */
async function expectStream(url: TestUrl): Promise<void> {
  const pieces = await Array.fromAsync(await openUrl(url, { path: "/stream" }), (bytes: Buffer) => ({ text: bytes.toString(), at: performance.now() }));
  expect(pieces.map(({ text }) => text).join("")).toBe(tenChunks);
  expect(pieces.length).toBeGreaterThan(5);
  expect((pieces.at(-1)?.at ?? 0) - (pieces[0]?.at ?? 0)).toBeGreaterThan(300);
}

test("Hono answers a function URL", async (context) => {
  const url = await createUrl(lambent.in(context).lambda, "hono");
  const hello = await callUrl(url, { path: "/hello/w%C3%B6rld?a=1" });
  expect([hello.status, JSON.parse(hello.text)]).toEqual([200, { name: "wörld", query: "1", requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
  const echo = await callUrl(url, { method: "POST", path: "/echo", headers: { "content-type": "application/octet-stream" }, body: "b\0dy" });
  expect([echo.status, echo.text]).toEqual([201, "b\0dy"]);
  expect((await callUrl(url, { path: "/nowhere" })).status).toBe(404);
});

test("Hono streams", async (context) => {
  const url = await createUrl(lambent.in(context).lambda, "hono-stream", { InvokeMode: "RESPONSE_STREAM" });
  expect((await callUrl(url, { path: "/hello/x" })).status).toBe(200);
  await expectStream(url);
});

test("middy streams", async (context) => {
  const url = await createUrl(lambent.in(context).lambda, "middy-stream", { InvokeMode: "RESPONSE_STREAM" });
  const short = await callUrl(url, { path: "/short" });
  expect([short.status, short.headers["content-type"], short.text]).toEqual([200, "text/plain", "short"]);
  await expectStream(url);
});
