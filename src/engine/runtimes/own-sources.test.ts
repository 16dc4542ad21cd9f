// What a package is asked for before its next cold start: read in bounds, and answered with yes where it cannot be known.
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modulesAhead } from "./node-ahead.ts";
import { anySource } from "./own-sources.ts";

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lambent-sources-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function treeOf(files: Readonly<Record<string, string>>): Promise<string> {
  const root = join(folder, `tree${++count}`);
  await mkdir(root);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

const asksForBoto3 = { files: /\.py$/, mostBytes: 1000, names: (source: Buffer) => source.includes("boto3") };

describe("sources", () => {
  test.each<readonly [string, Readonly<Record<string, string>>, boolean]>([
    ["name it", { "app.py": "import boto3" }, true],
    ["name it deep inside", { "app.py": "", "a/b/c.py": "boto3" }, true],
    ["do not", { "app.py": "import json", "readme.md": "boto3" }, false],
    ["are too large to be read", { "app.py": "x".repeat(1001) }, true],
  ])("that %s", async (_what, files, expected) => {
    expect(await anySource([await treeOf(files)], asksForBoto3)).toBe(expected);
  });

  test("of a layer count, and what a link leads to does not", async () => {
    const [code, layer] = [await treeOf({ "app.py": "" }), await treeOf({ "python/shared.py": "import boto3" })];
    expect(await anySource([code, layer], asksForBoto3)).toBe(true);
    await symlink(layer, join(code, "linked"));
    expect(await anySource([code], asksForBoto3)).toBe(false);
  });
});

describe("Node.js has its modules of the network loaded ahead for", () => {
  test.each([
    ["a bundle", `var h=require("node:https"),z=require("node:zlib");`, true],
    ["ES modules", "import { request } from 'http';", true],
    ["the SDK of the runtime", `import { S3Client } from "@aws-sdk/client-s3";`, true],
    ["code that opens no connection", `const fs = require("node:fs"); console.log("see https://example.com", "@aws-sdk");`, false],
  ])("%s: %s", async (_what, text, expected) => {
    expect((await modulesAhead([await treeOf({ "index.mjs": text })])) !== undefined).toBe(expected);
  });
});
