// Go's net/http behind a function URL, by the lambdaurl of the official client.
import { expect, test } from "vitest";
import { callUrl, createUrl, openUrl } from "../harness/urls.ts";
import { deployed } from "./deployment.ts";
import { goProgram } from "./packages.ts";

const lambent = deployed(() => goProgram("go-url"), { server: { Runtime: "provided.al2023", Handler: "any" } });

test("a server of net/http answers a function URL, and each of its writes leaves at once", async (context) => {
  const url = await createUrl(lambent.in(context).lambda, "server", { InvokeMode: "RESPONSE_STREAM" });
  const hello = await callUrl(url, { path: "/hello/w%C3%B6rld?a=1&a=2" });
  expect([hello.status, JSON.parse(hello.text)]).toEqual([200, { name: "wörld", query: { a: ["1", "2"] }, host: true }]);
  expect(hello.all("set-cookie")).toEqual(["a=1", "b=2"]);
  const echo = await callUrl(url, { method: "POST", path: "/echo", headers: { "content-type": "application/octet-stream" }, body: Buffer.from([0, 255, 1]) });
  expect([echo.status, echo.text]).toEqual([201, Buffer.from([0, 255, 1]).toString()]);
  expect((await callUrl(url, { path: "/nowhere" })).status).toBe(404);
  const incoming = await openUrl(url, { path: "/stream" });
  expect([incoming.statusCode, incoming.headers["content-type"]]).toEqual([200, "text/plain"]);
  const pieces = await Array.fromAsync(incoming, (bytes: Buffer) => ({ text: bytes.toString(), at: performance.now() }));
  expect(pieces.map(({ text }) => text).join("")).toBe(Array.from({ length: 10 }, (_, n) => `chunk ${n}\n`).join(""));
  expect(pieces.length).toBeGreaterThan(5);
  expect((pieces.at(-1)?.at ?? 0) - (pieces[0]?.at ?? 0)).toBeGreaterThan(300);
});
