// Runs the handler once and calls `reply` exactly once with what came of it.
"use strict";
const { nodeMajor } = require("./handler.cjs");
const { describeError, formatError, runtimeError } = require("./errors.cjs");

/** Set while an invoke waits for the event loop to run empty; called by `beforeExit`. */
let onDrained;

/** `loaded` of handler.cjs; `reply` takes `{ body, contentType }` or `{ error }` (a payload). */
function runHandler(loaded, event, context, reply) {
  const settle = onceOnly(reply);
  onDrained = () => settle.drained(loaded.isAsync);
  if (loaded.streams) {
    require("./awslambda.cjs").runStreaming(loaded.handler, event, context, settle);
    return;
  }
  const callback = nodeMajor() < 24 ? addCallbacks(context, settle) : undefined;
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
  let done = false;
  const finish = (outcome) => {
    done = true;
    onDrained = undefined;
    reply(outcome);
  };
  const settle = {
    succeed: (result) => {
      if (done) {
        console.error("Invocation has already been reported as done. Cannot call complete more than once per invocation.");
        return;
      }
      let body;
      try {
        body = JSON.stringify(result) ?? "null";
      } catch (error) {
        settle.fail(runtimeError("JSONStringifyError", `Unable to stringify response body: ${error.message}`));
        return;
      }
      finish({ body });
    },
    /** Bytes of a streaming handler. */
    succeedWith: (body, contentType) => {
      if (!done) finish({ body, contentType });
    },
    fail: (thrown) => {
      if (done) return;
      console.error("Invoke Error", formatError(thrown));
      finish({ error: describeError(thrown) });
    },
    drained: (isAsync) => {
      // A handler that forgot its callback answers null; one whose promise can no longer settle has failed.
      if (isAsync) settle.fail(runtimeError("NodeJsExit", "a Promise that was never settled"));
      else settle.succeed(null);
    },
  };
  return settle;
}

/** The callback and the members of the context that existed up to Node.js 22. */
function addCallbacks(context, settle) {
  let waitsForEmptyEventLoop = true;
  const done = (error, result) => {
    if (error !== undefined && error !== null) settle.fail(error);
    else settle.succeed(result);
  };
  Object.defineProperty(context, "callbackWaitsForEmptyEventLoop", {
    configurable: true,
    enumerable: true,
    get: () => waitsForEmptyEventLoop,
    set: (value) => {
      waitsForEmptyEventLoop = value;
    },
  });
  context.done = done;
  context.succeed = (result) => done(null, result);
  context.fail = (error) => done(error ?? "handled");
  return (error, result) => {
    if (!waitsForEmptyEventLoop || (error !== undefined && error !== null)) done(error, result);
    else onDrained = () => setImmediate(() => settle.succeed(result));
  };
}

module.exports = {
  runHandler,
  /** The event loop has nothing left to do. */
  drained: () => {
    const call = onDrained;
    onDrained = undefined;
    call?.();
  },
};
