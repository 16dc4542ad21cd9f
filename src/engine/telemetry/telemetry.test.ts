// Subscriptions through the HTTP front, and what arrives at receivers on real sockets.
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { ask, openFront, type Answer, type OpenedFront } from "../../../test/harness/guest-http.ts";
import { functionId, functionVersion } from "../../../test/harness/engine.ts";
import { MemoryLogs } from "../../../test/harness/memory-logs.ts";
import { systemClock } from "../../core/clock.ts";
import { systemIds } from "../../core/ids.ts";
import { Extensions } from "../environment/extensions.ts";
import { EnvironmentLog } from "../log/environment-log.ts";
import { fault, type PlatformEvent } from "../log/platform-events.ts";
import { textFormat } from "../log/platform-lines.ts";
import { connectToLoopback } from "../../sandbox/host-loopback.ts";
import { Telemetry } from "./telemetry.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Opened extends OpenedFront {
  readonly log: EnvironmentLog;
  readonly logs: MemoryLogs;
  readonly telemetry: Telemetry;
  readonly identifier: string;
  readonly subscribe: (body: object, path?: string, identifier?: string) => Promise<Answer>;
}

async function open(isJson = false): Promise<Opened> {
  const logs = new MemoryLogs();
  const version = functionVersion("f", isJson ? { logging: { format: "JSON", applicationLevel: "INFO", systemLevel: "INFO" } } : {});
  const stream = { function: functionId("f"), group: "g", stream: "s" };
  const log = new EnvironmentLog({ sink: logs, stream, clock: systemClock, format: textFormat });
  const extensions = new Extensions(systemIds, { functionName: "f", functionVersion: "1", handler: "h", accountId: "a" }, () => {});
  const telemetry = new Telemetry({ clock: systemClock, log, extensions, version, connect: connectToLoopback });
  telemetry.open();
  const opened = await openFront("initialising", extensions, telemetry);
  closers.push(() => {
    telemetry.clear();
    opened.front.close();
  });
  const { identifier } = extensions.register({ name: "watcher", events: ["INVOKE"] });
  const subscribe: Opened["subscribe"] = (body, path = "/2022-07-01/telemetry", who = identifier) =>
    ask(opened, path, { method: "PUT", headers: { "Lambda-Extension-Identifier": who }, body: JSON.stringify(body) });
  return { ...opened, log, logs, telemetry, identifier, subscribe };
}

