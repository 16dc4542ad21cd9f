// Versions of a runtime side by side: what `lambent runtimes add` installs is rolled out, pinned and rolled back. The
// versions are doubles around this test's own Node.js, which a double of npm "fetches".
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GetFunctionConfigurationCommand, GetProvisionedConcurrencyConfigCommand, GetRuntimeManagementConfigCommand, PublishVersionCommand, PutProvisionedConcurrencyConfigCommand, PutRuntimeManagementConfigCommand, UpdateFunctionConfigurationCommand, type UpdateRuntimeOn } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { nodeProgram, nodeVersionsIn } from "../../../src/own-node.ts";
import { arnOf, Gate, invoke, refusal, waitUntilPublished, waitUntilUpdated } from "../../harness/functions.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../../harness/lambent.ts";
import { run } from "../../harness/program.ts";

const bin = fileURLToPath(new URL("../../../bin/lambent.js", import.meta.url));
const folder = temporaryFolder("runtime-versions");
const runtimesDirectory = join(folder, "runtimes");

const executable = (path: string, lines: readonly string[]): void => {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, ["#!/bin/sh", ...lines, ""].join("\n"));
  chmodSync(path, 0o755);
};

/** Gives every version that it is asked for: a Node.js that says it is that one, and lets functions know. */
const npmDouble = [
  "while [ $# -gt 1 ]; do [ \"$1\" = --prefix ] && prefix=$2; shift; done",
  'version=${1##*@} package=${1%@*}',
  'mkdir -p "$prefix/node_modules/$package/bin"',
  'echo "{\\"version\\":\\"v$version\\"}" >"$prefix/node_modules/$package/package.json"',
  'node="$prefix/node_modules/$package/bin/node"',
  `printf '#!/bin/sh\\n[ "$1" = --version ] && echo v%s && exit\\nexport DOUBLE=%s\\nexec "%s" "$@"\\n' "$version" "$version" "${process.execPath}" >"$node"`,
  'chmod +x "$node"',
];

const runtimes = (...args: string[]) =>
  run(process.execPath, [bin, "runtimes", ...args, "--runtimes", runtimesDirectory], { PATH: `${join(folder, "bin")}:/usr/bin:/bin` });
const install = (version: string) => runtimes("add", `nodejs24.x@${version}`);

/** By version, as `lambent runtimes --arns` shows them. */
const arns = async (): Promise<Readonly<Record<string, string>>> => {
  const { stdout } = await runtimes("list", "--arns");
  return Object.fromEntries(Array.from(stdout.matchAll(/^nodejs24\.x\s+\w+\s+(\S+).*(arn:\S+)$/gm), ([, version = "", arn = ""]) => [version, arn]));
};

let lambent: TestLambent;
beforeAll(async () => {
  executable(join(folder, "bin", "npm"), npmDouble);
  await install("24.1.0");
  lambent = await startTestLambent({ runtimesDirectory, logLevel: "error" });
});
afterAll(async () => {
  await lambent[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const code = {
  "index.mjs": `
    import { existsSync, writeFileSync } from "node:fs";
    export const handler = async ({ gate }) => {
      if (gate === undefined) return process.env.DOUBLE;
      writeFileSync(gate + "/running", "");
      while (!existsSync(gate + "/open")) await new Promise((done) => setTimeout(done, 5));
      return process.env.DOUBLE;
    };`,
};
const create = (name: string) => createFunction(lambent.lambda, name, code, { Runtime: "nodejs24.x", Timeout: 30 });
const runs = async (name: string, Qualifier?: string): Promise<unknown> => (await invoke(lambent.lambda, name, {}, { Qualifier })).body;
const put = (FunctionName: string, UpdateRuntimeOn: UpdateRuntimeOn, more: { RuntimeVersionArn?: string | undefined; Qualifier?: string } = {}) =>
  lambent.lambda.send(new PutRuntimeManagementConfigCommand({ FunctionName, UpdateRuntimeOn, ...more }));
const shown = async (FunctionName: string) => (await lambent.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).RuntimeVersionConfig;
/** The server hears of an installation a moment after it. */
const untilRunning = (name: string, version: string, qualifier?: string) =>
  vi.waitFor(async () => expect(await runs(name, qualifier)).toBe(version), { timeout: 10_000, interval: 20 });

test("a version that is installed is rolled out, pinned and rolled back", async () => {
  const { lambda } = lambent;
  for (const name of ["auto", "update", "manual"]) await create(name);
  expect(await lambda.send(new GetRuntimeManagementConfigCommand({ FunctionName: "auto" }))).toMatchObject({ FunctionArn: arnOf("auto"), UpdateRuntimeOn: "Auto" });
  const { "24.1.0": first } = await arns();
  expect(await shown("auto")).toEqual({ RuntimeVersionArn: first });
  await put("update", "FunctionUpdate");
  expect(await put("manual", "Manual", { RuntimeVersionArn: first })).toMatchObject({ UpdateRuntimeOn: "Manual", RuntimeVersionArn: first });
  for (const name of ["auto", "update", "manual"]) expect(await runs(name)).toBe("24.1.0");

  // One invoke runs while another version comes: it ends on its own.
  const gate = new Gate();
  const running = invoke(lambda, "auto", gate);
  await gate.isRunning();
  await install("24.2.0");
  await untilRunning("auto", "24.2.0");
  gate.open();
  expect((await running).body).toBe("24.1.0");
  expect([await runs("update"), await runs("manual")]).toEqual(["24.1.0", "24.1.0"]);
  const { "24.2.0": second } = await arns();
  expect(second).not.toBe(first);
  expect(await shown("auto")).toEqual({ RuntimeVersionArn: second });
  expect(await shown("update")).toEqual({ RuntimeVersionArn: first });

  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "update", MemorySize: 256 }));
  await waitUntilUpdated(lambda, "update");
  expect(await runs("update")).toBe("24.2.0");

  await put("manual", "Manual", { RuntimeVersionArn: second });
  expect(await runs("manual")).toBe("24.2.0");
  await put("manual", "Manual", { RuntimeVersionArn: first });
  expect(await runs("manual")).toBe("24.1.0");
  await put("manual", "Auto");
  expect(await runs("manual")).toBe("24.2.0");
});

