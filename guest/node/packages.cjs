// Where a function's packages come from: its own code, then layers, then the AWS SDK of the runtime, and nowhere else.
// `require` gets there by NODE_PATH; `import` ignores NODE_PATH, so that a resolve hook does it, as on AWS.
"use strict";
const { existsSync, readFileSync, realpathSync } = require("node:fs");
const Module = require("node:module");
const { dirname, join, sep } = require("node:path");
const { fileURLToPath, pathToFileURL } = require("node:url");

/** `@scope/name` or `name` of a specifier that is neither a path nor a URL nor built in. */
const barePattern = /^(?:@[^/@:]+\/)?[^./@:#][^/:]*(?=\/|$)/;
const sdkPattern = /^@(?:aws-sdk|smithy)\//;

/** Of the function whose code this process loads; another one's when it has stood by. */
let search;

function preparePackages({ LAMBDA_TASK_ROOT: taskRoot, NODE_PATH: nodePath = "" }) {
  const isFirst = search === undefined;
  search = createSearch(taskRoot, nodePath);
  if (!isFirst) return;
  confineRequire();
  if (Module.registerHooks === undefined) prepareThread();
  else Module.registerHooks({ resolve: (specifier, context, next) => search.resolve(specifier, context, next) });
}

/**
 * Node.js 20 has hooks only on a thread of their own, which costs twenty-five milliseconds: it starts when an ES
 * module may import a package, or a CommonJS one imports anything.
 */
function prepareThread() {
  const { mayImportPackages } = require("./packages-scan.cjs");
  const { _resolveFilename: resolveFilename } = Module;
  Module._resolveFilename = function resolveWithAdvice(request, ...rest) {
    return withAdvice(request, () => resolveFilename.call(this, request, ...rest));
  };
  const compile = Module.prototype._compile;
  let started = false;
  const startThread = () => {
    if (started) return;
    started = true;
    Module.prototype._compile = compile;
    const { taskRoot, nodePath } = search;
    Module.register("./packages-thread.mjs", pathToFileURL(__filename), { data: { taskRoot, nodePath } });
  };
  beforeImport = (file) => {
    if (mayImportPackages(file)) startThread();
  };
  Module.prototype._compile = function compileAndLook(content, ...rest) {
    if (content.includes("import(")) startThread();
    return compile.call(this, content, ...rest);
  };
}

let beforeImport = () => undefined;

/** `resolve` of a hook; `next` may answer plainly or with a promise. */
function createSearch(taskRoot, nodePath) {
  const root = realpathSync(taskRoot) + sep;
  const folders = nodePath.split(":").filter((folder) => folder.endsWith(`${sep}node_modules`));

  const resolve = (specifier, context, next) => {
    const name = barePattern.exec(specifier)?.[0];
    if (name === undefined || Module.isBuiltin(specifier)) return next(specifier, context);
    const isRequire = context.conditions?.includes("require") === true;
    if (isRequire) return withAdvice(name, () => next(specifier, context));
    if (context.parentURL?.startsWith("file:") !== true) return next(specifier, context);
    const parent = fileURLToPath(context.parentURL);
    if (isAround(parent, name)) return next(specifier, context);
    const fallback = folders.find((folder) => existsSync(join(folder, name)));
    if (fallback === undefined) throw notFound(name, parent);
    // Node.js looks into `node_modules` above a parent: any name in the folder that holds it will do.
    return next(specifier, { ...context, parentURL: pathToFileURL(join(dirname(fallback), "fallback.mjs")).href });
  };

  /** Whether a node_modules above the importing file has it, or the file's own package is it. */
  const isAround = (parent, name) => {
    // Of what lies around the code's folder on the host, the code sees nothing.
    const end = parent.startsWith(root) ? root : sep;
    let folder = dirname(parent);
    while (`${folder}${sep}`.startsWith(end)) {
      if (existsSync(join(folder, "node_modules", name)) || ownName(folder) === name) return true;
      if (folder === dirname(folder)) return false;
      folder = dirname(folder);
    }
    return false;
  };
  return { taskRoot, nodePath, root, resolve };
}

function ownName(folder) {
  const file = join(folder, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).name : undefined;
}

function notFound(name, parent) {
  const error = new Error(`Cannot find package '${name}' imported from ${parent}${advice(name)}`);
  error.code = "ERR_MODULE_NOT_FOUND";
  // As Node.js heads the traces of its own errors.
  error.stack = error.stack.replace("Error", `Error [${error.code}]`);
  return error;
}

function withAdvice(request, resolve) {
  try {
    return resolve();
  } catch (error) {
    const name = barePattern.exec(request)?.[0];
    if (error?.code === "MODULE_NOT_FOUND" && name !== undefined) error.message += advice(name);
    throw error;
  }
}

/** On AWS every client is there; here those that the server needs itself, and what was added. */
function advice(name) {
  if (!sdkPattern.test(name)) return "";
  return `\nLambent has no copy of ${name} for its runtimes: run "lambent runtimes add ${name}" and deploy the function again, or package it with the function.`;
}

/**
 * Without a mount namespace the code lies somewhere in the host's folders, and whatever `node_modules` is above it would
 * be found, which works here and fails on AWS.
 */
function confineRequire() {
  const lookUp = Module._nodeModulePaths;
  Module._nodeModulePaths = (from) => {
    const { root } = search;
    const paths = lookUp.call(Module, from);
    return `${from}${sep}`.startsWith(root) ? paths.filter((path) => path.startsWith(root)) : paths;
  };
}

module.exports = { preparePackages, createSearch, prepareImport: (file) => beforeImport(file) };
