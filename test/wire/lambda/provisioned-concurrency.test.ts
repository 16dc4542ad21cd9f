// Provisioned concurrency through the official clients, with real processes: they are there before anyone invokes.
import {
  CreateAliasCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  GetProvisionedConcurrencyConfigCommand,
  type LambdaClient,
  ListProvisionedConcurrencyConfigsCommand,
  PublishVersionCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { arnOf, Gate, invoke, refusal, waitUntilPublished, waitUntilUpdated } from "../../harness/functions.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../../harness/lambent.ts";
import { isInstalled, run } from "../../harness/program.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent({ concurrency: "20" });
  ({ lambda } = lambent);
});
afterAll(() => lambent[Symbol.asyncDispose]());

/** Answers with how and when its environment was initialised; waits for a gate when it is given one. */
const tells = {
  "index.mjs": `
    import { existsSync, writeFileSync } from "node:fs";
    if (process.env.FAIL === "1") throw new Error("no init");
    const type = process.env.AWS_LAMBDA_INITIALIZATION_TYPE;
    const initialised = Date.now();
    export const handler = async ({ gate, crash }) => {
      if (crash) process.exit(1);
      if (gate !== undefined) {
        writeFileSync(gate + "/running", "");
        while (!existsSync(gate + "/open")) await new Promise((done) => setTimeout(done, 5));
      }
      return { type, initialised, pid: process.pid };
    };`,
};

const publish = async (FunctionName: string): Promise<string> => {
  const { Version = "" } = await lambda.send(new PublishVersionCommand({ FunctionName }));
  await waitUntilPublished(lambda, FunctionName, Version);
  return Version;
};

const publishAnother = async (FunctionName: string, Variables: Record<string, string>): Promise<string> => {
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
  await waitUntilUpdated(lambda, FunctionName);
  return publish(FunctionName);
};

const provision = (FunctionName: string, Qualifier: string, ProvisionedConcurrentExecutions: number) =>
  lambda.send(new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier, ProvisionedConcurrentExecutions }));
const unprovision = (FunctionName: string, Qualifier: string) =>
  lambda.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }));
const configOf = async (FunctionName: string, Qualifier: string, client = lambda) => {
  const { $metadata: _metadata, ...config } = await client.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }));
  return config;
};
const becomes = (name: string, qualifier: string, status: string, client = lambda) =>
  vi.waitUntil(async () => (await configOf(name, qualifier, client)).Status === status, { timeout: 20_000, interval: 20 });

const told = async (name: string, qualifier: string, event: unknown = {}): Promise<{ type: string; initialised: number; pid: number; log: string }> => {
  const { body, log } = await invoke(lambda, name, event, { Qualifier: qualifier });
  return { ...(body as { type: string; initialised: number; pid: number }), log };
};

test("environments are there before the first invoke, come first, and leave the rest to others on demand", async () => {
  await createFunction(lambda, "ready", tells);
  const version = await publish("ready");
  const put = await provision("ready", version, 2);
  expect(put).toMatchObject({
    $metadata: { httpStatusCode: 202 },
    RequestedProvisionedConcurrentExecutions: 2,
    AvailableProvisionedConcurrentExecutions: 0,
    AllocatedProvisionedConcurrentExecutions: 0,
    Status: "IN_PROGRESS",
    LastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/),
  });
  await becomes("ready", version, "READY");
  const ready = { RequestedProvisionedConcurrentExecutions: 2, AvailableProvisionedConcurrentExecutions: 2, AllocatedProvisionedConcurrentExecutions: 2, Status: "READY", LastModified: put.LastModified };
  expect(await configOf("ready", version)).toEqual(ready);

  const invokedAt = Date.now();
  const gates = [new Gate(), new Gate()] as const;
  const both = gates.map((gate) => told("ready", version, { gate: gate.gate }));
  await Promise.all(gates.map((gate) => gate.isRunning()));
  const third = await told("ready", version);
  for (const gate of gates) gate.open();
  const first = await Promise.all(both);
  for (const { type, initialised, log } of first) {
    expect([type, initialised < invokedAt]).toEqual(["provisioned-concurrency", true]);
    expect(log).not.toContain("Init Duration");
  }
  expect([third.type, third.initialised >= invokedAt]).toEqual(["on-demand", true]);
  expect(third.log).toContain("Init Duration");
  // On demand is not used where a provisioned one is free.
  expect((await told("ready", version)).type).toBe("provisioned-concurrency");
  expect((await invoke(lambda, "ready")).body).toMatchObject({ type: "on-demand" });
});

test("an environment that dies is replaced", async () => {
  await createFunction(lambda, "dying", tells);
  const version = await publish("dying");
  await provision("dying", version, 1);
  await becomes("dying", version, "READY");
  const others = async (pid: number): Promise<number> => {
    const found = await vi.waitUntil(async () => {
      const { type, pid: now } = await told("dying", version);
      return type === "provisioned-concurrency" && now !== pid && { pid: now };
    }, { timeout: 10_000, interval: 20 });
    return found.pid;
  };
  const { pid } = await told("dying", version);
  expect((await invoke(lambda, "dying", { crash: true }, { Qualifier: version })).error).toBe("Unhandled");
  const replaced = await others(pid);
  // Also while nothing asks for it.
  process.kill(replaced, "SIGKILL");
  await others(replaced);
  await becomes("dying", version, "READY");
  await unprovision("dying", version);
  await vi.waitUntil(async () => (await told("dying", version)).type === "on-demand", { timeout: 10_000 });
});

