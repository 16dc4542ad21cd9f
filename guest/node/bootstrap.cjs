// The Node.js runtime of a managed function: boots, loads the handler, answers events until the host has gone.
// CommonJS, since an ES module as entry point costs one to two milliseconds more of every cold start.
"use strict";
const channel = require("./channel.cjs");
const { patchConsole, setRequestId } = require("./console.cjs");
const { buildContext } = require("./context.cjs");
const { describeError, formatError, runtimeError } = require("./errors.cjs");
const { loadHandler } = require("./handler.cjs");
const { drained, runHandler } = require("./invoke.cjs");
const { preparePackages } = require("./packages.cjs");

// Exit codes of AWS's runtime.
const exitOnRejection = 128;
const exitOnException = 129;

/** What INVOKE said of the invoke that runs, if one does. */
let current;
/** awslambda.cjs once it is loaded. */
let streaming;

function boot() {
  patchConsole();
  process.on("uncaughtException", (error) => crash("Uncaught Exception", error, exitOnException));
  process.on("unhandledRejection", (reason) =>
    crash("Unhandled Promise Rejection", rejectionError(reason), exitOnRejection),
  );
  process.on("beforeExit", drained);
}

/** Loaded when somebody asks: few functions do. The SDK also assigns it. */
function offerStreaming() {
  Object.defineProperty(globalThis, "awslambda", {
    configurable: true,
    enumerable: true,
    get: () => {
      streaming = require("./awslambda.cjs");
      if (current !== undefined) streaming.beginInvoke(current);
      keepGlobal(streaming.awslambda);
      return streaming.awslambda;
    },
    set: keepGlobal,
  });
}

function keepGlobal(value) {
  Object.defineProperty(globalThis, "awslambda", { configurable: true, enumerable: true, writable: true, value });
}

function rejectionError(reason) {
  const error = runtimeError("UnhandledPromiseRejection", String(reason));
  error.reason = reason;
  return error;
}

/** Nothing of the function is to be trusted after this: the environment ends. */
function crash(title, error, exitCode) {
  console.error(title, formatError(error));
  const payload = describeError(error);
  const body = JSON.stringify(payload);
  if (current === undefined) channel.sendInitError(payload.errorType, body);
  else channel.sendLastError(current.requestId, payload.errorType, body);
  process.exit(exitCode);
}

/** Makes the booted process that of one function. */
function specialise(environment) {
  if (environment.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA !== "1") offerStreaming();
  preparePackages(environment);
}

async function start(environment) {
  let loaded;
  try {
    loaded = await loadHandler(environment.LAMBDA_TASK_ROOT, environment._HANDLER);
  } catch (error) {
    crash("Uncaught Exception", error, exitOnException);
  }
  channel.sendNext();
  serve(loaded);
}

function serve(loaded) {
  const received = channel.readInvoke();
  if (received === undefined) {
    hostGone();
    return;
  }
  const { meta, body } = received;
  current = meta;
  streaming?.beginInvoke(meta);
  setRequestId(meta.requestId);
  if (meta.traceId === undefined) delete process.env._X_AMZN_TRACE_ID;
  else process.env._X_AMZN_TRACE_ID = meta.traceId;
  const context = buildContext(meta, process.env);
  runHandler(loaded, JSON.parse(body), context, (outcome) => {
    if (outcome.error === undefined) channel.sendResponse(meta.requestId, outcome.body, outcome.contentType);
    else channel.sendError(meta.requestId, outcome.error.errorType, JSON.stringify(outcome.error));
    // One turn of the event loop for what the handler left behind, then all stands still until the next event.
    setImmediate(serve, loaded);
  });
}

/** A function that asked for SIGTERM gets the time that its sandbox grants; others end now. */
function hostGone() {
  if (process.listenerCount("SIGTERM") === 0) process.exit(0);
  setTimeout(() => process.exit(0), 2000);
}

boot();
specialise(process.env);
void start(process.env);