interface Received {
  readonly type: string;
  readonly record: unknown;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Takes batches, unless it answers otherwise. */
async function httpReceiver(answer: RequestListener = (_, response) => void response.end()) {
  const batches: Received[][] = [];
  const heads: IncomingHttpHeaders[] = [];
  const port = await listen(
    createServer((request, response) => {
      let text = "";
      request.on("data", (bytes: Buffer) => (text += bytes.toString()));
      request.on("end", () => {
        heads.push({ ...request.headers, ":path": request.url, ":method": request.method });
        batches.push(JSON.parse(text));
        answer(request, response);
      });
    }),
  );
  return { port, batches, heads, records: () => batches.flat() };
}

const subscription = (port: number, more: object = {}): object => ({
  schemaVersion: "2022-12-13",
  types: ["platform", "function", "extension"],
  destination: { protocol: "HTTP", URI: `http://sandbox.localdomain:${port}/events` },
  buffering: { timeoutMs: 25 },
  ...more,
});

const start: PlatformEvent = { type: "platform.start", record: { requestId: "id", functionArn: "arn", version: "1" } };
const runtimeDone: PlatformEvent = {
  type: "platform.runtimeDone",
  record: { requestId: "id", status: "success", metrics: { durationMs: 1.23456, producedBytes: 2 } },
};
const report: PlatformEvent = {
  type: "platform.report",
  record: { requestId: "id", status: "success", metrics: { durationMs: 1, billedDurationMs: 1, memorySizeMB: 128, maxMemoryUsedMB: 1 } },
};
const end: PlatformEvent = { type: "platform.end", record: { requestId: "id" } };

function logInvoke(log: EnvironmentLog): void {
  log.platform(start);
  log.print(Buffer.from('a line\n{"a":1}\n'));
  log.extension().push(Buffer.from("of an extension\n"));
  log.platform(runtimeDone);
  log.platform(end);
  log.platform(fault("gone wrong"));
  log.platform(report);
}

const typesOf = (records: readonly Received[]): string[] => records.map(({ type }) => type);

describe("a subscriber over HTTP", () => {
  test("gets every event in order as JSON arrays, those from before it subscribed too, and its own subscription", async () => {
    const { log, logs, subscribe } = await open();
    const { port, heads, records } = await httpReceiver();
    log.print(Buffer.from("from init\n"));
    log.flush();
    expect(await subscribe(subscription(port))).toMatchObject({ status: 200, body: '"OK"' });
    logInvoke(log);
    await expect.poll(() => typesOf(records()), { interval: 5 }).toEqual([
      "function",
      "platform.telemetrySubscription",
      "platform.start",
      "function",
      "function",
      "extension",
      "platform.runtimeDone",
      "platform.report",
    ]);
    expect(records()[0]).toEqual({ time: expect.stringMatching(/^\d{4}-.*Z$/), type: "function", record: "from init" });
    expect(records()[1]?.record).toEqual({ name: "watcher", state: "Subscribed", types: ["platform", "function", "extension"] });
    expect(records()[4]?.record).toBe('{"a":1}');
    expect(records()[6]?.record).toEqual({ requestId: "id", status: "success", metrics: { durationMs: 1.235, producedBytes: 2 } });
    expect(heads[0]).toMatchObject({ ":method": "POST", ":path": "/events", host: `sandbox.localdomain:${port}`, "content-type": "application/json" });
    expect(logs.lines).toContain("TELEMETRY\tName: watcher\tState: Subscribed\tTypes: [Platform, Function, Extension]");
  });

  test("gets only the types that it asked for", async () => {
    const { log, subscribe } = await open();
    const { port, records } = await httpReceiver();
    await subscribe(subscription(port, { types: ["extension"] }));
    logInvoke(log);
    await expect.poll(() => typesOf(records()), { interval: 5 }).toEqual(["extension"]);
  });

  test.each([
    ["2022-12-13", { a: 1 }],
    ["2022-07-01", '{"a":1}'],
  ])("gets lines of a log in JSON format by schema %s as %j", async (schemaVersion, expected) => {
    const { log, subscribe } = await open(true);
    const { port, records } = await httpReceiver();
    await subscribe(subscription(port, { schemaVersion, types: ["function"] }));
    logInvoke(log);
    await expect.poll(() => records().map(({ record }) => record), { interval: 5 }).toEqual(["a line", expected]);
  });

  test("that answers with an error loses that batch, and is told with the next", async () => {
    const { log, subscribe } = await open();
    let status = 500;
    const { port, records } = await httpReceiver((_, response) => {
      response.statusCode = status;
      status = 200;
      response.end();
    });
    await subscribe(subscription(port));
    await expect.poll(() => typesOf(records()), { interval: 5 }).toContain("platform.logsDropped");
    expect(records().at(-1)?.record).toMatchObject({ reason: "could not send events: the subscriber answered 500", droppedRecords: 1 });
    logInvoke(log);
    await expect.poll(() => typesOf(records()), { interval: 5 }).toContain("platform.report");
  });

  test("that never answers holds up nothing: what it does not take is dropped within bounds", async () => {
    const { log, logs, subscribe } = await open();
    const { port, batches } = await httpReceiver(() => {});
    await subscribe(subscription(port, { types: ["function"] }));
    await expect.poll(() => logs.lines.length, { interval: 5 }).toBe(1);
    for (let count = 0; count < 40; count++) {
      log.print(Buffer.from(`${"x".repeat(100_000)}\n`));
      log.flush();
    }
    await expect.poll(() => logs.lines.filter((line) => line.startsWith("LOGS_DROPPED")).length, { interval: 5 }).toBeGreaterThan(5);
    expect(batches.length).toBeLessThanOrEqual(1);
  });

  test("gets what is left as soon as its environment ends", async () => {
    const { log, telemetry, subscribe } = await open();
    const { port, records } = await httpReceiver();
    await subscribe(subscription(port, { buffering: { timeoutMs: 30_000 } }));
    logInvoke(log);
    telemetry.flush();
    await expect.poll(() => typesOf(records()), { interval: 5 }).toContain("platform.report");
    log.platform(start);
    await expect.poll(() => typesOf(records()).at(-1), { interval: 5 }).toBe("platform.start");
  });
});

describe("a subscriber over TCP", () => {
  async function tcpReceiver() {
    let text = "";
    const sockets: Socket[] = [];
    const port = await listen(
      createTcpServer((socket) => {
        sockets.push(socket);
        socket.on("data", (bytes) => (text += bytes.toString()));
        socket.on("error", () => {});
        closers.push(() => socket.destroy());
      }),
    );
    const records = (): Received[] => text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
    return { port, sockets, records };
  }

  test("gets lines of JSON on one connection", async () => {
    const { log, subscribe } = await open();
    const { port, sockets, records } = await tcpReceiver();
    await subscribe(subscription(port, { destination: { protocol: "TCP", port } }));
    await expect.poll(() => records().length, { interval: 5 }).toBe(1);
    logInvoke(log);
    await expect.poll(() => typesOf(records()).at(-1), { interval: 5 }).toBe("platform.report");
    expect(records().find(({ type }) => type === "function")).toMatchObject({ record: "a line" });
    expect(sockets).toHaveLength(1);
  });

  test("that closed its connection gets what comes later on another one", async () => {
    const { log, subscribe } = await open();
    const { port, sockets, records } = await tcpReceiver();
    await subscribe(subscription(port, { destination: { protocol: "TCP", port } }));
    await expect.poll(() => records().length, { interval: 5 }).toBe(1);
    const closed = new Promise((resolve) => sockets[0]?.once("close", resolve));
    sockets[0]?.resetAndDestroy();
    await closed;
    await expect
      .poll(() => {
        log.print(Buffer.from("again\n"));
        return records().some(({ record }) => record === "again");
      }, { interval: 30 })
      .toBe(true);
    expect(sockets).toHaveLength(2);
  });
});

describe("a subscriber by the Logs API", () => {
  test.each([
    ["2020-08-15", []],
    ["2021-03-18", ["platform.runtimeDone"]],
  ])("of version %s gets the old records", async (schemaVersion, more) => {
    const { log, logs, subscribe } = await open();
    const { port, records } = await httpReceiver();
    expect(await subscribe(subscription(port, { schemaVersion, types: ["platform"] }), "/2020-08-15/logs")).toMatchObject({ status: 200, body: '"OK"' });
    logInvoke(log);
    await expect
      .poll(() => typesOf(records()), { interval: 5 })
      .toEqual(["platform.logsSubscription", "platform.start", ...more, "platform.end", "platform.fault", "platform.report"]);
    expect(records()[1]?.record).toEqual({ requestId: "id", version: "1" });
    expect(records().at(-2)?.record).toBe("gone wrong");
    expect(logs.lines).toContain("LOGS\tName: watcher\tState: Subscribed\tTypes: [Platform]");
  });
});

describe("a subscription", () => {
  test("takes the place of an earlier one of the same extension, and goes on where that was", async () => {
    const { log, logs, subscribe } = await open();
    const [first, second] = [await httpReceiver(), await httpReceiver()];
    log.print(Buffer.from("once\n"));
    log.flush();
    await subscribe(subscription(first.port, { types: ["function"] }));
    await expect.poll(() => first.records().length, { interval: 5 }).toBe(1);
    await subscribe(subscription(second.port, { types: ["function"] }));
    log.print(Buffer.from("later\n"));
    await expect.poll(() => second.records().map(({ record }) => record), { interval: 5 }).toEqual(["later"]);
    expect(first.records()).toHaveLength(1);
    expect(logs.lines).toContain("TELEMETRY\tName: watcher\tState: Already subscribed\tTypes: [Function]");
  });

  test("is to one of both APIs", async () => {
    const { subscribe } = await open();
    const { port } = await httpReceiver();
    await subscribe(subscription(port));
    const again = await subscribe(subscription(port, { schemaVersion: "2021-03-18" }), "/2020-08-15/logs");
    expect([again.status, JSON.parse(again.body)]).toEqual([400, { errorType: "ValidationError", errorMessage: expect.any(String) }]);
  });

  test.each([
    ["/2022-07-01/telemetry", "Telemetry"],
    ["/2022-07-01/telemetry/", "Telemetry"],
    ["/2020-08-15/logs", "Logs"],
  ])("at %s is refused after the init", async (path, name) => {
    const { telemetry, subscribe } = await open();
    telemetry.close();
    const schemaVersion = name === "Logs" ? "2020-08-15" : "2022-07-01";
    const answer = await subscribe(subscription(1, { schemaVersion }), path);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      403,
      { errorType: `${name}.SubscriptionClosed`, errorMessage: `${name} API subscription is closed` },
    ]);
  });

