// What isolates functions is chosen at start: containers where this machine can run them.
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readSettings } from "../../src/config.ts";
import { startLambentHere } from "../../src/main.ts";
import { createFunction, startTestLambent } from "../harness/lambent.ts";
import { isInstalled } from "../harness/program.ts";

const missing = !["/usr/bin/crun", "/usr/local/bin/crun"].some((path) => existsSync(path)) ? "crun is not installed" : process.getuid?.() !== 0 ? "needs root" : "";

const source = `
import { readdirSync } from "node:fs";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
export const handler = async () => ({
  uid: process.getuid(),
  cwd: process.cwd(),
  program: process.execPath,
  runtimeApi: process.env.AWS_LAMBDA_RUNTIME_API,
  processes: readdirSync("/proc").filter((name) => /^\\\\d+$/.test(name)).length,
  functions: (await new LambdaClient({}).send(new ListFunctionsCommand({}))).Functions.map(({ FunctionName }) => FunctionName),
});`;

describe.skipIf(missing !== "")(`a start by default${missing && ` (${missing})`}`, () => {
  test.each(["any", "required"])("runs functions in containers, from where they reach Lambent (--isolation %s)", async (isolation) => {
    await using lambent = await startTestLambent({ isolation });
    expect(lambent.running.warnings).toEqual([]);
    await createFunction(lambent.lambda, "contained", { "index.mjs": source });
    const { Payload } = await lambent.lambda.send(new InvokeCommand({ FunctionName: "contained" }));
    const told = JSON.parse(Payload?.transformToString() ?? "");
    expect(told).toMatchObject({ uid: 993, cwd: "/var/task", runtimeApi: "127.0.0.1:9001", functions: ["contained"] });
    expect(told.processes).toBeLessThan(10);
  });
});

const runc = isInstalled("runc", "--version") && missing === "" ? "" : missing || "runc is not installed";
test.skipIf(runc !== "")(`runc makes the containers where it is asked to${runc && ` (${runc})`}`, async () => {
  await using lambent = await startTestLambent({ isolation: "required", ociRuntime: "runc" });
  await createFunction(lambent.lambda, "contained", { "index.mjs": source });
  const { Payload } = await lambent.lambda.send(new InvokeCommand({ FunctionName: "contained" }));
  expect(JSON.parse(Payload?.transformToString() ?? "")).toMatchObject({ uid: 993, cwd: "/var/task", functions: ["contained"] });
});

test("plain processes are said aloud, with the reason when nobody asked for them", async () => {
  await using asked = await startTestLambent({ isolation: "none" });
  expect(asked.running.warnings).toEqual([expect.stringMatching(/NOT ISOLATED.*trust\.$/)]);
  await using fallback = await startTestLambent({ isolation: "any", ociRuntime: "no-such-runtime" });
  expect(fallback.running.warnings).toEqual([expect.stringMatching(/NOT ISOLATED.*Containers cannot be used here: .*\.$/)]);
});

test("isolation that is required and cannot be had keeps Lambent from starting, and says why", async () => {
  const settings = readSettings({ port: "0", memory: "true", logLevel: "silent", isolation: "required", ociRuntime: "/no/such/runtime" }, undefined);
  await expect(startLambentHere(settings, "test")).rejects.toThrow(/--isolation required: containers cannot be used here: .*\/no\/such\/runtime/);
});
