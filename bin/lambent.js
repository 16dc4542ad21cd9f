#!/usr/bin/env node
// In a checkout the sources run as they are, under the Node.js that npm put first on the PATH; in the package dist/ does.
import { existsSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

// Halves the start. Not in the shared temporary folder, where somebody else could plant what we then run.
module.enableCompileCache?.(join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "lambent", "compiled"));

const source = new URL("../src/cli/main.ts", import.meta.url);
if (!existsSync(source)) await import("../dist/launch.js");
else if (Number.parseInt(process.versions.node, 10) >= 26) await import(source.href);
else {
  process.stderr.write(`lambent: a checkout needs Node.js 26, this is ${process.version}: run "npm ci", then "npx lambent"\n`);
  process.exitCode = 1;
}
