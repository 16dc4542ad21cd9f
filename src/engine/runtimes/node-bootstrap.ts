// Our Node.js bootstrap as one file: to find, open and read ten costs two of the twenty milliseconds of a start.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The file that starts. */
const entry = "bootstrap.cjs";

/** Of a folder of CommonJS files that require each other by `./name.cjs`: the text of one that does the same as its entry. */
export async function bundleBootstrap(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".cjs")).sort();
  const parts = await Promise.all(
    names.map(async (name) => `${JSON.stringify(`./${name}`)}: (module, require) => {\n${await readFile(join(folder, name), "utf8")}}`),
  );
  // A part runs when it is required first, as a file does. What is no part is Node.js's to find.
  return `"use strict";
const parts = {
__proto__: null,
${parts.join(",\n")}
};
const loaded = { __proto__: null };
const load = (name) => {
  const part = parts[name];
  if (part === undefined) return require(name);
  if (loaded[name] === undefined) part((loaded[name] = { exports: {} }), load);
  return loaded[name].exports;
};
for (const name of ["resolve", "main", "cache"]) load[name] = require[name];
load("./${entry}");
`;
}
