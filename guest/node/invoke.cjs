// Runs a handler that answers as a whole, once, and calls `reply` exactly once with what came of it.
"use strict";
const { isOldClient, reportOf, runtimeError } = require("./errors.cjs");
const { logError } = require("./console.cjs");

const neverSettled =
  "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was " +
  "never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes";

/** Set while somebody waits for the event loop to run empty; called by `beforeExit`. */
let onDrained;

/** `loaded` of handler.cjs; `reply` takes `{ body }` or `{ report }` (of errors.cjs). */
function runHandler(loaded, event, context, reply) {
  const settle = onceOnly(reply);
  onDrained = () => settle.drained(loaded.isAsync);
  try {
    if (isOldClient) runWithCallback(loaded.handler, event, context, settle);
    else {
      const result = loaded.handler(event, context);
      if (typeof result?.then === "function") result.then(settle.succeed, settle.fail);
      else settle.succeed(result);
    }
  } catch (error) {
    settle.fail(error);
  }
}

/** What is returned counts where it is a promise; else the callback or a member of the context ends the invoke. */
function runWithCallback(handler, event, context, settle) {
  const { callback, succeed, fail } = addCallbacks(context, settle);
  const result = handler(event, context, callback);
  if (typeof result?.then === "function") result.then(succeed, fail);
}

function onceOnly(reply) {
  let isDone = false;
  let isDrained = false;
  const finish = (outcome) => {
    isDone = true;
    onDrained = undefined;
    reply(outcome);
  };
  const settle = {
    isDone: () => isDone,
    succeed: (result) => {
      if (isDone) {
        if (isDrained) console.error("Invocation has already been reported as done. Cannot call complete more than once per invocation.");
        return;
      }
      let body;
      try {
        body = result === undefined ? "null" : JSON.stringify(result);
      } catch {
        const message = "Unable to stringify response body";
        settle.fail(isOldClient ? new Error(message) : runtimeError("JSONStringifyError", message));
        return;
      }
      // Functions and symbols have no JSON, which AWS's client puts this way.
      if (body === undefined) settle.fail(new TypeError("Wrong arguments"));
      else finish({ body });
    },
    fail: (thrown) => {
      if (isDone) return;
      logError("Invoke Error", thrown);
      finish({ report: reportOf(thrown) });
    },
    drained: (isAsync) => {
      // A handler that forgot its callback answers null; one whose promise can no longer settle has failed.
      if (isAsync || !isOldClient) settle.fail(runtimeError("NodeJsExit", neverSettled));
      else settle.succeed(null);
      isDrained = true;
    },
  };
  return settle;
}

/** The callback and the members of the context that existed up to Node.js 22. The first call of any of them counts. */
function addCallbacks(context, settle) {
  const waits = addEventLoopSwitch(context);
  let isCalled = false;
  const first = (call) => (...args) => {
    if (isCalled) return;
    isCalled = true;
    call(...args);
  };
  const done = (error, result) => {
    if (hasFailed(error)) settle.fail(error);
    else settle.succeed(result);
  };
  const callback = (error, result) => {
    // A callback that comes after its invoke must not end the next one.
    if (hasFailed(error) || !waits() || settle.isDone()) done(error, result);
    else whenDrained(() => settle.succeed(result));
  };
  context.done = first(done);
  context.succeed = first((result) => done(null, result));
  context.fail = first((error) => done(error ?? "handled"));
  return { callback: first(callback), succeed: context.succeed, fail: context.fail };
}

const hasFailed = (error) => error !== undefined && error !== null;

/** `callbackWaitsForEmptyEventLoop`; returns how to read it. */
function addEventLoopSwitch(context) {
  let waits = true;
  Object.defineProperty(context, "callbackWaitsForEmptyEventLoop", {
    configurable: true,
    enumerable: true,
    get: () => waits,
    set: (value) => {
      waits = value;
    },
  });
  return () => waits;
}

/** Calls it when the event loop has run empty. */
function whenDrained(call) {
  onDrained = () => setImmediate(() => call());
}

module.exports = {
  addEventLoopSwitch,
  runHandler,
  whenDrained,
  /** The event loop has nothing left to do. */
  drained: () => {
    const call = onDrained;
    onDrained = undefined;
    call?.();
  },
};
