import { expect, test } from "vitest";
import { functionVersion } from "../../../test/harness/engine.ts";
import { ScriptedDriver } from "../../../test/harness/scripted-driver.ts";
import { systemIds } from "../../core/ids.ts";
import type { FunctionConfiguration } from "../../functions/function-version.ts";
import type { Launch, SandboxSpec } from "../../sandbox/sandbox.ts";
import type { EnvironmentPlan } from "../environment/environment-parts.ts";
import { launchOf } from "../environment/launch.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { Standby } from "./standby.ts";

const runtime: Runtime = {
  id: "nodejs24.x",
  channel: "framed",
  runtimeDir: "/runtime",
  languageDir: undefined,
  version: "nodejs:24.v1",
  versionHash: "ab".repeat(32),
  launch: () => ({ program: "/bin/node", args: ["bootstrap"], environment: {} }),
  standsBy: true,
};

const planOf = (configuration: Partial<FunctionConfiguration> = {}, more: Partial<EnvironmentPlan> = {}): EnvironmentPlan => ({
  version: functionVersion("f", configuration),
  initializationType: "on-demand",
  runtime,
  taskRoot: "/code",
  optRoot: undefined,
  ...more,
});

const specOf = ({ taskRoot, optRoot, runtime: { runtimeDir, languageDir }, version: { configuration } }: EnvironmentPlan): SandboxSpec => ({
  id: "environment",
  taskRoot,
  optRoot,
  runtimeDir,
  languageDir,
  memoryMiB: configuration.memoryMiB,
  ephemeralStorageMiB: configuration.ephemeralStorageMiB,
});

function start() {
  const driver = new ScriptedDriver();
  return { driver, standby: new Standby({ driver, ids: systemIds, endpoint: () => "http://127.0.0.1:1" }) };
}

/** As an environment starts its runtime. */
async function begin(standby: Standby, plan: EnvironmentPlan): Promise<Launch> {
  const sandbox = await standby.open(specOf(plan));
  const launch = launchOf(plan, sandbox.paths, {
    credentials: { accessKeyId: "ASIA1", secretAccessKey: "secret", sessionToken: "token" },
    endpoint: "http://127.0.0.1:1",
    runtimeApi: "127.0.0.1:2",
    metadataToken: "metadata",
    logStream: { function: plan.version.id, group: "/aws/lambda/f", stream: "stream" },
  });
  await sandbox.run(launch, { channel: true, log: true });
  return launch;
}

test("an environment takes the process that was booted for it, and tells it what is its own", async () => {
  const { driver, standby } = start();
  standby.prepare(planOf());
  standby.prepare(planOf());
  await expect.poll(() => driver.guests.length).toBe(1);
  expect(driver.last.launch.environment).toMatchObject({ LAMBENT_STANDBY: "1", AWS_ACCESS_KEY_ID: "standby" });
  await begin(standby, planOf());
  expect(driver.guests).toHaveLength(1);
  const told = driver.last.invokes.map(({ body }) => JSON.parse(body.toString()) as object);
  expect(told).toEqual([expect.objectContaining({ AWS_ACCESS_KEY_ID: "ASIA1", AWS_SESSION_TOKEN: "token", AWS_LAMBDA_RUNTIME_API: "127.0.0.1:2", AWS_LAMBDA_LOG_STREAM_NAME: "stream" })]);
  expect(told[0]).not.toHaveProperty("AWS_REGION");
  // Only once: the next one is started anew.
  await begin(standby, planOf());
  expect(driver.guests).toHaveLength(2);
});

test.each<readonly [string, EnvironmentPlan]>([
  ["another variable", planOf({ environment: { WORD: "new" } })],
  ["another handler", planOf({ handler: "other.handler" })],
  ["another folder", planOf({}, { taskRoot: "/other" })],
  ["other layers", planOf({}, { optRoot: "/layers" })],
  ["other memory", planOf({ memoryMiB: 256 })],
])("one that has %s is started anew, and what stood by is ended", async (_difference, plan) => {
  const { driver, standby } = start();
  standby.prepare(planOf());
  await expect.poll(() => driver.guests.length).toBe(1);
  const launch = await begin(standby, plan);
  expect(driver.guests.map(({ ended }) => ended)).toEqual([true, false]);
  expect(driver.last.launch).toEqual(launch);
});

test("nothing stands by where the function's own code takes part in the boot, or the bootstrap cannot wait", async () => {
  const { driver, standby } = start();
  standby.prepare(planOf({ environment: { NODE_OPTIONS: "--require ./first.js" } }));
  standby.prepare(planOf({ environment: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper" } }));
  standby.prepare(planOf({}, { runtime: { ...runtime, standsBy: false } }));
  await begin(standby, planOf());
  expect(driver.guests).toHaveLength(1);
  expect(driver.last.launch.environment).not.toHaveProperty("LAMBENT_STANDBY");
});

test("one that has ended meanwhile, or could not be booted, is not used", async () => {
  const { driver, standby } = start();
  standby.prepare(planOf());
  await expect.poll(() => driver.guests.length).toBe(1);
  driver.last.kill();
  await begin(standby, planOf());
  expect(driver.guests).toHaveLength(2);
  driver.refusal = new Error("no");
  standby.prepare(planOf());
  await expect(begin(standby, planOf())).rejects.toThrow("no");
  driver.refusal = undefined;
  await begin(standby, planOf());
});

test("is ended when it is not needed any more", async () => {
  const { driver, standby } = start();
  standby.prepare(planOf());
  await standby.discard();
  expect(driver.running).toEqual([]);
});
