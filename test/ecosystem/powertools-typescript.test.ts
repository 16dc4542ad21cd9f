// Powertools for AWS Lambda (TypeScript) as it comes from npm, in functions on our own Node.js bootstrap.
import { expect, test } from "vitest";
import { invoke } from "../harness/functions.ts";
import { callUrl, createUrl } from "../harness/urls.ts";
import { deployed, recordsOf } from "./deployment.ts";
import { nodePackages } from "./packages.ts";

const json = { LogFormat: "JSON", ApplicationLogLevel: "WARN", SystemLogLevel: "WARN" } as const;
const lambent = deployed(() => nodePackages("node"), {
  observed: { Handler: "observed.handler" },
  quiet: { Handler: "observed.handler", LoggingConfig: json },
  api: { Handler: "api.handler" },
  streamed: { Handler: "api.stream" },
  zone: { Handler: "zone.handler" },
});

const event = { order: "o-1", requestContext: { requestId: "correlation-1" } };
/** Metrics in CloudWatch's embedded format. */
const metricsOf = (log: string) => recordsOf(log).filter((record) => "_aws" in record);

test("Logger writes JSON lines that know the invoke, its correlation and whether it was the first", async (context) => {
  const { lambda } = lambent.in(context);
  const first = await invoke(lambda, "observed", event);
  const second = await invoke(lambda, "observed", event);
  expect([first.error, second.error]).toEqual([undefined, undefined]);
  const [ordered, watch] = recordsOf(first.log).filter((record) => "message" in record);
  expect(ordered).toEqual({
    level: "INFO",
    message: "ordered",
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    service: "orders",
    cold_start: true,
    correlation_id: "correlation-1",
    function_arn: "arn:aws:lambda:us-east-1:000000000000:function:observed",
    function_memory_size: "512",
    function_name: "observed",
    function_request_id: first.requestId,
    sampling_rate: 0,
    xray_trace_id: expect.stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    order: "o-1",
  });
  expect(watch).toMatchObject({ level: "WARN", message: "watch\nout" });
  expect(recordsOf(second.log).find(({ message }) => message === "ordered")).toMatchObject({ cold_start: false, function_request_id: second.requestId });
});

test("the metadata utility learns the zone of its environment", async (context) => {
  expect(await invoke(lambent.in(context).lambda, "zone")).toMatchObject({ error: undefined, body: { AvailabilityZoneID: "use1-az1" } });
});

test("Logger follows the function's log level", async (context) => {
  const { log, error } = await invoke(lambent.in(context).lambda, "quiet", event);
  expect(error).toBeUndefined();
  const messages = recordsOf(log).map(({ message }) => message).filter((message) => message !== undefined);
  expect(messages).toEqual(["watch\nout"]);
  // Lines without a level count as INFO, in JSON format.
  expect(metricsOf(log)).toEqual([]);
});

test("Metrics writes the embedded format, the first invoke apart", async (context) => {
  const { lambda } = lambent.in(context);
  await invoke(lambda, "observed", event);
  const metrics = metricsOf((await invoke(lambda, "observed", event)).log);
  expect(metrics).toEqual([
    {
      _aws: { Timestamp: expect.any(Number), CloudWatchMetrics: [{ Namespace: "Shop", Dimensions: [["service", "shop"]], Metrics: [{ Name: "orders", Unit: "Count" }] }] },
      service: "orders",
      shop: "north",
      orders: 2,
    },
  ]);
});

test("Tracer finds the trace and does without a daemon", async (context) => {
  const { lambda } = lambent.in(context);
  const outcome = await invoke(lambda, "observed", event);
  expect(outcome).toMatchObject({ error: undefined, body: { tracing: true, root: expect.stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/) } });
});

test("a function that fails is logged with its error and fails for its caller", async (context) => {
  const outcome = await invoke(lambent.in(context).lambda, "observed", { ...event, fails: true });
  expect(outcome).toMatchObject({ error: "Unhandled", body: { errorType: "TypeError", errorMessage: "no" } });
  expect(recordsOf(outcome.log).find(({ level }) => level === "ERROR")).toMatchObject({ message: "failed", error: { name: "TypeError", message: "no" } });
});

test("event handlers serve function URLs, buffered and streamed", async (context) => {
  const { lambda } = lambent.in(context);
  const buffered = await createUrl(lambda, "api");
  const streamed = await createUrl(lambda, "streamed", { InvokeMode: "RESPONSE_STREAM" });
  for (const url of [buffered, streamed]) {
    const got = await callUrl(url, { path: "/orders/7?a=1&b=%C3%A9" });
    expect([got.status, JSON.parse(got.text)]).toEqual([200, { id: "7", query: { a: "1", b: "é" } }]);
    const posted = await callUrl(url, { method: "POST", path: "/orders", headers: { "content-type": "application/json" }, body: '{"n":1}' });
    expect([posted.status, posted.headers["x-own"], posted.text]).toEqual([201, "1", '{"got":{"n":1}}']);
    expect((await callUrl(url, { path: "/gone" })).status).toBe(404);
  }
});
