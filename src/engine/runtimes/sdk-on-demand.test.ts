import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSdkOnDemand } from "./sdk-on-demand.ts";
import { namedSdkPackages, sdkNamePattern } from "./sdk-scan.ts";

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lambent-sdk-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const treeOf = async (files: Readonly<Record<string, string>>): Promise<string> => {
  const root = join(folder, `tree${++count}`);
  await mkdir(root);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
};

const polly = "@aws-sdk/client-polly";
const imports = (...names: readonly string[]): string => names.map((name) => `import ${JSON.stringify(name)};`).join("\n");

describe("the scan", () => {
  test.each([
    ["an import", { "index.mjs": `import { PollyClient } from "${polly}";` }, [polly]],
    ["a require", { "index.js": `const p = require('${polly}')` }, [polly]],
    ["a dynamic import of a path inside", { "lib/a.cjs": `import(\`${polly}/dist-cjs/index.js\`)` }, [polly]],
    ["minified code", { "index.js": `a=require("${polly}"),b=require("@aws-sdk/client-s3")` }, [polly, "@aws-sdk/client-s3"]],
    ["what a package needs itself", { "node_modules/x/index.js": imports(polly) }, []],
    ["files of other kinds", { "README.md": imports(polly), "index.ts": imports(polly) }, []],
    ["what is packaged", { "index.mjs": imports(polly, "@aws-sdk/client-sfn"), "node_modules/@aws-sdk/client-polly/package.json": "{}" }, ["@aws-sdk/client-sfn"]],
    ["other scopes", { "index.mjs": imports("left-pad", "@evil/client-polly", "@aws-sdk") }, []],
    ["longer texts", { "index.mjs": `log("${polly} is missing", '${polly}/x cannot');` }, []],
    ["symbols", { "index.js": `a=Symbol.for("@aws-sdk/reviver"),b=Symbol.for(\`@aws-sdk/reviver\`)` }, []],
    ["messages of the SDK", { "index.js": `throw Error(\`register it by calling [require("@aws-sdk/signature-v4-crt");] or [import '@aws-sdk/signature-v4-crt';].\`)` }, []],
    ["no code", {}, []],
  ])("of %s", async (_case, files: Readonly<Record<string, string>>, found) => {
    expect(await namedSdkPackages([await treeOf(files)])).toEqual(found);
  });

  test("knows what a layer packages", async () => {
    const layer = await treeOf({ "nodejs/node_modules/@aws-sdk/client-polly/package.json": "{}" });
    expect(await namedSdkPackages([await treeOf({ "index.mjs": imports(polly, "@aws-sdk/client-sfn") }), layer])).toEqual(["@aws-sdk/client-sfn"]);
  });

  const hostile = [
    "@aws-sdk/../../etc", "@aws-sdk/.bin", "@aws-sdk/-g", "@aws-sdk/a@npm:evil", "@aws-sdk/a@git+ssh://evil/a.git", "@aws-sdk/A", "@aws-sdk/a b",
    "@aws-sdk/a;b", "@aws-sdk/", "@aws-sdk/a#b", "@aws-sdk/a%2fb", "@aws-sdk/a\\n--registry=evil", "--prefix=@aws-sdk/a", "evil:@aws-sdk/a", `@aws-sdk/${"a".repeat(101)}`,
  ];
  test.each(hostile)("finds no package in %j", async (name) => {
    expect(sdkNamePattern.test(name)).toBe(false);
    expect(await namedSdkPackages([await treeOf({ "index.mjs": imports(name) })])).toEqual([]);
  });

  test("follows no link out of the tree", async () => {
    const root = await treeOf({});
    const outside = await treeOf({ "index.mjs": imports(polly) });
    await symlink(outside, join(root, "lib"));
    await symlink(join(outside, "index.mjs"), join(root, "index.mjs"));
    expect(await namedSdkPackages([root])).toEqual([]);
  });

  test("stops at a number of names that nobody needs", async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `@aws-sdk/client-x${index}`);
    expect(await namedSdkPackages([await treeOf({ "index.mjs": imports(...names) })])).toHaveLength(500);
  });
});

const onDemand = (fetch: (name: string, signal: AbortSignal) => Promise<void> = async () => {}) => {
  const installed = new Set<string>();
  const calls: string[] = [];
  const warnings: [string, object][] = [];
  const sdk = createSdkOnDemand({
    isShipped: (name) => name === "@aws-sdk/client-s3",
    isInstalled: (name) => installed.has(name),
    install: async (name, signal) => {
      calls.push(name);
      await fetch(name, signal);
      installed.add(name);
    },
    log: { warn: (fields, event) => void warnings.push([event, fields]) },
  });
  const prepare = async (source: string, signal = new AbortController().signal): Promise<boolean> => sdk.prepare([await treeOf({ "index.mjs": source })], signal);
  return { sdk, prepare, calls, warnings, installed };
};

describe("packages on demand", () => {
  test("come once, and are shown again to those who use them later", async () => {
    const { prepare, calls } = onDemand();
    expect(await Promise.all([prepare(imports(polly)), prepare(imports(polly))])).toEqual([true, true]);
    expect(await prepare(imports(polly))).toBe(true);
    expect(calls).toEqual([polly]);
  });

  test("keep no function from being deployed whose code cannot be read", async () => {
    const { sdk, warnings } = onDemand();
    expect(await sdk.prepare([join(folder, "nowhere")], new AbortController().signal)).toBe(false);
    expect(warnings.map(([event]) => event)).toEqual(["aws-sdk-not-looked-for"]);
  });

  test("ask for nothing that is shipped", async () => {
    const { prepare, calls } = onDemand();
    expect(await prepare(imports("@aws-sdk/client-s3"))).toBe(false);
    expect(calls).toEqual([]);
  });

  test("are installed one at a time", async () => {
    let running = 0;
    let most = 0;
    const { prepare, calls } = onDemand(async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running -= 1;
    });
    await Promise.all([prepare(imports(polly, "@aws-sdk/client-sfn")), prepare(imports("@aws-sdk/client-mq"))]);
    expect(calls).toHaveLength(3);
    expect(most).toBe(1);
  });

  test("that cannot be had are logged with what to do, and the others come", async () => {
    const { prepare, warnings, installed } = onDemand(async (name) => {
      if (name !== polly) throw new Error("ENOTFOUND");
    });
    expect(await prepare(imports("@aws-sdk/client-nowhere", polly))).toBe(true);
    expect([...installed]).toEqual([polly]);
    expect(warnings).toEqual([
      ["aws-sdk-not-installed", { name: "@aws-sdk/client-nowhere", reason: "ENOTFOUND", todo: expect.stringContaining("lambent runtimes add @aws-sdk/client-nowhere") }],
    ]);
  });

  test("are refused as a whole when a function names too many", async () => {
    const { prepare, calls, warnings } = onDemand();
    expect(await prepare(imports(...Array.from({ length: 11 }, (_, index) => `@aws-sdk/client-x${index}`)))).toBe(false);
    expect(calls).toEqual([]);
    expect(warnings).toEqual([["aws-sdk-not-installed", expect.objectContaining({ reason: expect.stringContaining("11 packages") })]]);
  });

  test("end with the server", async () => {
    const stopping = new AbortController();
    const { prepare, warnings } = onDemand((_name, signal) => {
      const ended = new Promise<void>((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("killed"))));
      stopping.abort();
      return ended;
    });
    await expect(prepare(imports(polly), stopping.signal)).rejects.toMatchObject({ name: "AbortError" });
    expect(warnings).toEqual([]);
  });
});
