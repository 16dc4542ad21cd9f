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
  const callback = isOldClient ? addCallbacks(context, settle) : undefined;
  try {
    const result = callback === undefined ? loaded.handler(event, context) : loaded.handler(event, context, callback);
    if (typeof result?.then === "function") result.then(settle.succeed, settle.fail);
    // Without callbacks there is nothing else to wait for.
    else if (callback === undefined) settle.succeed(result);
  } catch (error) {
    settle.fail(error);
  }
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
        settle.fail(runtimeError("JSONStringifyError", "Unable to stringify response body"));
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

/** The callback and the members of the context that existed up to Node.js 22. */
function addCallbacks(context, settle) {
  const waits = addEventLoopSwitch(context);
  const done = (error, result) => {
    if (error !== undefined && error !== null) settle.fail(error);
    else settle.succeed(result);
  };
  context.done = done;
  context.succeed = (result) => done(null, result);
  context.fail = (error) => done(error ?? "handled");
  return (error, result) => {
    const hasFailed = error !== undefined && error !== null;
    // A callback that comes after its invoke must not end the next one.
    if (hasFailed || !waits() || settle.isDone()) done(error, result);
    else whenDrained(() => settle.succeed(result));
  };
}

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
