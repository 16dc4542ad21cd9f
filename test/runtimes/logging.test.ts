// What our own bootstraps write of a function's log messages: in which form, at which levels, and where to.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Guest, GuestHost, installed, runtimes } from "./guest-host.ts";

const nodes = await installed("nodejs26.x", "nodejs24.x", "nodejs22.x", "nodejs20.x", "nodejs18.x");
const pythons = await installed("python3.8", "python3.11", "python3.13");
const framed = { _LAMBDA_TELEMETRY_LOG_FD: "62" };
const json = { AWS_LAMBDA_LOG_FORMAT: "JSON" };

let host: GuestHost;
beforeAll(async () => {
  host = await GuestHost.open();
});
afterAll(() => host.close());

const linesOf = (guest: Guest): readonly string[] => guest.output().split("\n").slice(0, -1);
const parsed = (texts: readonly string[]): readonly Readonly<Record<string, unknown>>[] => texts.map((text) => JSON.parse(text));
const levelsOf = (lines: readonly Readonly<Record<string, unknown>>[]): readonly unknown[] => lines.map(({ level }) => level);

describe.each(nodes)("%s", (id) => {
  const isOldClient = Number.parseInt(id.slice("nodejs".length), 10) < 24;
  const start = async (handler: string, environment: Readonly<Record<string, string>> = {}): Promise<Guest> =>
    host.start({ runtime: await runtimes.resolve(id), files: { "index.mjs": `console.log('starting'); export const handler = async (event) => { ${handler} }` }, handler: "index.handler", environment });
  const everyLevel = "for (const level of ['trace', 'debug', 'info', 'log', 'warn', 'error', 'fatal']) console[level](level);";

  test("writes text lines to standard output where there is no log descriptor", async () => {
    const guest = await start("console.log('one\\ntwo', { a: 1 }); console.log()");
    await guest.invoke({});
    const [starting, ...lines] = linesOf(guest);
    expect(starting).toMatch(isOldClient ? /Z\tundefined\tINFO\tstarting$/ : /Z\t-\tINFO\tstarting$/);
    expect(lines.map((line) => line.split("\t").slice(1))).toEqual([["request-1", "INFO", "one\rtwo { a: 1 }"], ["request-1", "INFO", "undefined"]]);
  });

  test("writes JSON lines with the ids of the invoke", async () => {
    const guest = await start("console.log('one\\ntwo'); console.info({ a: 1 }, 2); console.warn({ a: 1 })", json);
    const before = Date.now();
    await guest.invoke({}, { tenantId: "t1" });
    const [starting, text, several, object] = parsed(linesOf(guest));
    expect(starting).toEqual({ timestamp: expect.any(String), level: "INFO", message: "starting", ...(isOldClient ? {} : { requestId: "-" }) });
    const own = { timestamp: expect.any(String), requestId: "request-1", tenantId: "t1" };
    expect(text).toEqual({ ...own, level: "INFO", message: "one\ntwo" });
    expect(several).toEqual({ ...own, level: "INFO", message: "{ a: 1 } 2" });
    expect(object).toEqual({ ...own, level: "WARN", message: { a: 1 } });
    expect(Date.parse(String(text?.["timestamp"]))).toBeGreaterThanOrEqual(before);
  });

  test("writes errors in JSON lines with type, message and trace, and what cannot be JSON as text", async () => {
    const guest = await start("class Mine extends Error { extra = 1 } console.error(new Mine('no')); console.error('failed:', new Mine('no')); const ring = {}; ring.ring = ring; console.log(ring); console.log(1n)", json);
    await guest.invoke({});
    const [, alone, beside, ring, big] = parsed(linesOf(guest));
    const described = { errorType: "Mine", errorMessage: "no", stackTrace: expect.arrayContaining([expect.stringMatching(/^\s+at /)]) };
    expect(alone).toMatchObject({ level: "ERROR", message: { ...described, extra: 1 } });
    expect(beside).toMatchObject({ ...described, message: expect.stringMatching(/^failed: Mine/) });
    expect(ring).toMatchObject({ message: "<ref *1> { ring: [Circular *1] }" });
    expect(big).toMatchObject({ message: "1n" });
  });

  test("writes what the runtime says of a failure in the same form", async () => {
    const guest = await start("throw new RangeError('no')", json);
    await guest.invoke({});
    expect(parsed(linesOf(guest))[1]).toMatchObject({ level: "ERROR", requestId: "request-1", message: { errorType: "RangeError", errorMessage: "no" } });
  });

  test("drops what is below the level", async () => {
    const all = await start(everyLevel, json);
    await all.invoke({});
    expect(levelsOf(parsed(linesOf(all)).slice(1))).toEqual(["TRACE", "DEBUG", "INFO", "INFO", "WARN", "ERROR", "FATAL"]);
    const some = await start(everyLevel, { ...json, AWS_LAMBDA_LOG_LEVEL: "warn" });
    await some.invoke({});
    expect(levelsOf(parsed(linesOf(some)))).toEqual(["WARN", "ERROR", "FATAL"]);
  });

  test("frames messages for the log descriptor with level and time, whole, and hides the descriptor", async () => {
    const guest = await start(`console.log('one\\ntwo'); ${everyLevel} process.stdout.write('raw\\n'); return process.env._LAMBDA_TELEMETRY_LOG_FD`, framed);
    const before = Date.now();
    expect(await guest.invoke({})).toMatchObject({ body: Buffer.from("null") });
    expect(guest.output()).toBe("raw\n");
    const [, message, ...rest] = guest.logged();
    expect(message).toMatchObject({ type: "a55a000f", text: expect.stringMatching(/Z\trequest-1\tINFO\tone\ntwo\n$/) });
    expect(message?.timeMs).toBeGreaterThanOrEqual(before);
    expect(rest.map(({ type }) => type)).toEqual(["a55a0007", "a55a000b", "a55a000f", "a55a000f", "a55a0013", "a55a0017", "a55a001b"]);
    const inJson = await start("console.warn('one\\ntwo')", { ...framed, ...json });
    await inJson.invoke({});
    expect(inJson.logged()[1]?.type).toBe("a55a0012");
    expect(parsed(inJson.logged().map(({ text }) => text))[1]).toMatchObject({ level: "WARN", message: "one\ntwo" });
  });

  test("keeps the log descriptor from programs that the function starts", async () => {
    const guest = await start("return (await import('node:child_process')).execFileSync('/bin/ls', ['/proc/self/fd']).toString()", framed);
    expect(await guest.invoke({})).toMatchObject({ payload: "0\n1\n2\n3\n" });
  });
});

