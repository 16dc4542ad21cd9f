import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { startTestLambent, temporaryFolder, type TestLambent, testRole } from "../../harness/lambent.ts";
import { isInstalled, run } from "../../harness/program.ts";

// Skipped where the AWS CLI is not installed: pip install awscli. Each command takes half a second to start.
describe.skipIf(!isInstalled("aws", "--version"))("the AWS CLI", { timeout: 60_000 }, () => {
  let lambent: TestLambent;
  const folder = temporaryFolder("cli");
  const zip = join(folder, "code.zip");

  beforeAll(async () => {
    lambent = await startTestLambent();
    writeFileSync(zip, await zipOf({ "index.mjs": "export const handler = async (event) => ({ hello: event.name });" }));
  });
  afterAll(() => lambent[Symbol.asyncDispose]());

  const lambda = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { stdout } = await run("aws", ["lambda", ...args, "--output", "json"], lambent.environment);
    return stdout.trim() === "" ? {} : (JSON.parse(stdout) as Record<string, unknown>);
  };

  const create = (name: string, ...more: string[]) => {
    const required = ["--function-name", name, "--runtime", "nodejs26.x", "--handler", "index.handler", "--role", testRole, "--zip-file", `fileb://${zip}`];
    return lambda("create-function", ...required, ...more);
  };

  test("creates, waits for, invokes, lists and deletes a function", async () => {
    const created = await create("cli", "--tags", "team=blue", "--environment", "Variables={GREETING=hi}");
    expect(created).toMatchObject({ FunctionName: "cli", State: "Pending", Version: "$LATEST", MemorySize: 128, Timeout: 3 });
    await lambda("wait", "function-active-v2", "--function-name", "cli");

    const out = join(folder, "out.json");
    const answer = await lambda("invoke", "--function-name", "cli", "--payload", '{"name":"cli"}', "--log-type", "Tail", out);
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
    expect(JSON.parse(readFileSync(out, "utf8"))).toEqual({ hello: "cli" });

    expect(await lambda("list-functions")).toMatchObject({ Functions: [{ FunctionName: "cli" }] });
    expect(await lambda("get-function", "--function-name", "cli")).toMatchObject({ Tags: { team: "blue" }, Configuration: { State: "Active" } });
    await lambda("delete-function", "--function-name", "cli");
    await expect(lambda("get-function", "--function-name", "cli")).rejects.toThrow(
      "An error occurred (ResourceNotFoundException) when calling the GetFunction operation: Function not found: arn:aws:lambda:us-east-1:000000000000:function:cli",
    );
  });

  test("publishes a version and points an alias at it", async () => {
    await create("versions");
    await lambda("wait", "function-active-v2", "--function-name", "versions");
    expect(await lambda("publish-version", "--function-name", "versions", "--description", "first")).toMatchObject({ Version: "1", Description: "first" });
    expect(await lambda("create-alias", "--function-name", "versions", "--name", "live", "--function-version", "1")).toMatchObject({ Name: "live", FunctionVersion: "1" });
    await lambda("wait", "published-version-active", "--function-name", "versions", "--qualifier", "1");
    const answer = await lambda("invoke", "--function-name", "versions", "--qualifier", "live", "--payload", "{}", join(folder, "live.json"));
    expect(answer).toMatchObject({ ExecutedVersion: "1" });
  });

  test("updates, tags and untags a function", async () => {
    await create("changed", "--description", "first");
    await lambda("wait", "function-active-v2", "--function-name", "changed");
    const settings = ["--environment", "Variables={GREETING=hi}", "--timeout", "9"];
    const updated = await lambda("update-function-configuration", "--function-name", "changed", ...settings);
    expect(updated).toMatchObject({ Timeout: 9, Environment: { Variables: { GREETING: "hi" } }, Description: "first", LastUpdateStatus: "InProgress" });
    await lambda("wait", "function-updated-v2", "--function-name", "changed");
    const code = await lambda("update-function-code", "--function-name", "changed", "--zip-file", `fileb://${zip}`, "--publish");
    expect(code).toMatchObject({ Version: "1", State: "Pending" });

    const arn = "arn:aws:lambda:us-east-1:000000000000:function:changed";
    await lambda("wait", "function-updated-v2", "--function-name", "changed");
    await lambda("tag-resource", "--resource", arn, "--tags", "a=1,c=2");
    await lambda("untag-resource", "--resource", arn, "--tag-keys", "c");
    expect(await lambda("list-tags", "--resource", arn)).toEqual({ Tags: { a: "1" } });
  });

  test("configures asynchronous invokes, a URL and recursion", async () => {
    await create("configured");
    await lambda("wait", "function-active-v2", "--function-name", "configured");
    const of = ["--function-name", "configured"];
    expect(await lambda("put-function-event-invoke-config", ...of, "--maximum-retry-attempts", "0")).toMatchObject({
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnSuccess: {}, OnFailure: {} },
    });
    const url = await lambda("create-function-url-config", ...of, "--auth-type", "NONE", "--cors", "AllowOrigins=*,MaxAge=5");
    expect(url).toMatchObject({ AuthType: "NONE", Cors: { AllowOrigins: ["*"], MaxAge: 5 } });
    expect(await lambda("get-function-url-config", ...of)).toMatchObject({ FunctionUrl: url["FunctionUrl"], InvokeMode: "BUFFERED" });
    expect(await lambda("put-function-recursion-config", ...of, "--recursive-loop", "Allow")).toEqual({ RecursiveLoop: "Allow" });
  });

  test("publishes a layer, shares it, and gives it to a function", async () => {
    const of = ["--layer-name", "shared"];
    const published = await lambda("publish-layer-version", ...of, "--zip-file", `fileb://${zip}`, "--compatible-runtimes", "nodejs26.x", "--license-info", "MIT");
    expect(published).toMatchObject({ Version: 1, CompatibleRuntimes: ["nodejs26.x"], LicenseInfo: "MIT" });
    const arn = String(published["LayerVersionArn"]);
    const shared = await lambda("add-layer-version-permission", ...of, "--version-number", "1", "--statement-id", "all", "--action", "lambda:GetLayerVersion", "--principal", "*");
    expect(JSON.parse(String(shared["Statement"]))).toMatchObject({ Sid: "all", Principal: "*", Resource: arn });
    expect(await lambda("get-layer-version-by-arn", "--arn", arn)).toMatchObject({ LayerVersionArn: arn });
    expect(await lambda("list-layers", "--compatible-runtime", "nodejs26.x")).toMatchObject({ Layers: [{ LayerName: "shared" }] });
    expect(await create("layered", "--layers", arn)).toMatchObject({ Layers: [{ Arn: arn }] });
    await lambda("delete-layer-version", ...of, "--version-number", "1");
    expect(await lambda("list-layer-versions", ...of)).toEqual({ LayerVersions: [] });
  });

  test("permits others, reserves and provisions concurrency", async () => {
    await create("limited", "--publish");
    await lambda("wait", "function-active-v2", "--function-name", "limited");
    const of = ["--function-name", "limited"];
    const permitted = await lambda("add-permission", ...of, "--statement-id", "s3", "--action", "lambda:InvokeFunction", "--principal", "s3.amazonaws.com", "--source-account", "000000000000");
    expect(JSON.parse(String(permitted["Statement"]))).toMatchObject({ Sid: "s3", Principal: { Service: "s3.amazonaws.com" } });
    expect(JSON.parse(String((await lambda("get-policy", ...of))["Policy"]))).toMatchObject({ Statement: [{ Sid: "s3" }] });
    await lambda("remove-permission", ...of, "--statement-id", "s3");
    await expect(lambda("get-policy", ...of)).rejects.toThrow("The resource you requested does not exist.");

    expect(await lambda("put-function-concurrency", ...of, "--reserved-concurrent-executions", "5")).toEqual({ ReservedConcurrentExecutions: 5 });
    expect(await lambda("get-function", ...of)).toMatchObject({ Concurrency: { ReservedConcurrentExecutions: 5 } });
    const provisioned = await lambda("put-provisioned-concurrency-config", ...of, "--qualifier", "1", "--provisioned-concurrent-executions", "1");
    expect(provisioned).toMatchObject({ RequestedProvisionedConcurrentExecutions: 1, Status: "IN_PROGRESS" });
    expect(await lambda("list-provisioned-concurrency-configs", ...of)).toMatchObject({ ProvisionedConcurrencyConfigs: [{ RequestedProvisionedConcurrentExecutions: 1 }] });
    await lambda("delete-provisioned-concurrency-config", ...of, "--qualifier", "1");
    await lambda("delete-function-concurrency", ...of);
  });

  test("maps a queue, signs code and pins a runtime", async () => {
    await create("managed");
    await lambda("wait", "function-active-v2", "--function-name", "managed");
    const of = ["--function-name", "managed"];
    const queue = "arn:aws:sqs:us-east-1:000000000000:jobs";
    // This CLI asks no other endpoint for SQS than the one on its command line.
    await run("aws", ["sqs", "create-queue", "--queue-name", "jobs", "--endpoint-url", lambent.endpoint], lambent.environment);
    const mapping = await lambda("create-event-source-mapping", ...of, "--event-source-arn", queue, "--batch-size", "5", "--no-enabled");
    expect(mapping).toMatchObject({ EventSourceArn: queue, BatchSize: 5 });
    expect(await lambda("list-event-source-mappings", ...of)).toMatchObject({ EventSourceMappings: [{ UUID: mapping["UUID"] }] });
    await lambda("delete-event-source-mapping", "--uuid", String(mapping["UUID"]));

    const publishers = "SigningProfileVersionArns=arn:aws:signer:us-east-1:000000000000:/signing-profiles/Ours/abcdefghij";
    const signing = await lambda("create-code-signing-config", "--allowed-publishers", publishers, "--code-signing-policies", "UntrustedArtifactOnDeployment=Warn");
    const { CodeSigningConfigArn } = signing["CodeSigningConfig"] as { readonly CodeSigningConfigArn: string };
    await lambda("put-function-code-signing-config", ...of, "--code-signing-config-arn", CodeSigningConfigArn);
    expect(await lambda("get-function-code-signing-config", ...of)).toEqual({ FunctionName: "managed", CodeSigningConfigArn });

    const { RuntimeVersionConfig } = (await lambda("get-function-configuration", ...of)) as { readonly RuntimeVersionConfig: { readonly RuntimeVersionArn: string } };
    const pin = ["--update-runtime-on", "Manual", "--runtime-version-arn", RuntimeVersionConfig.RuntimeVersionArn];
    const pinned = { UpdateRuntimeOn: "Manual", RuntimeVersionArn: RuntimeVersionConfig.RuntimeVersionArn };
    expect(await lambda("put-runtime-management-config", ...of, ...pin)).toMatchObject(pinned);
    expect(await lambda("get-runtime-management-config", ...of)).toMatchObject(pinned);
  });

  test("publishes, lists, shares and deletes a layer, and gives it to a function", async () => {
    const layer = await lambda("publish-layer-version", "--layer-name", "tools", "--zip-file", `fileb://${zip}`, "--compatible-runtimes", "nodejs26.x");
    expect(layer).toMatchObject({ Version: 1, CompatibleRuntimes: ["nodejs26.x"] });
    expect(await create("cli-layers", "--layers", String(layer["LayerVersionArn"]))).toMatchObject({ Layers: [{ Arn: layer["LayerVersionArn"] }] });
    expect(await lambda("list-layers")).toMatchObject({ Layers: [{ LayerName: "tools" }] });
    expect(await lambda("get-layer-version-by-arn", "--arn", String(layer["LayerVersionArn"]))).toMatchObject({ Version: 1 });
    const version = ["--layer-name", "tools", "--version-number", "1"];
    await lambda("add-layer-version-permission", ...version, "--statement-id", "all", "--action", "lambda:GetLayerVersion", "--principal", "*");
    expect(await lambda("get-layer-version-policy", ...version)).toMatchObject({ Policy: expect.stringContaining('"Sid":"all"') });
    await lambda("delete-layer-version", ...version);
    expect(await lambda("list-layer-versions", "--layer-name", "tools")).toMatchObject({ LayerVersions: [] });
  });

  test("sees what the account has and may have", async () => {
    expect(await lambda("get-account-settings")).toMatchObject({ AccountLimit: { ConcurrentExecutions: 1000 } });
  });

  test("is told what it got wrong in AWS's words", async () => {
    await expect(lambda("create-function", "--function-name", "bad name", "--role", "nobody", "--zip-file", `fileb://${zip}`)).rejects.toThrow(
      /ValidationException.*2 validation errors detected/s,
    );
  });

  test("is told by the former operation, too, of an event that is no JSON", async () => {
    await expect(lambda("invoke-async", "--function-name", "cli", "--invoke-args", zip)).rejects.toThrow("InvalidRequestContentException");
  });
});
