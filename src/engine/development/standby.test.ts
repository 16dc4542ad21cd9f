import { expect, test } from "vitest";
import { functionVersion } from "../../../test/harness/engine.ts";
import { ScriptedDriver } from "../../../test/harness/scripted-driver.ts";
import { systemClock } from "../../core/clock.ts";
import { systemIds } from "../../core/ids.ts";
import type { FunctionConfiguration } from "../../functions/function-version.ts";
import type { Launch } from "../../sandbox/sandbox.ts";
import type { EnvironmentPlan } from "../environment/environment-parts.ts";
import { launchOf, specOf } from "../environment/launch.ts";
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
  bootReads: /^NODE_/,
};

const planOf = (configuration: Partial<FunctionConfiguration> = {}, more: Partial<EnvironmentPlan> = {}): EnvironmentPlan => ({
  version: functionVersion("f", configuration),
  initializationType: "on-demand",
  runtime,
  taskRoot: "/code",
  optRoot: undefined,
  ...more,
});

function start() {
  const driver = new ScriptedDriver();
  driver.onStart = (guest) => guest.standBy();
  return { driver, standby: new Standby({ driver, ids: systemIds, clock: systemClock }) };
}

/** As an environment starts its runtime. */
async function begin(standby: Standby, plan: EnvironmentPlan): Promise<Launch> {
  const sandbox = await standby.open(specOf(plan, "environment"));
  const launch = launchOf(plan, sandbox.paths, {
    credentials: { accessKeyId: "ASIA1", secretAccessKey: "secret", sessionToken: "token" },
    endpoint: "http://127.0.0.1:1",
    runtimeApi: "127.0.0.1:2",
    metadataToken: "metadata",
    logStream: { function: plan.version.id, group: "/aws/lambda/f", stream: "stream" },
    logDescriptor: sandbox.logDescriptor,
  });
  await sandbox.run(launch, { channel: true, log: true });
  return launch;
}

test("an environment takes the runtime that was booted for it, and makes it what it would have started", async () => {
  const { driver, standby } = start();
  standby.prepare(planOf());
  standby.prepare(planOf());
  await expect.poll(() => driver.guests.length).toBe(1);
  const before = driver.last.launch.environment;
  const launch = await begin(standby, planOf({ environment: { WORD: "new" }, handler: "other.handler" }));
  expect(driver.guests).toHaveLength(1);
  expect(driver.last.launch.args).toEqual(launch.args);
  expect(driver.last.variables(before)).toEqual(launch.environment);
  expect(driver.last.invokes[0]?.meta).toEqual({ cwd: "/code" });
  // Only once: the next one is started anew.
  await begin(standby, planOf());
  expect(driver.guests).toHaveLength(2);
});

test("what is booted ahead is told nothing of a function", async () => {
  const { driver, standby } = start();
  standby.prepare(planOf({ environment: { WORD: "secret" } }));
  await expect.poll(() => driver.guests.length).toBe(1);
  const { environment } = driver.last.launch;
  expect(Object.keys(environment).sort()).toEqual(["LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT", "LAMBENT_STANDBY", "LANG", "AWS_XRAY_CONTEXT_MISSING", "AWS_XRAY_DAEMON_ADDRESS", "LD_LIBRARY_PATH", "PATH", "PWD", "SHLVL", "TZ", "_LAMBDA_TELEMETRY_LOG_FD"].sort());
});

test.each<readonly [string, EnvironmentPlan]>([
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

test.each([{ NODE_OPTIONS: "--require ./first.js" }, { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper" }, { LD_PRELOAD: "/opt/first.so" }, { LANG: "de_DE.UTF-8" }])(
  "a runtime that would have booted in another way with the variables of its environment is ended: %j",
  async (environment) => {
    const { driver, standby } = start();
    standby.prepare(planOf());
    await expect.poll(() => driver.guests.length).toBe(1);
    const launch = await begin(standby, planOf({ environment }));
    expect(driver.guests.map(({ ended }) => ended)).toEqual([true, false]);
    expect(driver.last.launch).toEqual(launch);
    standby.prepare(planOf({ environment }));
    await begin(standby, planOf({ environment }));
    expect(driver.guests).toHaveLength(3);
  },
);

test("nothing stands by where the bootstrap cannot wait", async () => {
  const { driver, standby } = start();
  const { bootReads: _unused, ...whole } = runtime;
  standby.prepare(planOf({}, { runtime: whole }));
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
  driver.onStart = (guest) => guest.exit({ exitCode: 1 });
  standby.prepare(planOf());
  await begin(standby, planOf());
  expect(driver.last.launch.environment).not.toHaveProperty("LAMBENT_STANDBY");
});

test("is ended when it is not needed any more", async () => {
  const { driver, standby } = start();
  standby.prepare(planOf());
  await standby.discard();
  expect(driver.running).toEqual([]);
});