test("an init that fails is told, and the next version of the alias takes over", async () => {
  await createFunction(lambda, "moved", tells, { Environment: { Variables: { FAIL: "1" } } });
  const broken = await publish("moved");
  await lambda.send(new CreateAliasCommand({ FunctionName: "moved", Name: "live", FunctionVersion: broken }));
  await provision("moved", "live", 1);
  await becomes("moved", "live", "FAILED");
  expect(await configOf("moved", "live")).toMatchObject({
    AvailableProvisionedConcurrentExecutions: 0,
    Status: "FAILED",
    StatusReason: "FUNCTION_ERROR_INIT_FAILURE",
  });
  const sound = await publishAnother("moved", { FAIL: "0" });
  await lambda.send(new UpdateAliasCommand({ FunctionName: "moved", Name: "live", FunctionVersion: sound }));
  await becomes("moved", "live", "READY");
  expect((await told("moved", "live")).type).toBe("provisioned-concurrency");
  // The alias' environments are its version's.
  expect((await told("moved", sound)).type).toBe("provisioned-concurrency");

  const listed = await lambda.send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName: "moved" }));
  expect(listed.ProvisionedConcurrencyConfigs).toEqual([{ FunctionArn: arnOf("moved", "live"), ...(await configOf("moved", "live")) }]);
});

describe("refuses", () => {
  const invalid = (message: string) => refusal(400, "InvalidParameterValueException", message);
  beforeAll(async () => {
    await createFunction(lambda, "refused", tells, { Publish: true });
    await lambda.send(new CreateAliasCommand({ FunctionName: "refused", Name: "live", FunctionVersion: "1" }));
  });

  test("what is not published, not there or not provisioned", async () => {
    await expect(provision("refused", "$LATEST", 1)).rejects.toMatchObject(invalid("Provisioned Concurrency Configs cannot be applied to unpublished function versions."));
    const published = invalid("The function resource provided must be an alias or a published version.");
    await expect(configOf("refused", "$LATEST")).rejects.toMatchObject(published);
    await expect(unprovision("refused", "$LATEST")).rejects.toMatchObject(published);
    await expect(configOf("refused", "1")).rejects.toMatchObject(refusal(404, "ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found for this function"));
    await expect(provision("refused", "9", 1)).rejects.toMatchObject(refusal(404, "ResourceNotFoundException", `Function not found: ${arnOf("refused", "9")}`));
    await expect(provision("refused", "nobody", 1)).rejects.toMatchObject(refusal(404, "ResourceNotFoundException", `Cannot find alias arn: ${arnOf("refused", "nobody")}`));
    await expect(provision("refused", "1", 0)).rejects.toMatchObject(refusal(400, "ValidationException", /Member must have value greater than or equal to 1/));
  });

  test("a version that has one already, and more than the account has", async () => {
    await provision("refused", "1", 1);
    await expect(provision("refused", "live", 1)).rejects.toMatchObject(refusal(409, "ResourceConflictException", "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"));
    expect(await unprovision("refused", "1")).toMatchObject({ $metadata: { httpStatusCode: 204 } });
    await provision("refused", "live", 1);
    await expect(provision("refused", "1", 1)).rejects.toMatchObject(refusal(409, "ResourceConflictException", "Version is pointed by a Provisioned Concurrency alias"));
    await expect(provision("refused", "live", 1000)).rejects.toMatchObject(
      refusal(400, "InvalidParameterValueException", /^Specified ConcurrentExecutions for function is greater than account's unreserved concurrency \[\d+\]\.$/),
    );
    await unprovision("refused", "live");
  });
});

test("a restart brings them up again", async () => {
  const data = temporaryFolder("provisioned");
  const before = await startTestLambent({ memory: "false", dataDirectory: data });
  await createFunction(before.lambda, "kept", tells, { Publish: true });
  await waitUntilPublished(before.lambda, "kept", "1");
  await before.lambda.send(new PutProvisionedConcurrencyConfigCommand({ FunctionName: "kept", Qualifier: "1", ProvisionedConcurrentExecutions: 1 }));
  await becomes("kept", "1", "READY", before.lambda);
  await before[Symbol.asyncDispose]();

  await using after = await startTestLambent({ memory: "false", dataDirectory: data });
  await becomes("kept", "1", "READY", after.lambda);
  expect((await invoke(after.lambda, "kept", {}, { Qualifier: "1" })).body).toMatchObject({ type: "provisioned-concurrency" });
});

describe.skipIf(!isInstalled("python3", "-c", "import boto3"))("boto3", () => {
  test("puts, pages through and deletes them", async () => {
    await createFunction(lambda, "paged", tells, { Publish: true });
    await lambda.send(new CreateAliasCommand({ FunctionName: "paged", Name: "live", FunctionVersion: "1" }));
    const second = await publishAnother("paged", { OTHER: "1" });
    const script = `
import boto3, json
client = boto3.client("lambda")
for qualifier in ["live", "${second}"]:
    client.put_provisioned_concurrency_config(FunctionName="paged", Qualifier=qualifier, ProvisionedConcurrentExecutions=1)
pages = client.get_paginator("list_provisioned_concurrency_configs").paginate(FunctionName="paged", PaginationConfig={"PageSize": 1})
print(json.dumps([config["FunctionArn"] for page in pages for config in page["ProvisionedConcurrencyConfigs"]]))
try:
    client.put_function_concurrency(FunctionName="paged", ReservedConcurrentExecutions=1)
except client.exceptions.InvalidParameterValueException as error:
    print(json.dumps(error.response["Error"]["Message"]))
for qualifier in ["live", "${second}"]:
    client.delete_provisioned_concurrency_config(FunctionName="paged", Qualifier=qualifier)
`;
    const { stdout } = await run("python3", ["-c", script], lambent.environment);
    expect(stdout.trim().split("\n").map((line) => JSON.parse(line) as unknown)).toEqual([
      [arnOf("paged", second), arnOf("paged", "live")],
      " ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [2].",
    ]);
  });
});
