// The Node.js runtime of a managed function: boots, loads the handler, answers events until the host has gone.
// CommonJS, since an ES module as entry point costs one to two milliseconds more of every cold start.
"use strict";
const { accessSync, constants } = require("node:fs");
const Module = require("node:module");
const channel = require("./channel.cjs");
const { configureConsole, logError, patchConsole, setInvoke } = require("./console.cjs");
const { buildContext } = require("./context.cjs");
const { isOldClient, reportOf, runtimeError } = require("./errors.cjs");
const { loadHandler } = require("./handler.cjs");
const { addEventLoopSwitch, drained, runHandler, whenDrained } = require("./invoke.cjs");
const { preparePackages } = require("./packages.cjs");

// Exit codes of AWS's runtime.
const exitOnRejection = 128;
const exitOnException = 129;

/** What INVOKE said of the invoke that runs or ran last; undefined before the first. */
let current;
/** Whether the host waits for an answer: to the init or to an invoke. */
let isAwaited = true;
/** Of the invoke that runs, when it streams. */
let responseStream;
/** awslambda.cjs, once the function has asked for it. */
let lambdaGlobal;
/** response-stream.cjs of a function that streams. */
let streaming;

/** What is the same for all functions. */
function boot(environment) {
  patchConsole(environment);
  process.on("uncaughtException", (error) => crash("Uncaught Exception", error, exitOnException));
  process.on("unhandledRejection", (reason, promise) =>
    crash("Unhandled Promise Rejection", rejectionError(reason, promise), exitOnRejection),
  );
  process.on("beforeExit", drained);
}

/** Makes the booted process that of one function. */
function specialise(environment) {
  configureConsole(environment);
  if (!["1", "true"].includes(environment.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA)) offerGlobal();
  preparePackages(environment);
  useCompiled(environment);
}

/** What Lambent has compiled of the package ahead. It is read and never written: by no function for any other. */
function useCompiled(environment) {
  const directory = environment._LAMBENT_COMPILED;
  delete environment._LAMBENT_COMPILED;
  if (directory === undefined || Module.enableCompileCache === undefined) return;
  const newest = Number(process.versions.node.split(".")[0]) >= 26;
  // Older ones write what they compile at their end, if they can.
  if (newest) Module.enableCompileCache({ directory, readOnly: true });
  else if (!isWritable(directory)) Module.enableCompileCache(directory);
}

