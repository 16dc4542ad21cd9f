// Finds and loads the function that `_HANDLER` names, in the order in which AWS's runtime looks.
"use strict";
const { existsSync, readFileSync, statSync } = require("node:fs");
const { basename, dirname, join, resolve } = require("node:path");
const { isOldClient, runtimeError } = require("./errors.cjs");
const { prepareImport } = require("./packages.cjs");

const streaming = Symbol.for("aws.lambda.runtime.handler.streaming");
const waterMark = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");
const removedCallbacks =
  "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. " +
  "You need to modify this function to use a supported handler signature to use Node.js 24 or later. " +
  "For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.";

const plannedRemoval =
  "AWS Lambda plans to remove support for callback-based function handlers starting with Node.js 24. You will need to " +
  "update this function to use an async handler to use Node.js 24 or later. For more information and to provide " +
  "feedback on this change, see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/issues/137. " +
  "To disable this warning, set the AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING environment variable.";

/** `{ handler, streams, highWaterMark, isAsync }`; throws in AWS's error types. */
async function loadHandler(taskRoot, name) {
  if (name.includes("..")) {
    throw runtimeError(
      "MalformedHandlerName",
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const file = basename(name);
  const [, module, path] = /^([^.]*)\.(.*)$/s.exec(file) ?? [];
  if (path === undefined) throw runtimeError("MalformedHandlerName", "Bad handler");
  const folder = name.slice(0, name.length - file.length);
  const exported = await loadModule(taskRoot, folder, module);
  // A default export with handlers is looked into by newer clients only.
  const handler = memberOf(exported, path) ?? (isOldClient ? undefined : memberOf(exported?.default, path));
  if (!handler) throw runtimeError("HandlerNotFound", `${name} is undefined or not exported`);
  if (typeof handler !== "function") throw runtimeError("HandlerNotFound", `${name} is not a function`);
  return describeHandler(handler);
}

const memberOf = (value, path) => path.split(".").reduce((nested, key) => nested?.[key], value);

function describeHandler(handler) {
  const isAsync = handler.constructor?.name === "AsyncFunction";
  const streams = Boolean(handler[streaming]);
  if (streams && handler[streaming] !== "response") {
    throw runtimeError("MalformedStreamingHandler", "Only response streaming is supported.");
  }
  if (!streams && handler.length >= 3 && !isOldClient) {
    throw runtimeError("CallbackHandlerDeprecated", removedCallbacks);
  }
  if (!streams && !isAsync && handler.length === 3 && process.env.AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING === undefined) {
    console.warn(plannedRemoval);
  }
  return { handler, streams, highWaterMark: Number(handler[waterMark]) || undefined, isAsync };
}

async function loadModule(taskRoot, folder, module) {
  try {
    return await findModule(taskRoot, folder, module);
  } catch (error) {
    // What `import` does not find is an error as any other.
    if (error?.code === "MODULE_NOT_FOUND") throw runtimeError("ImportModuleError", withoutOwnFiles(`${error.name}: ${error.message}`));
    throw error instanceof SyntaxError ? syntaxError(error) : error;
  }
}

/** The files through which we have asked for a module are not the function's: of its stack remain those that are. */
function withoutOwnFiles(message) {
  return message
    .split("\n")
    .filter((line) => !line.startsWith(`- ${__dirname}`))
    .join("\n");
}

function syntaxError(original) {
  const error = runtimeError("UserCodeSyntaxError", original);
  if (!isOldClient) error.stack = original.stack;
  return error;
}

function findModule(taskRoot, folder, module) {
  const path = resolve(taskRoot, folder, module);
  if (isFile(path)) return require(path);
  if (existsSync(`${path}.js`)) return isModulePackage(dirname(path), taskRoot) ? importFile(`${path}.js`) : require(`${path}.js`);
  if (existsSync(`${path}.mjs`)) return importFile(`${path}.mjs`);
  if (existsSync(`${path}.cjs`)) return require(`${path}.cjs`);
  if (existsSync(path)) return require(path);
  // A package that brings the handler: as Node.js would find it from the task root.
  return require(require.resolve(module, { paths: [taskRoot, resolve(taskRoot, folder)] }));
}

function isFile(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function importFile(path) {
  prepareImport(path);
  return import(require("node:url").pathToFileURL(path).href);
}

/** Whether the nearest package.json makes .js files ES modules. */
function isModulePackage(folder, taskRoot) {
  for (let at = folder; basename(at) !== "node_modules"; at = dirname(at)) {
    const file = join(at, "package.json");
    if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")).type === "module";
    if (at === taskRoot || at === dirname(at)) return false;
  }
  return false;
}

module.exports = { loadHandler };
