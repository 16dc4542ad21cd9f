// What is compiled ahead: made by Node.js from the files of a package, read by another Node.js, and passed over where it
// does not fit.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { systemIds } from "../../core/ids.ts";
import { createNodeLanguage } from "../runtimes/node.ts";
import { CompiledCode, compiledFolder, type CompilingRuntime } from "./compiled-code.ts";

const folder = mkdtempSync(join(tmpdir(), "lambent-compiled-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const code = { sha256: "ab", sizeBytes: 100_000, unzippedBytes: 200_000 };
const padding = `// ${"x".repeat(2000)}\n`;
const marker = join(folder, "ran");
let tree = "";
let failures: unknown[] = [];

beforeEach(() => {
  tree = mkdtempSync(join(folder, "tree-"));
  failures = [];
  rmSync(marker, { force: true });
});

async function nodeRuntime(): Promise<CompilingRuntime> {
  const host = { directory: folder, searchPath: [], homeDirectory: folder, log: { warn: () => {} } };
  const [found] = await createNodeLanguage(host).find("nodejs26.x");
  const opened = await found?.open();
  return { versionHash: "c".repeat(64), ...(opened?.compiler === undefined ? {} : { compiler: opened.compiler }) };
}

const openCompiled = (): CompiledCode =>
  new CompiledCode({ trees: { hold: async () => ({ path: tree, release: () => {} }) }, ids: systemIds, onFailed: (error) => failures.push(error) });

/** Compiles the tree; returns the folder that environments are shown. */
async function compile(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(tree, name), text);
  const [compiled, runtime] = [openCompiled(), await nodeRuntime()];
  expect(compiled.find(runtime, tree)).toBeUndefined();
  compiled.wish(runtime, tree, code);
  await compiled.settled();
  expect(failures).toEqual([]);
  return compiled.find(runtime, tree) ?? "";
}

/** What Node.js says of its cache while it loads the file, and what the file says. */
const loaded = (name: string, compiled: string): string => {
  const script = `require("node:module").enableCompileCache({ directory: ${JSON.stringify(compiled)}, readOnly: true }); import(${JSON.stringify(join(tree, name))});`;
  return execFileSync("/bin/sh", ["-c", '"$0" -e "$1" 2>&1', process.execPath, script], { env: { NODE_DEBUG_NATIVE: "COMPILE_CACHE" } }).toString();
};

describe("code that was compiled ahead", () => {
  test.each([
    ["index.js", `${padding}console.log("loaded", (() => typeof require)());`, "CommonJS"],
    ["index.cjs", `${padding}console.log("loaded", (() => typeof require)());`, "CommonJS"],
    ["index.mjs", `${padding}export const x = 1; console.log("loaded", (() => x)());`, "ESM"],
  ])("%s is taken by Node.js as if it had compiled it itself", async (name, text, kind) => {
    const compiled = await compile({ [name]: text });
    const said = loaded(name, compiled);
    expect(said).toContain("loaded");
    expect(said).toMatch(new RegExp(`V8 code cache for ${kind} \\S*${name} was accepted`));
  });

  test("is made without running any of it", async () => {
    await compile({ "index.js": `${padding}require("node:fs").writeFileSync(${JSON.stringify(marker)}, "");`, "broken.js": `${padding}this is no JavaScript` });
    expect(existsSync(marker)).toBe(false);
    execFileSync(process.execPath, [join(tree, "index.js")]);
    expect(existsSync(marker)).toBe(true);
  });

  test("is passed over where it is broken, or of other code", async () => {
    const compiled = await compile({ "index.js": `${padding}console.log("loaded");` });
    for (const version of readdirSync(compiled)) {
      for (const entry of readdirSync(join(compiled, version))) {
        const path = join(compiled, version, entry);
        const bytes = readFileSync(path);
        bytes.fill(0x41, 200, 300);
        rmSync(path);
        writeFileSync(path, bytes);
      }
    }
    expect(loaded("index.js", compiled)).toMatch(/loaded/);
    expect(loaded("index.js", compiled)).not.toContain("was accepted");

    writeFileSync(join(tree, "index.js"), `${padding}console.log("other");`);
    expect(loaded("index.js", compiled)).toContain("other");
  });

  test("is not made of packages that are compiled in no time, nor twice", async () => {
    writeFileSync(join(tree, "index.js"), padding);
    const runtime = await nodeRuntime();
    let count = 0;
    const counting: CompilingRuntime = {
      ...runtime,
      compiler: (request) => {
        count += 1;
        return runtime.compiler?.(request) ?? { program: "/bin/false", args: [] };
      },
    };
    const compiled = openCompiled();
    compiled.wish(counting, tree, { ...code, sizeBytes: 300 });
    for (let times = 0; times < 3; times += 1) compiled.wish(counting, tree, code);
    await compiled.settled();
    expect(count).toBe(1);
    // Another server over the same folder finds it.
    expect(openCompiled().find(runtime, tree)).toBe(compiled.find(runtime, tree));
  });

  test("is made again when it has gone with its tree", async () => {
    writeFileSync(join(tree, "index.js"), padding);
    const [compiled, runtime] = [openCompiled(), await nodeRuntime()];
    for (let times = 0; times < 2; times += 1) {
      compiled.wish(runtime, tree, code);
      await compiled.settled();
      expect(compiled.find(runtime, tree)).toBeDefined();
      rmSync(compiledFolder(tree), { recursive: true, force: true });
      expect(compiled.find(runtime, tree)).toBeUndefined();
    }
  });

  test("is done without where it cannot be made", async () => {
    const compiled = openCompiled();
    const runtime: CompilingRuntime = { versionHash: "d".repeat(64), compiler: () => ({ program: "/bin/false", args: [] }) };
    compiled.wish(runtime, tree, code);
    await compiled.settled();
    expect(failures).toHaveLength(1);
    expect(compiled.find(runtime, tree)).toBeUndefined();
    expect(readdirSync(compiledFolder(tree))).toEqual([]);
  });
});