function isWritable(directory) {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Loaded when somebody asks: few functions do. The SDK also assigns it. */
function offerGlobal() {
  Object.defineProperty(globalThis, "awslambda", {
    configurable: true,
    enumerable: true,
    get: () => {
      lambdaGlobal = require("./awslambda.cjs");
      if (current !== undefined) lambdaGlobal.beginInvoke(current);
      keepGlobal(lambdaGlobal.awslambda);
      return lambdaGlobal.awslambda;
    },
    set: keepGlobal,
  });
}

function keepGlobal(value) {
  Object.defineProperty(globalThis, "awslambda", { configurable: true, enumerable: true, writable: true, value });
}

function rejectionError(reason, promise) {
  return Object.assign(runtimeError("UnhandledPromiseRejection", String(reason)), { reason, promise });
}

/** Nothing of the function is to be trusted after this: the environment ends. */
function crash(title, error, exitCode) {
  logError(title, error);
  if (isAwaited && responseStream !== undefined) {
    responseStream.fail(error, () => process.exit(exitCode));
    return;
  }
  if (isAwaited && current === undefined) channel.sendInitError(reportOf(error));
  else if (isAwaited) channel.sendLastError(current.requestId, reportOf(error));
  process.exit(exitCode);
}

/** Started ahead of its environment: boots, waits, and is then what a process would be that was started for it. */
async function standBy(environment) {
  const { LAMBENT_PRELOAD: modules } = environment;
  delete environment.LAMBENT_STANDBY;
  delete environment.LAMBENT_PRELOAD;
  if (modules !== undefined) loadAhead(modules.split(","));
  await rehearse();
  channel.sendBooted();
  const received = channel.readVariables();
  if (received === undefined) process.exit(0);
  for (const [name, value] of Object.entries(received.variables)) {
    if (value === null) delete environment[name];
    else environment[name] = value;
  }
  process.chdir(received.cwd);
  // Of NODE_PATH and HOME.
  Module._initPaths();
}

/** Of Node.js's own modules those that the code will ask for. `assert`, which comes along, asks for a stream to look at. */
function loadAhead(names) {
  const stream = Object.getOwnPropertyDescriptor(process, "stderr");
  Object.defineProperty(process, "stderr", { ...stream, get: () => ({ isTTY: false }) });
  for (const name of names) require(name);
  Object.defineProperty(process, "stderr", stream);
}

/** Loads and runs functions of nothing, and leaves no trace of them: what is called first then is compiled already. */
async function rehearse() {
  const { children } = require.main;
  const { length } = children;
  const known = new Set(Object.keys(require.cache));
  specialise({ LAMBDA_TASK_ROOT: __dirname, AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA: "1" });
  // Older ones read modules by threads that they start for it, which functions would find.
  if (Module.registerHooks === undefined) await import("data:text/javascript,");
  for (const name of Module.registerHooks === undefined ? ["rehearsal-plain"] : ["rehearsal-plain", "rehearsal-module"]) {
    const loaded = await loadHandler(__dirname, `${name}.handler`);
    await new Promise((resolve) => runHandler(loaded, {}, {}, resolve));
  }
  for (const path of Object.keys(require.cache)) if (!known.has(path)) delete require.cache[path];
  children.length = length;
}

async function run(environment) {
  boot(environment);
  // Awaited in any case: the stack of what follows is the same.
  await (environment.LAMBENT_STANDBY === undefined ? undefined : standBy(environment));
  specialise(environment);
  await start(environment);
}

async function start(environment) {
  let loaded;
  try {
    loaded = await loadHandler(environment.LAMBDA_TASK_ROOT, environment._HANDLER);
  } catch (error) {
    crash(isOldClient ? "Uncaught Exception" : "Init Error", error, exitOnException);
  }
  if (loaded.streams) streaming = require("./response-stream.cjs");
  isAwaited = false;
  channel.sendNext();
  serve(loaded);
}

/** A debugger, and an extension inside, are answered by the event loop: where there is one, that runs on between invokes. */
let runsOn = process.execArgv.some((argument) => argument.startsWith("--inspect"));

function serve(loaded) {
  if (runsOn) channel.whenReadable(() => answerNext(loaded));
  else answerNext(loaded);
}

function answerNext(loaded) {
  const received = channel.readInvoke();
  if (received === undefined) {
    hostGone();
    return;
  }
  if (received === "release") {
    runsOn = true;
    serve(loaded);
    return;
  }
  const { meta, body } = received;
  current = meta;
  isAwaited = true;
  lambdaGlobal?.beginInvoke(meta);
  setInvoke(meta);
  if (meta.traceId === undefined) delete process.env._X_AMZN_TRACE_ID;
  else process.env._X_AMZN_TRACE_ID = meta.traceId;
  const serveOne = loaded.streams ? serveStreaming : serveWhole;
  serveOne(loaded, JSON.parse(body), buildContext(meta, process.env));
}

function serveWhole(loaded, event, context) {
  const { requestId } = current;
  runHandler(loaded, event, context, ({ body, report }) => {
    isAwaited = false;
    if (report === undefined) channel.sendResponse(requestId, body);
    else channel.sendError(requestId, report);
    // One turn of the event loop for what the handler left behind, then all stands still until the next event.
    setImmediate(serve, loaded);
  });
}

async function serveStreaming(loaded, event, context) {
  const waits = isOldClient ? addEventLoopSwitch(context) : () => false;
  const goOn = () => channel.closeStream(() => setImmediate(serve, loaded));
  responseStream = new streaming.ResponseStream(current.requestId, loaded.highWaterMark);
  await streaming.runStreaming(loaded.handler, event, context, responseStream);
  responseStream = undefined;
  isAwaited = false;
  if (waits()) whenDrained(goOn);
  else goOn();
}

/** A function that asked for SIGTERM gets the time that its sandbox grants; others end now. */
function hostGone() {
  if (process.listenerCount("SIGTERM") === 0) process.exit(0);
  setTimeout(() => process.exit(0), 2000);
}

void run(process.env);
