// A runtime that was booted ahead of its function is, in every respect that a function can see, what a fresh start is.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FunctionConfiguration } from "../../src/functions/function-version.ts";
import { installedRuntimes } from "../harness/installed-runtimes.ts";
import { createLateCodeDriver } from "../harness/late-code-driver.ts";
import { Missing } from "../harness/build-cache.ts";
import { ociMissing, openOciDriver } from "../harness/oci-driver.ts";
import { startRealEngine, type RealEngine } from "../harness/real-engine.ts";
import { javaFixture, javaRuntime } from "./clients/java.ts";

const drivers = [
  { driver: "late code", open: createLateCodeDriver, missing: undefined },
  { driver: "oci", open: openOciDriver, missing: ociMissing },
];

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/observed/${name}`, import.meta.url), "utf8");
const layers: FunctionConfiguration["layers"] = [{ arn: "arn:aws:lambda:us-east-1:000000000000:layer:l:1", code: { sha256: "layer", sizeBytes: 1, unzippedBytes: 1 } }];
const own = { WORD: "own", TZ: "Europe/Paris", HOME: "/tmp/home", AWS_XRAY_CONTEXT_MISSING: "IGNORE_ERROR" };
const json = { format: "JSON", applicationLevel: "WARN", systemLevel: "WARN" } as const;

const nodes = ["nodejs26.x", "nodejs24.x", "nodejs22.x", "nodejs20.x", "nodejs18.x"];
const pythons = ["python3.13", "python3.12", "python3.11", "python3.9"];
/** Not among those: nothing is to be forked from another case's fork server. */
const pythonOfLibraries = "python3.10";
const rubies = ["ruby3.4", "ruby3.3", "ruby3.2"];
const javas = ["java25", "java21", "java17", "java11", "java8.al2"];
const installed = await installedRuntimes(...nodes, ...pythons, pythonOfLibraries, ...rubies, ...javas);

interface Case {
  readonly runtime: string;
  readonly what: string;
  readonly handler: string;
  readonly files: Readonly<Record<string, string>>;
  readonly configuration?: Partial<FunctionConfiguration>;
  /** Of what its process shall say that it is; left out: `ahead`. */
  readonly awaited?: "ahead" | "preloaded";
}

const cases: readonly Case[] = [
  ...nodes.flatMap((runtime): Case[] => {
    const files = { "index.cjs": fixture("index.cjs") };
    const module = { "index.mjs": fixture("index.mjs"), "whole.cjs": fixture("index.cjs"), "other.mjs": "" };
    return [
      { runtime, what: "CommonJS", handler: "index.handler", files },
      { runtime, what: "an ES module and a layer", handler: "index.handler", files: module, configuration: { layers } },
      { runtime, what: "variables of its own", handler: "index.handler", files, configuration: { environment: { ...own, NODE_ENV: "production", NODE_PATH: "/elsewhere:/opt/nodejs/node_modules" } } },
      { runtime, what: "packages of the network", handler: "index.handler", files: { ...files, "client.cjs": `require("node:https");` }, awaited: "preloaded" },
      { runtime, what: "JSON logs", handler: "index.handler", files, configuration: { logging: json } },
    ];
  }),
  ...pythons.map((runtime) => ({ runtime, what: "variables of its own", handler: "app.handler", files: { "app.py": fixture("app.py") }, configuration: { environment: own } })),
  ...rubies.map((runtime) => ({ runtime, what: "variables of its own", handler: "app.handler", files: { "app.rb": fixture("app.rb") }, configuration: { environment: own } })),
];

const listener = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension"
id="$(curl -sS -D - -o /dev/null "$api/register" -H "Lambda-Extension-Name: listener" -d '{"events":["INVOKE"]}' | tr -d '\\r' | sed -n 's/^[Ll]ambda-[Ee]xtension-[Ii]dentifier: *//p')"
while true; do
  event="$(curl -sS "$api/event/next" -H "Lambda-Extension-Identifier: $id")"
  case "$event" in *INVOKE*) echo "heard INVOKE" ;; esac
done
`;

const library = `
import ctypes, os
def handler(event, context):
    greeting = ctypes.CDLL("libgreeting.so").greeting
    greeting.restype = ctypes.c_char_p
    booted = open("/proc/self/environ").read()
    return {"ahead": any(name in booted for name in ("LAMBENT_STANDBY", "LAMBENT_FORK_SERVER")), "env": dict(os.environ), "greeting": greeting().decode()}
`;

/** With what is another in each environment by one name. */
function likeAny(seen: Readonly<Record<string, unknown>>): unknown {
  const variables = seen["env"] as Readonly<Record<string, string>>;
  const id = basename(dirname(variables["LAMBDA_TASK_ROOT"] ?? ""));
  const unique = ["AWS_ACCESS_KEY_ID", "AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_METADATA_TOKEN", "AWS_LAMBDA_LOG_STREAM_NAME", "_X_AMZN_TRACE_ID", "LAMBENT_SANDBOX"];
  const text = unique.reduce((all, name) => all.replaceAll(variables[name] ?? "none", name), JSON.stringify(seen));
  return { ...JSON.parse(text.replaceAll(id, "ID").replaceAll(/Threads:\\t\d+/g, "Threads:")), ahead: undefined, preloaded: undefined };
}

