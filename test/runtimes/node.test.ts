// Our own Node.js bootstrap, in every Node.js of this machine, against what a function observes on AWS.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Guest, GuestHost, installed, type Reply, runtimes } from "./guest-host.ts";

const ids = await installed("nodejs26.x", "nodejs24.x", "nodejs22.x", "nodejs20.x", "nodejs18.x");
interface FailedStart {
  readonly files: Readonly<Record<string, string>>;
  readonly handler: string;
  readonly errorType: string;
  readonly message: RegExp;
}

let host: GuestHost;
beforeAll(async () => {
  host = await GuestHost.open();
});
afterAll(() => host.close());

describe.each(ids)("%s", (id) => {
  const hasCallbacks = Number.parseInt(id.slice("nodejs".length), 10) < 24;

  const start = async (files: Readonly<Record<string, string>>, more: object = {}): Promise<Guest> =>
    host.start({ runtime: await runtimes.resolve(id), files, handler: "index.handler", ...more });
  const run = async (body: string, event: unknown = {}): Promise<Reply> => {
    const reply = await (await start({ "index.mjs": body })).invoke(event);
    if (!("kind" in reply)) throw new Error(`exit ${JSON.stringify(reply)}`);
    return reply;
  };

  test("echoes an event, also a second time in the same process", async () => {
    const guest = await start({ "index.js": "let n = 0; exports.handler = async (event) => ({ event, n: ++n })" });
    expect(await guest.invoke({ a: "ü" })).toMatchObject({ kind: "response", meta: { requestId: "request-1" }, payload: { event: { a: "ü" }, n: 1 } });
    expect(await guest.invoke([1], { requestId: "request-2" })).toMatchObject({ meta: { requestId: "request-2" }, payload: { event: [1], n: 2 } });
  });

  test("answers null for undefined", async () => {
    expect((await run("export const handler = async () => {}")).body.toString()).toBe("null");
  });

  test("gives the context its members", async () => {
    const guest = await start({
      "index.mjs": "export const handler = async (event, context) => ({ ...context, left: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID })",
    });
    const meta = { traceId: "Root=1-2-3", clientContext: '{"custom":{"k":1}}', cognitoIdentity: '{"cognitoIdentityId":"i"}', tenantId: "t" };
    const reply = await guest.invoke({}, meta);
    expect(reply).toMatchObject({
      payload: {
        functionName: "probe",
        functionVersion: "7",
        memoryLimitInMB: "1769",
        logGroupName: "/aws/lambda/probe",
        logStreamName: "2026/01/31/[7]0123456789abcdef",
        awsRequestId: "request-1",
        invokedFunctionArn: "arn:probe",
        clientContext: { custom: { k: 1 } },
        identity: { cognitoIdentityId: "i" },
        tenantId: "t",
        trace: "Root=1-2-3",
      },
    });
    const { left } = (reply as Reply).payload as { left: number };
    expect(left).toBeGreaterThan(20_000);
    expect(left).toBeLessThanOrEqual(30_000);
    expect(await guest.invoke({})).not.toHaveProperty("payload.trace");
  });

  test("reports an error with its name, message and trace, and logs it", async () => {
    const guest = await start({ "index.mjs": "export const handler = async () => { throw new TypeError('no\\nway') }" });
    const reply = await guest.invoke({});
    expect(reply).toMatchObject({ kind: "error", meta: { errorType: "TypeError" }, payload: { errorType: "TypeError", errorMessage: "no\nway" } });
    expect((reply as Reply).payload).toHaveProperty("trace.0", "TypeError: no");
    expect(guest.output()).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z\trequest-1\tERROR\tInvoke Error \t\{"errorType":"TypeError","errorMessage":"no\\nway","stack":\["TypeError: no","way"/);
    expect(await guest.invoke({})).toMatchObject({ kind: "error" });
  });

  test("reports what is thrown that is no Error", async () => {
    expect((await run("export const handler = async () => { throw 'text' }")).payload).toEqual({ errorType: "string", errorMessage: "text", trace: [] });
    expect((await run("export const handler = () => { throw new RangeError('sync') }")).payload).toMatchObject({ errorType: "RangeError" });
  });

  test("reports a response that is no JSON", async () => {
    expect((await run("export const handler = async () => 1n")).payload).toMatchObject({
      errorType: hasCallbacks ? "Error" : "Runtime.JSONStringifyError",
      errorMessage: "Unable to stringify response body",
    });
  });

  test("ends with the invoke's answer after an uncaught exception and an unhandled rejection", async () => {
    const thrown = await start({ "index.mjs": "export const handler = () => new Promise(() => setImmediate(() => { throw new Error('late') }))" });
    expect(await thrown.invoke({})).toMatchObject({ kind: "error", payload: { errorType: "Error", errorMessage: "late" } });
    expect(await thrown.process.exited).toMatchObject({ exitCode: 129 });
    expect(thrown.output()).toContain("\trequest-1\tERROR\tUncaught Exception \t{");
    const rejected = await start({ "index.mjs": "export const handler = () => new Promise(() => { Promise.reject(new Error('lost')) })" });
    expect(await rejected.invoke({})).toMatchObject({ payload: { errorType: "Runtime.UnhandledPromiseRejection", errorMessage: "Error: lost" } });
    expect(await rejected.process.exited).toMatchObject({ exitCode: 128 });
  });

  test("ends without an answer when the handler exits", async () => {
    const guest = await start({ "index.mjs": "export const handler = async () => process.exit(3)" });
    expect(await guest.invoke({})).toEqual({ exitCode: 3, signal: undefined, outOfMemory: false });
  });

  test("fails an async handler whose promise can no longer settle, and goes on", async () => {
    const guest = await start({ "index.mjs": "export const handler = async (event) => event ?? new Promise(() => {})" });
    expect(await guest.invoke(null)).toMatchObject({ kind: "error", payload: { errorType: "Runtime.NodeJsExit" } });
    expect(await guest.invoke(1)).toMatchObject({ payload: 1 });
  });

  test("lets work that outlives an invoke go on in the next one", async () => {
    const guest = await start({
      "index.mjs": "let late = 'no'; export const handler = async (event) => { const seen = late; if (event.first) setTimeout(() => { late = 'yes' }, 200); else while (late === 'no') await new Promise((done) => setTimeout(done, 5)); return [seen, late] }",
    });
    expect(await guest.invoke({ first: true })).toMatchObject({ payload: ["no", "no"] });
    expect(await guest.invoke({})).toMatchObject({ payload: ["no", "yes"] });
  });

  test.each<readonly [string, FailedStart]>([
    ["a missing module", { files: { "other.js": "" }, handler: "index.handler", errorType: "Runtime.ImportModuleError", message: /^Error: Cannot find module 'index'\nRequire stack:/ }],
    ["a missing import", { files: { "index.js": "require('nowhere')" }, handler: "index.handler", errorType: "Runtime.ImportModuleError", message: /^Error: Cannot find module 'nowhere'/ }],
    ["a missing import of an ES module", { files: { "index.mjs": "import 'nowhere'" }, handler: "index.handler", errorType: "Error", message: /^Cannot find package 'nowhere' imported from / }],
    ["a missing export", { files: { "index.js": "" }, handler: "index.handler", errorType: "Runtime.HandlerNotFound", message: /^index\.handler is undefined or not exported$/ }],
    ["an export that is no function", { files: { "index.js": "exports.handler = 1" }, handler: "index.handler", errorType: "Runtime.HandlerNotFound", message: /^index\.handler is not a function$/ }],
    ["a name without a dot", { files: { "index.js": "" }, handler: "index", errorType: "Runtime.MalformedHandlerName", message: /^Bad handler$/ }],
    ["a name that climbs", { files: { "index.js": "" }, handler: "../index.handler", errorType: "Runtime.MalformedHandlerName", message: /not a valid handler name/ }],
    ["a syntax error", { files: { "index.js": "exports.handler = (" }, handler: "index.handler", errorType: "Runtime.UserCodeSyntaxError", message: /^SyntaxError: / }],
    ["a syntax error of an ES module", { files: { "index.mjs": "export const = 1" }, handler: "index.handler", errorType: "Runtime.UserCodeSyntaxError", message: /^SyntaxError: / }],
    ["an exception while loading", { files: { "index.mjs": "throw new RangeError('early')" }, handler: "index.handler", errorType: "RangeError", message: /^early$/ }],
  ])("fails its start with %s", async (_case, { files, handler, errorType, message }) => {
    const guest = await start(files, { handler });
    const reply = await guest.invoke({});
    expect(reply).toMatchObject({ kind: "init-error", meta: { errorType }, payload: { errorType, errorMessage: expect.stringMatching(message) } });
    expect(await guest.process.exited).toMatchObject({ exitCode: 129 });
    expect(guest.output()).toMatch(hasCallbacks ? /^\S+Z\tundefined\tERROR\tUncaught Exception \t\{/ : /^\S+Z\t-\tERROR\tInit Error \t\{/);
  });

  test.each([
    ["a folder and a nested export", { "src/app.js": "exports.a = { b: async () => 1 }" }, "src/app.a.b"],
    ["no extension", { index: "exports.handler = async () => 1" }, "index.handler"],
    ["an ES module by package.json, waiting at its top level", { "package.json": '{"type":"module"}', "index.js": "export const handler = await Promise.resolve(async () => 1)" }, "index.handler"],
    ["CommonJS by extension in a package of ES modules", { "package.json": '{"type":"module"}', "index.cjs": "exports.handler = async () => 1" }, "index.handler"],
    ["a package", { "node_modules/pack/index.js": "exports.handler = async () => 1" }, "pack.handler"],
  ])("finds a handler by %s", async (_case, files: Record<string, string>, handler) => {
    expect(await (await start(files, { handler })).invoke({})).toMatchObject({ kind: "response", payload: 1 });
  });

  test("carries large events and responses", async () => {
    const guest = await start({ "index.mjs": "export const handler = async (event) => event" });
    const event = "x".repeat(6 * 1024 * 1024 - 2);
    const reply = await guest.invoke(event);
    expect((reply as Reply).body.length).toBe(6 * 1024 * 1024);
    expect((reply as Reply).payload === event).toBe(true);
  });

  test("prints lines as on AWS, before the answer leaves", async () => {
    const guest = await start({
      "index.mjs": "console.log('starting'); export const handler = async () => { console.log('%s\\n%j', 'a', { b: 1 }); console.info('i'); console.debug('d'); console.warn('w'); console.error('e'); console.trace('t'); process.stdout.write('raw\\n'.repeat(50000)); }",
    });
    await guest.invoke({});
    const lines = guest.output().split("\n");
    expect(lines[0]).toMatch(hasCallbacks ? /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\tundefined\tINFO\tstarting$/ : /^\S+Z\t-\tINFO\tstarting$/);
    expect(lines[1]).toMatch(/\trequest-1\tINFO\ta\r\{"b":1\}$/);
    expect(lines.slice(2, 6).map((line) => line.split("\t").slice(1).join(" "))).toEqual(["request-1 INFO i", "request-1 DEBUG d", "request-1 WARN w", "request-1 ERROR e"]);
    expect(lines[6]).toMatch(/\trequest-1\tTRACE\tt$/);
    expect(lines.filter((line) => line === "raw")).toHaveLength(50_000);
  });

  test("has the AWS SDK for require and import, and nothing else of the server's packages", async () => {
    const probe = "const names = ['vitest', 'koffi', 'commander']; const seen = []; for (const name of names) { try { await load(name); seen.push(name) } catch {} }";
    const esm = await run(`import { LambdaClient } from '@aws-sdk/client-lambda'; const load = (name) => import(name); ${probe} export const handler = async () => [typeof LambdaClient, seen]`);
    expect(esm.payload).toEqual(["function", []]);
    const cjs = await start({
      "index.js": `const { LambdaClient } = require('@aws-sdk/client-lambda'); const load = async (name) => require(name); exports.handler = async () => { ${probe} return [typeof LambdaClient, seen, typeof (await import('@aws-sdk/client-lambda')).LambdaClient] }`,
    });
    expect(await cjs.invoke({})).toMatchObject({ payload: ["function", [], "function"] });
  });

  test("prefers the code's packages to a layer's, and a layer's to its own", async () => {
    const pack = (text: string): string => `exports.who = '${text}'`;
    const esm = "import { who } from '@aws-sdk/client-lambda'; import { who as other } from 'other'; export const handler = async () => [who, other]";
    const layer = { "nodejs/node_modules/@aws-sdk/client-lambda/index.js": pack("layer"), "nodejs/node_modules/other/index.js": pack("layer") };
    const withLayer = await start({ "index.mjs": esm }, { layer });
    expect(await withLayer.invoke({})).toMatchObject({ payload: ["layer", "layer"] });
    const withBoth = await start({ "index.mjs": esm, "node_modules/@aws-sdk/client-lambda/index.js": pack("code") }, { layer });
    expect(await withBoth.invoke({})).toMatchObject({ payload: ["code", "layer"] });
  });

  test("gives a layer's ES modules the SDK, too", async () => {
    const layer = { "nodejs/node_modules/pack/package.json": '{"type":"module","exports":"./a.js"}', "nodejs/node_modules/pack/a.js": "export { LambdaClient } from '@aws-sdk/client-lambda'" };
    const guest = await start({ "index.mjs": "import { LambdaClient } from 'pack'; export const handler = async () => typeof LambdaClient" }, { layer });
    expect(await guest.invoke({})).toMatchObject({ payload: "function" });
  });

  test("keeps its channel from the programs that a function starts", async () => {
    const guest = await start({ "index.mjs": "import { execFileSync } from 'node:child_process'; export const handler = async () => execFileSync('/bin/sh', ['-c', 'for fd in 3 4; do [ -e /proc/self/fd/$fd ] && echo $fd; done; true']).toString()" });
    expect(await guest.invoke({})).toMatchObject({ payload: "" });
  });

  test.each(["require('@aws-sdk/client-nowhere')", "import('@aws-sdk/client-nowhere')"])("says how to get an SDK client that is not there: %s", async (load) => {
    const guest = await start({ "index.js": `exports.handler = async () => { await ${load} }` });
    expect(await guest.invoke({})).toMatchObject({ payload: { errorMessage: expect.stringContaining("lambent runtimes add @aws-sdk/client-nowhere") } });
  });

  test("runs a wrapper script with the original command line", async () => {
    const layer = { wrapper: '#!/bin/sh\nexport WRAPPED="$#"\nexec "$@"\n' };
    const files = { "index.mjs": "export const handler = async () => process.env.WRAPPED" };
    const guest = await start(files, { layer, environment: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper" } });
    expect(await guest.invoke({})).toMatchObject({ payload: "5" });
    const missing = await start(files, { layer, environment: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/nowhere" } });
    expect(await missing.invoke({})).toMatchObject({ exitCode: 127 });
  });

  test("ends when the host has gone, and gives a handler of SIGTERM its time", async () => {
    const guest = await start({ "index.mjs": "process.on('SIGTERM', () => { console.log('bye'); process.exit(0) }); export const handler = async () => 1" });
    await guest.invoke({});
    guest.process.terminate();
    expect(await guest.process.exited).toMatchObject({ exitCode: 0 });
    expect(guest.output()).toMatch(/\tINFO\tbye\n$/);
  });
});