describe.each(pythons)("%s", (id) => {
  beforeAll(() => runtimes.resolve(id), 180_000);

  const start = async (body: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Guest> => {
    const app = ["import logging, os, sys", "log = logging.getLogger('named')", "def handler(event, context):", ...body.map((line) => `    ${line}`)].join("\n");
    return host.start({ runtime: await runtimes.resolve(id), files: { "app.py": app }, handler: "app.handler", environment });
  };
  const everyLevel = "for level in (5, 10, 15, 20, 30, 40, 50): log.log(level, 'at %d', level)";

  test("writes text lines to standard output where there is no log descriptor", async () => {
    const guest = await start(["print('plain')", "log.warning('one\\ntwo %s', 1)", "log.info('unseen')", "context.log('raw')"]);
    await guest.invoke({});
    expect(guest.output()).toMatch(/^plain\n\[WARNING\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\trequest-1\tone\ntwo 1\nraw$/);
  });

  test("writes JSON lines with the ids of the invoke and extra fields; what is printed stays text", async () => {
    const guest = await start(["print('plain')", "log.warning('w %s', 'ü', extra={'order': 7, 'odd': {1}})", "log.warning({'a': 1})"], json);
    await guest.invoke({}, { tenantId: "t1" });
    const [plain, ...lines] = linesOf(guest);
    const own = { timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/), level: "WARNING", logger: "named", requestId: "request-1", tenantId: "t1" };
    expect(plain).toBe("plain");
    expect(lines[0]).toContain("ü");
    expect(parsed(lines)).toEqual([{ ...own, message: "w ü", order: 7, odd: "{1}" }, { ...own, message: { a: 1 } }]);
  });

  test("writes exceptions in JSON lines with type, message, trace and place", async () => {
    const guest = await start(["try:", "    {}['x']", "except KeyError:", "    log.exception('failed')"], json);
    await guest.invoke({});
    expect(parsed(linesOf(guest))[0]).toMatchObject({
      level: "ERROR",
      message: "failed",
      errorType: "KeyError",
      errorMessage: "'x'",
      stackTrace: [expect.stringMatching(/^ {2}File ".*app\.py", line 5, in handler\n {4}\{\}\['x'\]\n/)],
      location: expect.stringMatching(/app\.py:handler:7$/),
    });
  });

  test("writes what the runtime says of a failure in the same form", async () => {
    const guest = await start(["raise ValueError('no')"], json);
    await guest.invoke({});
    expect(parsed(linesOf(guest))[0]).toMatchObject({ level: "ERROR", errorType: "ValueError", errorMessage: "no", timestamp: expect.stringMatching(/Z$/) });
  });

  test("sets the level of the root logger", async () => {
    const seen = async (environment: Readonly<Record<string, string>>): Promise<readonly unknown[]> => {
      const guest = await start([everyLevel], environment);
      await guest.invoke({});
      return levelsOf(parsed(linesOf(guest)));
    };
    expect(await seen(json)).toEqual(["WARNING", "ERROR", "CRITICAL"]);
    expect(await seen({ ...json, AWS_LAMBDA_LOG_LEVEL: "TRACE" })).toEqual(["DEBUG", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]);
    expect(await seen({ ...json, AWS_LAMBDA_LOG_LEVEL: "ERROR" })).toEqual(["ERROR", "CRITICAL"]);
  });

  test("frames messages for the log descriptor with level and time, whole, and hides the descriptor", async () => {
    const before = Date.now();
    const body = ["print('raw')", "log.error('one\\ntwo')", "return os.environ.get('_LAMBDA_TELEMETRY_LOG_FD')"];
    const guest = await start(body, framed);
    expect(await guest.invoke({})).toMatchObject({ payload: null });
    expect(guest.output()).toBe("raw\n");
    // Without a level that is set, text has none in its frame.
    expect(guest.logged()).toMatchObject([{ type: "a55a0003", text: expect.stringMatching(/^\[ERROR\]\t\S+Z\trequest-1\tone\ntwo\n$/) }]);
    expect(guest.logged()[0]?.timeMs).toBeGreaterThanOrEqual(before);
    const levelled = await start(body, { ...framed, AWS_LAMBDA_LOG_LEVEL: "INFO" });
    await levelled.invoke({});
    expect(levelled.logged()[0]?.type).toBe("a55a0017");
    const inJson = await start(body, { ...framed, ...json });
    await inJson.invoke({});
    expect(inJson.logged()).toMatchObject([{ type: "a55a0016", text: expect.stringContaining('"message": "one\\ntwo"') }]);
  });

  test("frames what the runtime says of a failure as one message of several lines", async () => {
    const guest = await start(["raise ValueError('no')"], framed);
    await guest.invoke({});
    expect(guest.logged()).toMatchObject([{ type: "a55a0017", text: expect.stringMatching(/^\[ERROR\] ValueError: no\nTraceback \(most recent call last\):\n\u00a0\u00a0File ".*app\.py", line 4, in handler\n/) }]);
  });

  test("keeps messages of several threads apart, however long", async () => {
    const guest = await start(["import threading", "threads = [threading.Thread(target=lambda c=c: [log.error(c * 10000) for _ in range(20)]) for c in 'abcd']", "[t.start() for t in threads]", "[context.log('x' * 10000) for _ in range(20)]", "[t.join() for t in threads]"], framed);
    await guest.invoke({});
    const counts = new Map<string, number>();
    for (const { text } of guest.logged()) {
      const letter = /(?:^|\t)(.)\1{9999}\n?$/.exec(text)?.[1] ?? text.slice(0, 50);
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
    expect(Object.fromEntries(counts)).toEqual({ a: 20, b: 20, c: 20, d: 20, x: 20 });
  });

  test("lets an error of a message be the function's", async () => {
    const guest = await start(["log.warning('%d', 'text')"]);
    expect(await guest.invoke({})).toMatchObject({ kind: "error", payload: { errorType: "TypeError" } });
  });

  test("keeps the log descriptor from programs that the function starts", async () => {
    const guest = await start(["import subprocess", "return subprocess.run(['/bin/ls', '/proc/self/fd'], stdout=subprocess.PIPE, close_fds=False).stdout.decode()"], framed);
    expect(await guest.invoke({})).toMatchObject({ payload: "0\n1\n2\n3\n" });
  });
});