describe.for(drivers)("$driver", ({ open, missing }) => {
  let engine: RealEngine;
  beforeAll(async () => {
    if (missing !== undefined) return;
    engine = await startRealEngine(open);
    await engine.put("layer", { "nodejs/node_modules/of-a-layer/index.js": "exports.word = 'layer';", "nodejs/node_modules/of-a-layer/package.json": "{}" });
  });
  const folders: string[] = [];
  afterAll(async () => {
    await engine?.stop();
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  /** The first of its kind, and then one that was booted ahead. Of no other's kind: nothing is ready for the first. */
  async function coldStarts(coldStart: () => Promise<Record<string, unknown>>, awaited = "ahead"): Promise<readonly [fresh: unknown, specialised: unknown]> {
    const fresh = await coldStart();
    expect(fresh["ahead"]).toBe(false);
    let specialised: Record<string, unknown> = {};
    await expect.poll(async () => (specialised = await coldStart())[awaited], { timeout: 30_000 }).toBe(true);
    return [likeAny(fresh), likeAny(specialised)];
  }

  async function invoked(name: string): Promise<Record<string, unknown>> {
    const { payload, functionError } = await engine.invoke(name, { word: "event" });
    expect([functionError, functionError && payload.toString()]).toEqual([undefined, undefined]);
    return JSON.parse(payload.toString()) as Record<string, unknown>;
  }

  test.for(cases)("$runtime, $what", async ({ runtime, what, handler, files, configuration, awaited }, { skip }) => {
    if (missing !== undefined) skip(missing);
    if (!installed.has(runtime)) skip(`${runtime} is not installed`);
    const name = `${runtime}-${what}`.replaceAll(/\W/g, "-");
    const memoryMiB = 512 + cases.findIndex((one) => one.runtime === runtime && one.what === what);
    const [fresh, specialised] = await coldStarts(async () => {
      await engine.put(name, files, { runtime, handler, memoryMiB, ...configuration });
      return invoked(name);
    }, awaited);
    expect(specialised).toEqual(fresh);
  });

  test.for(javas)("%s, as it is, with JSON logs, and with variables of its own", { timeout: 120_000 }, async (runtime, { skip }) => {
    if (missing !== undefined) skip(missing);
    if (!installed.has(runtime)) skip(`${runtime} is not installed`);
    const opened = await javaRuntime(runtime).catch((error: unknown) => (error instanceof Missing ? skip(error.message) : Promise.reject(error)));
    const folder = await javaFixture(opened, new URL("../fixtures/observed/java", import.meta.url).pathname);
    const ways: readonly Partial<FunctionConfiguration>[] = [{}, { logging: json }, { environment: { ...own, GREETING: "Grüße" } }];
    for (const [at, configuration] of ways.entries()) {
      const name = `${runtime.replaceAll(".", "-")}-${at}`;
      const [fresh, specialised] = await coldStarts(async () => {
        engine.putFolder(name, folder, { runtime, handler: "Observed::handle", memoryMiB: 1100 + at + 10 * javas.indexOf(runtime), ...configuration });
        return invoked(name);
      });
      expect(specialised).toEqual(fresh);
    }
  });

  test("an extension beside it hears of its invokes", async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    if (!installed.has("nodejs26.x")) skip("nodejs26.x is not installed");
    await engine.put("extension", { "extensions/listener": listener });
    const layer = [{ arn: "arn:aws:lambda:us-east-1:000000000000:layer:e:1", code: { sha256: "extension", sizeBytes: 1, unzippedBytes: 1 } }];
    const [fresh, specialised] = await coldStarts(async () => {
      await engine.put("listened", { "index.cjs": fixture("index.cjs") }, { handler: "index.handler", memoryMiB: 1001, layers: layer });
      return invoked("listened");
    });
    expect(specialised).toEqual(fresh);
    const heard = engine.logs.linesOf("listened").filter((line) => line.includes("heard INVOKE"));
    expect(heard.length).toBeGreaterThanOrEqual(2);
  });

  test("libraries that come with the code are found", async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    if (!installed.has(pythonOfLibraries)) skip(`${pythonOfLibraries} is not installed`);
    const folder = mkdtempSync(join(tmpdir(), "lambent-library-"));
    folders.push(folder);
    mkdirSync(join(folder, "lib"));
    writeFileSync(join(folder, "app.py"), library);
    execFileSync("gcc", ["-shared", "-fPIC", "-o", join(folder, "lib", "libgreeting.so"), fileURLToPath(new URL("../fixtures/native/greeting.c", import.meta.url))]);
    chmodSync(folder, 0o755);
    const [fresh, specialised] = await coldStarts(async () => {
      engine.putFolder("library", folder, { runtime: pythonOfLibraries, handler: "app.handler", memoryMiB: 1000 });
      return invoked("library");
    });
    expect(specialised).toEqual(fresh);
  });
});