  test("needs an extension that is known, and makes sense", async () => {
    const { subscribe, identifier } = await open();
    const stranger = identifier.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
    expect(JSON.parse((await subscribe(subscription(1), undefined, stranger)).body)).toEqual({
      errorType: "Extension.UnknownExtensionIdentifier",
      errorMessage: `Unknown extension ${stranger}`,
    });
    expect(JSON.parse((await subscribe(subscription(1), undefined, "")).body)).toMatchObject({ errorType: "Extension.MissingExtensionIdentifier" });
    expect(await subscribe({ types: [] })).toMatchObject({ status: 400, body: expect.stringContaining("types should not be empty; destination is not provided") });
  });
});

test("lines of an init that are too many for whoever may subscribe are dropped, the oldest first, and counted", async () => {
  const { log, subscribe } = await open();
  const { port, records } = await httpReceiver();
  for (let count = 0; count < 15_000; count++) log.print(Buffer.from(`${count}\n`));
  log.flush();
  await subscribe(subscription(port, { types: ["platform", "function"] }));
  await expect.poll(() => records().length, { interval: 5 }).toBeGreaterThan(1000);
  await expect.poll(() => records().at(-1)?.type, { interval: 5 }).toBe("platform.telemetrySubscription");
  const [told, ...rest] = records();
  expect(told?.type).toBe("platform.logsDropped");
  const { droppedRecords } = (told ?? { record: undefined }).record as { readonly droppedRecords: number };
  expect(droppedRecords + rest.filter(({ type }) => type === "function").length).toBe(15_000);
});
