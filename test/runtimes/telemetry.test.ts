// The Telemetry API with real extensions of a layer, as processes: what they hear of inits, invokes and their end.
// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-api.html
import { readdirSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRealEngine, type RealEngine } from "../harness/real-engine.ts";

let engine: RealEngine;
beforeAll(async () => {
  engine = await startRealEngine();
});
afterAll(() => engine.stop());

/**
 * An extension that subscribes and prints what it gets, a line a batch. `whileInvoked` runs after each INVOKE, `atEnd` on
 * SHUTDOWN, `atStart` before the first of them; all may wait `until` some event has come.
 */
const watcher = (subscription: object, whileInvoked: string, { atEnd = "", atStart = "" } = {}): string => `#!/usr/bin/env node
  const { createServer } = require("node:http");
  const base = "http://" + process.env.AWS_LAMBDA_RUNTIME_API;
  const seen = [];
  let wake = () => {};
  const until = async (found) => { while (!seen.some(found)) await new Promise((resolve) => (wake = resolve)); };
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (bytes) => (text += bytes));
    request.on("end", () => {
      response.end();
      const events = JSON.parse(text);
      seen.push(...events);
      console.log("GOT", JSON.stringify(events));
      wake();
    });
  });
  server.listen(0, "127.0.0.1", async () => {
    const URI = "http://sandbox.localdomain:" + server.address().port;
    const registered = await fetch(base + "/2020-01-01/extension/register", { method: "POST", headers: { "Lambda-Extension-Name": process.argv[1].split("/").at(-1) }, body: JSON.stringify({ events: ["INVOKE", "SHUTDOWN"] }) });
    const headers = { "Lambda-Extension-Identifier": registered.headers.get("lambda-extension-identifier") };
    const body = JSON.stringify({ ...${JSON.stringify(subscription)}, destination: { protocol: "HTTP", URI } });
    const subscribed = await fetch(base + "/2022-07-01/telemetry", { method: "PUT", headers, body });
    console.log("SUBSCRIBED", subscribed.status, await subscribed.text());
    ${atStart};
    for (;;) {
      const event = await (await fetch(base + "/2020-01-01/extension/event/next", { headers })).json();
      const of = (type) => ({ type: found, record }) => found === type && record.requestId === event.requestId;
      if (event.eventType === "SHUTDOWN") { ${atEnd}; process.exit(0); }
      ${whileInvoked};
    }
  });`;

const quick = { schemaVersion: "2022-12-13", types: ["platform", "function"], buffering: { timeoutMs: 25 } };

async function put(name: string, extension: string): Promise<void> {
  const code = { sha256: `${name}-layer`, sizeBytes: 1, unzippedBytes: 1 };
  await engine.put(code.sha256, { "extensions/watcher": extension });
  const files = { "index.js": "console.log('static'); exports.handler = async (event) => { console.log('handled', event); if (event === 'exit') process.exit(1); return event; };" };
  await engine.put(name, files, { layers: [{ arn: "arn:aws:lambda:eu-west-1:123456789012:layer:l:1", code }] });
}

interface Heard {
  readonly type: string;
  readonly record: Readonly<Record<string, unknown>>;
}

const heard = (name: string): readonly Heard[] =>
  engine.logs.linesOf(name).flatMap((line) => (line.startsWith("GOT ") ? JSON.parse(line.slice("GOT ".length)) : []));
const typesOf = (name: string): readonly string[] => heard(name).map(({ type }) => type.replace("platform.", ""));
const soon = { timeout: 10_000, interval: 10 };

