// A runtime that was booted ahead of its function is, in every respect that a function can see, what a fresh start is.
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FunctionConfiguration } from "../../src/functions/function-version.ts";
import { installedRuntimes } from "../harness/installed-runtimes.ts";
import { createLateCodeDriver } from "../harness/late-code-driver.ts";
import { startRealEngine, type RealEngine } from "../harness/real-engine.ts";

let engine: RealEngine;
beforeAll(async () => {
  engine = await startRealEngine(createLateCodeDriver);
  await engine.put("layer", { "nodejs/node_modules/of-a-layer/index.js": "exports.word = 'layer';", "nodejs/node_modules/of-a-layer/package.json": "{}" });
});
afterAll(() => engine.stop());

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/observed/${name}`, import.meta.url), "utf8");
const layers: FunctionConfiguration["layers"] = [{ arn: "arn:aws:lambda:us-east-1:000000000000:layer:l:1", code: { sha256: "layer", sizeBytes: 1, unzippedBytes: 1 } }];
const own = { WORD: "own", TZ: "Europe/Paris", HOME: "/tmp/home", AWS_XRAY_CONTEXT_MISSING: "IGNORE_ERROR" };
const json = { format: "JSON", applicationLevel: "WARN", systemLevel: "WARN" } as const;

const nodes = ["nodejs26.x", "nodejs24.x", "nodejs22.x", "nodejs20.x", "nodejs18.x"];
const pythons = ["python3.13", "python3.12", "python3.11", "python3.9"];
const rubies = ["ruby3.4", "ruby3.3", "ruby3.2"];
const installed = await installedRuntimes(...nodes, ...pythons, ...rubies);

interface Case {
  readonly runtime: string;
  readonly what: string;
  readonly handler: string;
  readonly files: Readonly<Record<string, string>>;
  readonly configuration?: Partial<FunctionConfiguration>;
}

const cases: readonly Case[] = [
  ...nodes.flatMap((runtime): Case[] => {
    const files = { "index.cjs": fixture("index.cjs") };
    const module = { "index.mjs": fixture("index.mjs"), "whole.cjs": fixture("index.cjs"), "other.mjs": "" };
    return [
      { runtime, what: "CommonJS", handler: "index.handler", files },
      { runtime, what: "an ES module and a layer", handler: "index.handler", files: module, configuration: { layers } },
      { runtime, what: "variables of its own", handler: "index.handler", files, configuration: { environment: { ...own, NODE_ENV: "production", NODE_PATH: "/elsewhere:/opt/nodejs/node_modules" } } },
      { runtime, what: "JSON logs", handler: "index.handler", files, configuration: { logging: json } },
    ];
  }),
  ...pythons.map((runtime) => ({ runtime, what: "variables of its own", handler: "app.handler", files: { "app.py": fixture("app.py") }, configuration: { environment: own } })),
  ...rubies.map((runtime) => ({ runtime, what: "variables of its own", handler: "app.handler", files: { "app.rb": fixture("app.rb") }, configuration: { environment: own } })),
];

/** With what is another in each environment by one name. */
function likeAny(seen: Readonly<Record<string, unknown>>): unknown {
  const variables = seen["env"] as Readonly<Record<string, string>>;
  const id = basename(dirname(variables["LAMBDA_TASK_ROOT"] ?? ""));
  const unique = ["AWS_ACCESS_KEY_ID", "AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_METADATA_TOKEN", "AWS_LAMBDA_LOG_STREAM_NAME", "_X_AMZN_TRACE_ID", "LAMBENT_SANDBOX"];
  const text = unique.reduce((all, name) => all.replaceAll(variables[name] ?? "none", name), JSON.stringify(seen));
  return { ...JSON.parse(text.replaceAll(id, "ID")), ahead: undefined };
}

test.for(cases)("$runtime, $what", async ({ runtime, what, handler, files, configuration }, { skip }) => {
  if (!installed.has(runtime)) skip(`${runtime} is not installed`);
  const name = `${runtime}-${what}`.replaceAll(/\W/g, "-");
  // Of no other's kind, so that nothing is ready for the first.
  const memoryMiB = 512 + cases.findIndex((one) => one.runtime === runtime && one.what === what);
  const coldStart = async (): Promise<Record<string, unknown>> => {
    await engine.put(name, files, { runtime, handler, memoryMiB, ...configuration });
    const { payload, functionError } = await engine.invoke(name, { word: "event" });
    expect([functionError, functionError && payload.toString()]).toEqual([undefined, undefined]);
    return JSON.parse(payload.toString()) as Record<string, unknown>;
  };
  const fresh = await coldStart();
  expect(fresh["ahead"]).toBe(false);
  let specialised: Record<string, unknown> = {};
  await expect.poll(async () => (specialised = await coldStart())["ahead"], { timeout: 30_000 }).toBe(true);
  expect(likeAny(specialised)).toEqual(likeAny(fresh));
});