test("each version of a function is pinned by itself, and the log says what runs", async () => {
  const { lambda } = lambent;
  await create("versions");
  await lambda.send(new PublishVersionCommand({ FunctionName: "versions" }));
  await waitUntilPublished(lambda, "versions", "1");
  const { "24.1.0": older, "24.2.0": newer } = await arns();
  const pinned = { FunctionArn: arnOf("versions", "1"), UpdateRuntimeOn: "Manual", RuntimeVersionArn: older };
  expect(await put("versions", "Manual", { Qualifier: "1", RuntimeVersionArn: older })).toMatchObject(pinned);
  expect(await lambda.send(new GetRuntimeManagementConfigCommand({ FunctionName: "versions", Qualifier: "1" }))).toMatchObject(pinned);
  expect([await runs("versions"), await runs("versions", "1")]).toEqual(["24.2.0", "24.1.0"]);
  const { stdout } = await run(process.execPath, [bin, "logs", "versions", "--port", new URL(lambent.endpoint).port, "--data", join(folder, "no-server")], {});
  expect(stdout).toMatch(new RegExp(`INIT_START Runtime Version: nodejs:24\\.v2\\tRuntime Version ARN: ${newer}`));
  expect(stdout).toMatch(new RegExp(`INIT_START Runtime Version: nodejs:24\\.v1\\tRuntime Version ARN: ${older}`));
});

test("a pinned version that is gone fails invokes with what to install", async () => {
  await create("pinned");
  await install("24.0.1");
  await vi.waitFor(async () => put("pinned", "Manual", { RuntimeVersionArn: (await arns())["24.0.1"] }), { timeout: 10_000, interval: 100 });
  rmSync(join(nodeVersionsIn(runtimesDirectory), "24.0.1"), { recursive: true });
  await runtimes("add", "nodejs24.x@24.1.0");
  const advice = /lambent runtimes add nodejs24\.x@24\.0\.1/;
  await vi.waitFor(async () => expect((await shown("pinned"))?.Error).toEqual({ ErrorCode: "InvalidRuntimeException", Message: expect.stringMatching(advice) }), { timeout: 10_000 });
  await expect(invoke(lambent.lambda, "pinned")).rejects.toMatchObject(refusal(502, "InvalidRuntimeException", advice));
  await install("24.0.1");
  expect(await runs("pinned")).toBe("24.0.1");
});

test("an ARN of no installed version is refused with those that are", async () => {
  await create("refused");
  const RuntimeVersionArn = `arn:aws:lambda:us-east-1::runtime:${"0".repeat(64)}`;
  await expect(put("refused", "Manual", { RuntimeVersionArn })).rejects.toMatchObject(refusal(400, "InvalidParameterValueException", /does not exist.*\(24\.2\.0\)/));
  await expect(put("refused", "Manual")).rejects.toMatchObject(refusal(400, "InvalidParameterValueException", /RuntimeVersionArn is required/));
  await expect(put("nowhere", "Auto")).rejects.toMatchObject(refusal(404, "ResourceNotFoundException", /Function not found/));
});

test("the program of a version is where its installer put it", async () => {
  const { stdout } = await runtimes("list");
  expect(stdout).toContain(`nodejs24.x       newest   24.2.0     ${join(nodeVersionsIn(runtimesDirectory), "24.2.0", nodeProgram())}\n`);
});

test("environments that are provisioned are replaced, too", async () => {
  const { lambda } = lambent;
  await create("ready");
  await lambda.send(new PublishVersionCommand({ FunctionName: "ready" }));
  await waitUntilPublished(lambda, "ready", "1");
  const of = { FunctionName: "ready", Qualifier: "1" };
  await lambda.send(new PutProvisionedConcurrencyConfigCommand({ ...of, ProvisionedConcurrentExecutions: 1 }));
  const untilReady = () =>
    vi.waitFor(async () => expect(await lambda.send(new GetProvisionedConcurrencyConfigCommand(of))).toMatchObject({ Status: "READY" }), { timeout: 10_000, interval: 20 });
  await untilReady();
  expect(await runs("ready", "1")).toBe("24.2.0");
  await install("24.3.0");
  await untilRunning("ready", "24.3.0", "1");
  await untilReady();
});
