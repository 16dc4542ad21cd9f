// What a handler may look like and what is there for it, in our own Node.js bootstrap: callbacks and the old members of
// the context up to Node.js 22, the global `awslambda`, values of one invoke.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Guest, GuestHost, installed, type Reply, runtimes } from "./guest-host.ts";

const ids = await installed("nodejs26.x", "nodejs24.x", "nodejs22.x", "nodejs20.x", "nodejs18.x");

let host: GuestHost;
beforeAll(async () => {
  host = await GuestHost.open();
});
afterAll(() => host.close());

describe.each(ids)("%s", (id) => {
  const hasCallbacks = Number.parseInt(id.slice("nodejs".length), 10) < 24;
  const start = async (index: string, more: object = {}): Promise<Guest> =>
    host.start({ runtime: await runtimes.resolve(id), files: { "index.js": index }, handler: "index.handler", ...more });
  const payloadOf = async (index: string, event: unknown = {}): Promise<unknown> => ((await (await start(index)).invoke(event)) as Reply).payload;

  describe.runIf(hasCallbacks)("with callbacks", () => {
    test("answers through the callback, when the event loop has run empty unless told not to wait", async () => {
      const guest = await start(
        "exports.handler = (event, context, callback) => { const result = { late: false, waits: context.callbackWaitsForEmptyEventLoop }; setTimeout(() => { result.late = true }, 20); if (event.wait === false) context.callbackWaitsForEmptyEventLoop = false; callback(event.error ?? null, result) }",
      );
      expect(await guest.invoke({})).toMatchObject({ payload: { late: true, waits: true } });
      expect(await guest.invoke({ wait: false })).toMatchObject({ payload: { late: false } });
      expect(await guest.invoke({ error: "bad" })).toMatchObject({ kind: "error", payload: { errorType: "string", errorMessage: "bad", trace: [] } });
    });

    test.each([
      ["done(null, 1)", { kind: "response", payload: 1 }],
      ["done()", { kind: "response", payload: null }],
      ["done(new RangeError('no'))", { kind: "error", payload: { errorType: "RangeError", errorMessage: "no" } }],
      ["succeed('old')", { kind: "response", payload: "old" }],
      ["fail('bad')", { kind: "error", payload: { errorType: "string", errorMessage: "bad" } }],
      ["fail()", { kind: "error", payload: { errorType: "string", errorMessage: "handled" } }],
    ])("ends an invoke by context.%s at once, also for an async handler", async (call, answer) => {
      for (const kind of ["", "async "]) {
        const guest = await start(`exports.handler = ${kind}(event, context) => { const hold = setTimeout(() => {}, 60_000); hold.unref(); context.${call}; return ${kind === "" ? "undefined" : "new Promise(() => {})"} }`);
        expect(await guest.invoke({})).toMatchObject(answer);
        expect(await guest.invoke({})).toMatchObject(answer);
      }
    });

    test("takes the first answer and no other", async () => {
      const guest = await start("exports.handler = (event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; callback(null, 1); callback(new Error('late')); context.succeed(2) }");
      expect(await guest.invoke({})).toMatchObject({ payload: 1 });
      expect(await guest.invoke({})).toMatchObject({ payload: 1 });
    });

    test("answers null for a handler that calls nothing, whatever it returns, and says so when it answers later", async () => {
      const guest = await start("let late; exports.handler = (event, context, callback) => { late?.(null, 2); late = callback; return 1 }");
      expect(await guest.invoke({})).toMatchObject({ kind: "response", payload: null });
      expect(await guest.invoke({})).toMatchObject({ payload: null });
      expect(guest.output()).toContain("\tERROR\tInvocation has already been reported as done. Cannot call complete more than once per invocation.\n");
    });

    test("answers with what a promise gives, without waiting for the event loop", async () => {
      const handler = "(event) => { setTimeout(() => {}, 60_000); return Promise.resolve(event) }";
      expect(await payloadOf(`exports.handler = ${handler}`, 7)).toBe(7);
      expect(await payloadOf(`exports.handler = async ${handler}`, 8)).toBe(8);
    });

    test("warns once of a handler with three parameters that is not async, unless told not to", async () => {
      const warning = /\tWARN\tAWS Lambda plans to remove support for callback-based function handlers starting with Node\.js 24\./g;
      const takesThree = "(event, context, callback) => callback(null, 1)";
      const warned = async (handler: string, environment = {}): Promise<number> => {
        const guest = await start(`exports.handler = ${handler}`, { environment });
        await guest.invoke({});
        await guest.invoke({});
        return [...guest.output().matchAll(warning)].length;
      };
      expect(await warned(takesThree)).toBe(1);
      expect(await warned(takesThree, { AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING: "" })).toBe(0);
      expect(await warned("async (event, context, callback) => callback(null, 1)")).toBe(0);
      expect(await warned("(event, context) => context.succeed(1)")).toBe(0);
    });
  });

  describe.skipIf(hasCallbacks)("without callbacks", () => {
    test.each(["(event, context, callback) => callback(null, 1)", "async (event, context, callback) => 1", "(a, b, c, d) => 1"])("refuses %s", async (handler) => {
      expect(await (await start(`exports.handler = ${handler}`)).invoke({})).toMatchObject({
        kind: "init-error",
        payload: { errorType: "Runtime.CallbackHandlerDeprecated", errorMessage: expect.stringMatching(/^ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node\.js 24\./) },
      });
    });

    test("has none of the old members of the context", async () => {
      expect(await payloadOf("exports.handler = async (event, context) => ['done', 'succeed', 'fail', 'callbackWaitsForEmptyEventLoop'].filter((name) => name in context)")).toEqual([]);
    });

    test("answers with what a handler returns, without waiting for the event loop", async () => {
      expect(await payloadOf("exports.handler = (event) => { setTimeout(() => {}, 60_000); return event }", 7)).toBe(7);
    });
  });

  test("marks what streams, under AWS's symbols", async () => {
    const marks = "const made = awslambda.streamifyResponse(async () => 1, { highWaterMark: 5 }); exports.handler = async () => [made[Symbol.for('aws.lambda.runtime.handler.streaming')], made[Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark')], made.constructor.name]";
    expect(await payloadOf(marks)).toEqual(["response", 5, "AsyncFunction"]);
  });

  test("keeps values of one invoke", async () => {
    const guest = await start(
      "exports.handler = async (event) => { const { InvokeStore: store } = awslambda; const before = store.get('k'); store.set('k', event); await new Promise(setImmediate); let refused; try { store.set(Symbol.for('_AWS_LAMBDA_REQUEST_ID'), 'x') } catch (error) { refused = error.message } return [store.getRequestId(), store.getXRayTraceId(), store.getTenantId(), before, store.get('k'), store.hasContext(), refused] }",
    );
    const refused = "Cannot modify protected Lambda context field: Symbol(_AWS_LAMBDA_REQUEST_ID)";
    expect(await guest.invoke(1, { traceId: "Root=1", tenantId: "t" })).toMatchObject({ payload: ["request-1", "Root=1", "t", null, 1, true, refused] });
    expect(await guest.invoke(2, { requestId: "request-2" })).toMatchObject({ payload: ["request-2", null, null, null, 2, true, refused] });
  });

  test("is the store that @aws/lambda-invoke-store finds", async () => {
    const pack = (file: string): string => readFileSync(new URL(`../../node_modules/@aws/lambda-invoke-store/${file}`, import.meta.url), "utf8");
    const { main } = JSON.parse(pack("package.json")) as { main: string };
    const files = {
      "node_modules/@aws/lambda-invoke-store/package.json": pack("package.json"),
      [`node_modules/@aws/lambda-invoke-store/${main}`]: pack(main),
      "index.js": "const { InvokeStore } = require('@aws/lambda-invoke-store'); exports.handler = async () => { const store = await InvokeStore.getInstanceAsync(); store.set('k', 1); return [store === awslambda.InvokeStore, store.getRequestId(), store.run({ own: 2 }, () => [store.get('own'), store.get('k') ?? null, store.getRequestId()])] }",
    };
    expect(await (await start("", { files })).invoke({})).toMatchObject({ payload: [true, "request-1", [2, null, "-"]] });
  });

  test.each(["1", "true"])("hides its global where AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA is %s", async (value) => {
    const guest = await start("exports.handler = async () => typeof globalThis.awslambda", { environment: { AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA: value } });
    expect(await guest.invoke({})).toMatchObject({ payload: "undefined" });
  });
});
