// Whether an ES module may import a package that is not in the function's own code. For Node.js 20 only, where being
// ready for that costs more than starting Node.js does. Looks at text, not at syntax: a wrong yes only costs time.
"use strict";
const { readFileSync } = require("node:fs");
const { isBuiltin } = require("node:module");
const { dirname, resolve } = require("node:path");

const importPattern = /\b(?:from|import)\s*(\()?\s*(?:(["'])([^"'\n]+)\2)?/g;

function mayImportPackages(file, seen = new Set()) {
  if (seen.has(file)) return false;
  seen.add(file);
  let text;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // Not there, or a folder: Node.js will say what is wrong.
    return false;
  }
  for (const [, call, , specifier] of text.matchAll(importPattern)) {
    // import(name): anything may come.
    if (specifier === undefined && call !== undefined) return true;
    if (specifier === undefined || isBuiltin(specifier)) continue;
    if (!specifier.startsWith(".")) return true;
    if (mayImportPackages(resolve(dirname(file), specifier), seen)) return true;
  }
  return false;
}

module.exports = { mayImportPackages };
