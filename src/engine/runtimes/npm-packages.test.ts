import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bringPackages, packageState } from "./npm-packages.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lambent-packages-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Says its version, and what it finds of others. */
const put = (path: string, version: string, more: { readonly dependencies?: Record<string, string>; readonly main?: string; readonly mode?: number } = {}): string => {
  const folder = join(root, "host", path);
  mkdirSync(join(folder, "dist-types"), { recursive: true });
  const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version, main: "main.js", dependencies: more.dependencies }));
  writeFileSync(join(folder, "main.js"), more.main ?? `module.exports = "${name} ${version}"`, { mode: more.mode ?? 0o644 });
  writeFileSync(join(folder, "dist-types", "main.d.ts"), "");
  return folder;
};

test("brings packages with the versions of their dependencies that each of them finds, and nothing else", async () => {
  const uses = { dependencies: { dep: "*", absent: "*" }, main: `module.exports = "with " + require("dep")` };
  const one = put("node_modules/@aws-sdk/one", "1.0.0", uses);
  const two = put("node_modules/@aws-sdk/two", "1.0.0", uses);
  put("node_modules/dep", "3.0.0", { mode: 0o600 });
  put("node_modules/@aws-sdk/two/node_modules/dep", "2.0.0");
  put("node_modules/private", "1.0.0");
  const staging = join(root, "staging");
  await bringPackages(staging, new Map([["node_modules/@aws-sdk/one", one], ["node_modules/@aws-sdk/two", two]]));
  // Wherever it is shown, and without what it was made from.
  cpSync(staging, join(root, "shown"), { recursive: true, verbatimSymlinks: true });
  rmSync(join(root, "host"), { recursive: true });
  rmSync(staging, { recursive: true });
  const require = createRequire(join(root, "shown", "bootstrap.cjs"));
  expect([require("@aws-sdk/one"), require("@aws-sdk/two")]).toEqual(["with dep 3.0.0", "with dep 2.0.0"]);
  for (const name of ["dep", "private"]) expect(() => require(name)).toThrow(/Cannot find module/);
  const folder = dirname(require.resolve("@aws-sdk/one"));
  expect(existsSync(join(folder, "dist-types"))).toBe(false);
  expect(statSync(join(folder, "..", "..", "dep", "main.js")).mode & 0o777).toBe(0o644);
});

test("tells when a package was replaced by another version", async () => {
  const folder = put("node_modules/one", "1.0.0");
  const before = await packageState(folder);
  expect(await packageState(folder)).toBe(before);
  await new Promise((resolve) => setTimeout(resolve, 5));
  put("node_modules/one", "1.0.1");
  expect(await packageState(folder)).not.toBe(before);
});