test("an extension that waits for runtimeDone gets it, with every event of init and invoke in order", async () => {
  // Also the end of the runtime's init is told before that of its own.
  const atStart = 'await until(({ type }) => type === "platform.initRuntimeDone")';
  await put("watched", watcher(quick, 'await until(of("platform.runtimeDone"))', { atStart }));
  for (const event of [1, 2]) await engine.invoke("watched", event);
  await expect.poll(() => typesOf("watched").filter((type) => type === "report").length, soon).toBe(1);
  const types = typesOf("watched").filter((type) => type !== "extension");
  expect(types.slice(0, 10)).toEqual([
    "initStart",
    "telemetrySubscription",
    "function",
    "initRuntimeDone",
    "initReport",
    "start",
    "function",
    "runtimeDone",
    "report",
    "start",
  ]);
  const [first] = heard("watched");
  expect(first?.record).toMatchObject({ initializationType: "on-demand", phase: "init", functionName: "watched", functionVersion: "$LATEST", instanceMaxMemory: 134_217_728 });
  const reported = heard("watched").find(({ type }) => type === "platform.report");
  expect(reported?.record).toMatchObject({ status: "success", spans: [{ name: "extensionOverhead", start: expect.any(String), durationMs: expect.any(Number) }] });
  const done = heard("watched").find(({ type }) => type === "platform.runtimeDone");
  expect(done?.record).toMatchObject({ metrics: { producedBytes: 1 }, spans: [{ name: "responseLatency" }, { name: "responseDuration" }, { name: "runtimeOverhead" }] });
  expect(engine.logs.linesOf("watched")).toEqual(
    expect.arrayContaining(['SUBSCRIBED 200 "OK"', "TELEMETRY\tName: watcher\tState: Subscribed\tTypes: [Platform, Function]"]),
  );
});

test("what has gathered reaches an extension within its time to shut down, the last report too", async () => {
  const slow = { ...quick, buffering: { timeoutMs: 30_000 } };
  const extension = watcher(slow, "", { atEnd: 'await until(({ type }) => type === "platform.report")' });
  await put("retired", extension);
  await engine.invoke("retired", 1);
  await put("retired", extension);
  await expect.poll(() => typesOf("retired"), soon).toContain("report");
});

test("an environment that is reset is watched again, its repeated init included", async () => {
  await put("reset", watcher(quick, 'await until(of("platform.start"))', { atEnd: 'await until(({ type }) => type === "platform.report")' }));
  const isRepeated = ({ type, record }: Heard): boolean => type === "platform.initStart" && record["phase"] === "invoke";
  // As long as it shuts down another one takes its place; then it begins again, inside an invoke.
  const repeated = async (): Promise<boolean> => {
    await engine.invoke("reset", "exit");
    return heard("reset").some(isRepeated);
  };
  await expect.poll(repeated, { timeout: 20_000, interval: 50 }).toBe(true);
  const reported = heard("reset").find(({ type }) => type === "platform.report");
  expect(reported?.record).toMatchObject({ status: "error", errorType: "Runtime.ExitError" });
});

/** Of this process: what would grow if invokes left something behind. */
function inUse(): { readonly descriptors: number; readonly timers: number; readonly heapMiB: number } {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  return {
    descriptors: readdirSync("/proc/self/fd").length,
    timers: process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length,
    heapMiB: process.memoryUsage().heapUsed / 2 ** 20,
  };
}

test.skipIf(process.platform !== "linux")("a hundred invokes with an extension that is sent telemetry leave nothing behind", async () => {
  await put("leaky", watcher(quick, 'await until(of("platform.runtimeDone")); seen.length = 0'));
  const invoke = async (times: number): Promise<void> => {
    for (let count = 0; count < times; count++) await engine.invoke("leaky", count, { logTail: true });
    // The last batch is on its way.
    await expect.poll(() => typesOf("leaky").filter((type) => type === "runtimeDone").length % 10, soon).toBe(0);
  };
  await invoke(20);
  const before = inUse();
  await invoke(100);
  await expect.poll(() => inUse().descriptors, soon).toBeLessThanOrEqual(before.descriptors);
  await expect.poll(() => inUse().timers, soon).toBeLessThanOrEqual(before.timers + 1);
  expect(inUse().heapMiB - before.heapMiB).toBeLessThan(8);
  expect(engine.environments("leaky")).toBe(1);
}, 60_000);
