// Powertools for AWS Lambda (Python), and FastAPI by way of Mangum, as they come from PyPI, in functions on our own
// Python bootstrap.
import { expect, test } from "vitest";
import { invoke } from "../harness/functions.ts";
import { callUrl, createUrl } from "../harness/urls.ts";
import { deployed, recordsOf } from "./deployment.ts";
import { newestPython, pythonPackages } from "./packages.ts";

const python = await newestPython();
const packages = (): Promise<string> => pythonPackages("python", python);

const Runtime = (python?.id ?? "python3.13") as "python3.13";
const json = { LogFormat: "JSON", ApplicationLogLevel: "WARN", SystemLogLevel: "WARN" } as const;
const lambent = deployed(packages, {
  observed: { Runtime, Handler: "observed.handler" },
  quiet: { Runtime, Handler: "observed.handler", LoggingConfig: json },
  api: { Runtime, Handler: "api.handler" },
  fastapi: { Runtime, Handler: "api.mangum" },
  zone: { Runtime, Handler: "zone.handler" },
});

const event = { order: "o-1", requestContext: { requestId: "correlation-1" } };

test("Logger writes JSON lines that know the invoke, its correlation and whether it was the first", async (context) => {
  const { lambda } = lambent.in(context);
  const first = await invoke(lambda, "observed", event);
  const second = await invoke(lambda, "observed", event);
  expect([first.error, second.error]).toEqual([undefined, undefined]);
  const [ordered, watch] = recordsOf(first.log).filter((record) => "message" in record);
  expect(ordered).toMatchObject({
    level: "INFO",
    location: expect.stringMatching(/^handler:\d+$/),
    message: "ordered",
    service: "orders",
    cold_start: true,
    correlation_id: "correlation-1",
    function_arn: "arn:aws:lambda:us-east-1:000000000000:function:observed",
    function_memory_size: "512",
    function_name: "observed",
    function_request_id: first.requestId,
    xray_trace_id: expect.stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    order: "o-1",
  });
  expect(watch).toMatchObject({ level: "WARNING", message: "watch\nout" });
  expect(recordsOf(second.log).find(({ message }) => message === "ordered")).toMatchObject({ cold_start: false, function_request_id: second.requestId });
});

test("the metadata utility learns the zone of its environment", async (context) => {
  expect(await invoke(lambent.in(context).lambda, "zone")).toMatchObject({ error: undefined, body: "use1-az1" });
});

test("Logger follows the function's log level", async (context) => {
  const { log, error } = await invoke(lambent.in(context).lambda, "quiet", event);
  expect(error).toBeUndefined();
  expect(recordsOf(log).map(({ message }) => message).filter((message) => message !== undefined)).toEqual(["watch\nout"]);
});

test("Metrics writes the embedded format, the first invoke apart", async (context) => {
  const { lambda } = lambent.in(context);
  await invoke(lambda, "observed", event);
  const metrics = recordsOf((await invoke(lambda, "observed", event)).log).filter((record) => "_aws" in record);
  expect(metrics).toEqual([
    {
      _aws: { Timestamp: expect.any(Number), CloudWatchMetrics: [{ Namespace: "Shop", Dimensions: [["shop", "service"]], Metrics: [{ Name: "orders", Unit: "Count" }] }] },
      service: "orders",
      shop: "north",
      orders: [2],
    },
  ]);
});

test("Tracer does without a daemon", async (context) => {
  expect(await invoke(lambent.in(context).lambda, "observed", event)).toMatchObject({ error: undefined, body: { tracing: true } });
});

test("a function that fails is logged with its error and fails for its caller", async (context) => {
  const outcome = await invoke(lambent.in(context).lambda, "observed", { ...event, fails: true });
  expect(outcome).toMatchObject({ error: "Unhandled", body: { errorType: "ValueError", errorMessage: "no" } });
  expect(recordsOf(outcome.log).find(({ level }) => level === "ERROR")).toMatchObject({ message: "failed", exception_name: "ValueError" });
});

test("event handlers serve function URLs", async (context) => {
  const url = await createUrl(lambent.in(context).lambda, "api");
  const got = await callUrl(url, { path: "/orders/7?a=1&b=%C3%A9" });
  expect([got.status, JSON.parse(got.text)]).toEqual([200, { id: "7", query: { a: "1", b: "é" } }]);
  const posted = await callUrl(url, { method: "POST", path: "/orders", headers: { "content-type": "application/json" }, body: '{"n":1}' });
  expect([posted.status, posted.headers["x-own"], posted.text]).toEqual([201, "1", '{"n":1}']);
  expect((await callUrl(url, { path: "/gone" })).status).toBe(404);
});

test("FastAPI answers a function URL by way of Mangum", async (context) => {
  const url = await createUrl(lambent.in(context).lambda, "fastapi");
  const hello = await callUrl(url, { path: "/hello/w%C3%B6rld?a=1" });
  expect([hello.status, JSON.parse(hello.text)]).toEqual([200, { name: "wörld", a: 1, function: "fastapi" }]);
  expect(hello.all("set-cookie")).toEqual([expect.stringMatching(/^a=1;/)]);
  const echo = await callUrl(url, { method: "POST", path: "/echo", headers: { "content-type": "application/json" }, body: '{"é":1}' });
  expect([echo.status, echo.text]).toEqual([201, '{"é":1}']);
  expect((await callUrl(url, { path: "/nowhere" })).status).toBe(404);
});
