// Compiles the JavaScript of one function's package, and runs none of it: what V8 makes of each file is written as an
// entry of Node.js's own compile cache, which environments get to read. Started by Lambent beside its server, under the
// Node.js that the function runs on: `node --experimental-vm-modules node.cjs TREE INTO SHOWN`.
"use strict";
const { mkdirSync, readdirSync, readFileSync, realpathSync, statSync, linkSync, writeFileSync } = require("node:fs");
const { enableCompileCache } = require("node:module");
const { setPriority, constants } = require("node:os");
const { dirname, extname, join } = require("node:path");
const { pathToFileURL } = require("node:url");
const v8 = require("node:v8");
const vm = require("node:vm");
const { crc32 } = require("node:zlib");

/** Less is compiled in no time. */
const leastBytes = 1024;
const mostFileBytes = 8 * 1024 * 1024;
const mostBytes = 16 * 1024 * 1024;
const mostFiles = 4000;
/** The user inside a container; Node.js keeps the caches of users apart. */
const guestUid = 993;

// src/compile_cache.cc of Node.js: the kinds of entries, and what an entry begins with.
const kinds = { commonjs: 0, module: 1 };
const entryMark = 0x8adfdbb2;
const entryHeaderBytes = 20;

/** What Node.js wraps a CommonJS module in. */
const parameters = ["exports", "require", "module", "__filename", "__dirname"];
/** Where V8 keeps, in what it has cached, which flags it was made with. */
const flagHash = { at: 12, end: 16 };

function compileAll(tree, into, shown) {
  const root = realpathSync(tree);
  const folders = openFolders(into);
  let leftBytes = mostBytes;
  for (const path of filesOf(root)) {
    const { size } = statSync(path);
    if (size < leastBytes || size > Math.min(mostFileBytes, leftBytes)) continue;
    const source = readFileSync(path);
    const compiled = compile(source.toString(), path, root);
    if (compiled === undefined) continue;
    leftBytes -= size;
    write(folders, { source, ...compiled }, [path, join(shown, path.slice(root.length))]);
  }
}

/** Node.js names them by its version, V8's and the user: this one, and the one inside a container. */
function openFolders(into) {
  enableCompileCache(into);
  const [name] = readdirSync(into);
  const names = new Set([name, name.replace(/-\d+$/, `-${guestUid}`)]);
  return Array.from(names, (each) => mkdirSync(join(into, each), { recursive: true }) ?? join(into, each));
}

/** The function's own first, then those of packages. Links are followed by nobody: they may lead anywhere. */
function filesOf(root) {
  const [own, packages] = [[], []];
  const walk = (folder, isPackage) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path, isPackage || entry.name === "node_modules");
      else if (entry.isFile() && [".js", ".cjs", ".mjs"].includes(extname(path))) (isPackage ? packages : own).push(path);
    }
  };
  walk(root, false);
  return [...own, ...packages].slice(0, mostFiles);
}

/** `{ kind, data }`; undefined of what is no JavaScript. */
function compile(text, path, root) {
  for (const kind of kindsOf(path, root)) {
    try {
      return { kind, data: kind === kinds.module ? compileModule(text, path) : compileCommonJs(text, path) };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return undefined;
}

/** Which to try: without a word from anybody Node.js takes for a module what is no CommonJS. */
function kindsOf(path, root) {
  if (path.endsWith(".mjs")) return [kinds.module];
  if (path.endsWith(".cjs")) return [kinds.commonjs];
  const type = typeOf(dirname(path), root);
  return type === undefined ? [kinds.commonjs, kinds.module] : [type === "module" ? kinds.module : kinds.commonjs];
}

/** `type` of the nearest package.json. */
function typeOf(folder, root) {
  for (let at = folder; at.length >= root.length; at = dirname(at)) {
    let manifest;
    try {
      manifest = readFileSync(join(at, "package.json"), "utf8");
    } catch {
      continue;
    }
    try {
      return JSON.parse(manifest).type;
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/** Every function of it, also those that V8 would compile when they are first called. */
function compileModule(text, path) {
  const module = whole(() => new vm.SourceTextModule(text, { identifier: pathToFileURL(path).href }));
  return module.createCachedData();
}

function compileCommonJs(text, path) {
  const options = { filename: path, produceCachedData: true };
  const data = whole(() => vm.compileFunction(text, parameters, options).cachedData);
  // It says that it was made to compile everything, which whoever reads it is not told to: what it says of that is all
  // that differs.
  plain().copy(data, flagHash.at, flagHash.at, flagHash.end);
  const { cachedDataRejected } = vm.compileFunction(text, parameters, { filename: path, cachedData: data });
  return cachedDataRejected ? vm.compileFunction(text, parameters, options).cachedData : data;
}

function whole(compileIt) {
  v8.setFlagsFromString("--no-lazy");
  try {
    return compileIt();
  } finally {
    v8.setFlagsFromString("--lazy");
  }
}

const plain = () => vm.compileFunction("", parameters, { produceCachedData: true }).cachedData;

/** One entry, under the name of each path by which the file may be loaded. */
function write(folders, { source, kind, data }, paths) {
  const header = Buffer.alloc(entryHeaderBytes);
  for (const [index, value] of [entryMark, source.length, data.length, crc32(source), crc32(data)].entries()) header.writeUInt32LE(value >>> 0, index * 4);
  const [first, ...others] = folders.flatMap((folder) => paths.map((path) => join(folder, nameOf(kind, path))));
  writeFileSync(first, Buffer.concat([header, data]), { mode: 0o444 });
  for (const other of others) linkSync(first, other);
}

function nameOf(kind, path) {
  const key = kind === kinds.module ? pathToFileURL(path).href : path;
  return (crc32(key, crc32(Buffer.from([kind]))) >>> 0).toString(16).padStart(8, "0");
}

setPriority(constants.priority.PRIORITY_LOW);
const [tree, into, shown] = process.argv.slice(2);
compileAll(tree, into, shown);
// Not by the way on which Node.js would write what it has compiled of this program.
process.reallyExit(0);
