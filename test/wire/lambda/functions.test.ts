// CreateFunction, GetFunction, GetFunctionConfiguration and DeleteFunction through the official client.
import { createHash } from "node:crypto";
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  GetFunctionCodeSigningConfigCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { arnOf, Gate, gated, invoke, refusal, says, uuid, waitUntilPublished, waitUntilUpdated } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent, testRole } from "../../harness/lambent.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
});
afterAll(() => lambent[Symbol.asyncDispose]());

const architecture = process.arch === "arm64" ? "arm64" : "x86_64";

describe("a minimal function", () => {
  const FunctionName = "minimal";
  const Handler = "index.handler";
  let zip: Buffer;
  let created: Record<string, unknown>;
  let configuration: object;
  beforeAll(async () => {
    zip = await zipOf(says("hello"));
    const input: CreateFunctionCommandInput = { FunctionName, Handler, Runtime: "nodejs26.x", Role: testRole, Code: { ZipFile: zip }, Architectures: [architecture] };
    created = { ...(await lambda.send(new CreateFunctionCommand(input))) };
    await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 10, minDelay: 0.02, maxDelay: 0.1 }, { FunctionName });
    // Members as recorded of AWS.
    configuration = {
      FunctionName,
      FunctionArn: arnOf(FunctionName),
      Runtime: "nodejs26.x",
      Role: testRole,
      Handler,
      CodeSize: zip.byteLength,
      Description: "",
      Timeout: 3,
      MemorySize: 128,
      LastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/),
      CodeSha256: createHash("sha256").update(zip).digest("base64"),
      Version: "$LATEST",
      TracingConfig: { Mode: "PassThrough" },
      RevisionId: expect.stringMatching(uuid),
      PackageType: "Zip",
      Architectures: [architecture],
      EphemeralStorage: { Size: 512 },
      SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
      RuntimeVersionConfig: { RuntimeVersionArn: expect.stringMatching(/^arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}$/) },
      LoggingConfig: { LogFormat: "Text", LogGroup: `/aws/lambda/${FunctionName}` },
    };
  });

  test("is answered with 201, Pending and the members that AWS sends, and no others", () => {
    const { $metadata, ...output } = created;
    expect($metadata).toMatchObject({ httpStatusCode: 201, requestId: expect.stringMatching(uuid) });
    expect(output).toStrictEqual({ ...configuration, State: "Pending", StateReason: "The function is being created.", StateReasonCode: "Creating" });
  });

  test("is Active and Successful under a new RevisionId a moment later", async () => {
    const { $metadata, ...output } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect($metadata.httpStatusCode).toBe(200);
    expect(output).toStrictEqual({ ...configuration, State: "Active", LastUpdateStatus: "Successful" });
    expect(output.RevisionId).not.toBe(created["RevisionId"]);
  });

  test("is found with a link that downloads the very zip, without credentials", async () => {
    const { $metadata, ...found } = await lambda.send(new GetFunctionCommand({ FunctionName }));
    expect($metadata.httpStatusCode).toBe(200);
    expect(found).toStrictEqual({
      Configuration: { ...configuration, State: "Active", LastUpdateStatus: "Successful" },
      Code: { RepositoryType: "S3", Location: expect.stringContaining(lambent.endpoint) },
    });
    const download = await fetch(found.Code?.Location ?? "");
    expect(download.status).toBe(200);
    expect(Buffer.from(await download.arrayBuffer()).equals(zip)).toBe(true);
    const changed = await fetch((found.Code?.Location ?? "").replace(/signature=.{4}/, "signature=0000"));
    expect(changed.status).toBe(403);
  });

  test("has no code signing configuration", async () => {
    const { $metadata, ...output } = await lambda.send(new GetFunctionCodeSigningConfigCommand({ FunctionName }));
    expect($metadata.httpStatusCode).toBe(200);
    expect(output).toStrictEqual({ FunctionName });
  });

  test("is found by its name, its ARN and parts of it", async () => {
    for (const name of [arnOf(FunctionName), `000000000000:function:${FunctionName}`, `function:${FunctionName}`, `${FunctionName}:$LATEST`]) {
      const found = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
      expect(found.FunctionArn).toBe(name.endsWith("$LATEST") ? arnOf(FunctionName, "$LATEST") : arnOf(FunctionName));
    }
  });

  test("cannot be created again", async () => {
    const input = { FunctionName, Handler, Runtime: "nodejs26.x", Role: testRole, Code: { ZipFile: zip } } as const;
    await expect(lambda.send(new CreateFunctionCommand(input))).rejects.toMatchObject({
      ...refusal(409, "ResourceConflictException", `Function already exist: ${FunctionName}`),
      Type: "User",
    });
  });
});

test("every setting that is given is shown again and applied", async () => {
  const settings = {
    Description: "all of them",
    Timeout: 7,
    MemorySize: 192,
    Environment: { Variables: { GREETING: "hi", "UM_laut": "größer" } },
    Tags: { team: "a", "with blank": "ü" },
    EphemeralStorage: { Size: 512 },
    TracingConfig: { Mode: "PassThrough" },
    LoggingConfig: { LogFormat: "Text", LogGroup: "/aws/lambda/full" },
  } as const;
  const source = `export const handler = async (_, context) => ({
    timeoutMs: context.getRemainingTimeInMillis(), memory: context.memoryLimitInMB, greeting: process.env.GREETING, umlaut: process.env.UM_laut,
  });`;
  await createFunction(lambda, "full", { "index.mjs": source }, settings);
  const { Configuration, Tags } = await lambda.send(new GetFunctionCommand({ FunctionName: "full" }));
  const { Tags: tags, ...shown } = settings;
  expect(Configuration).toMatchObject(shown);
  expect(Tags).toEqual(tags);
  const { body } = await invoke(lambda, "full");
  expect(body).toMatchObject({ memory: "192", greeting: "hi", umlaut: "größer" });
  expect((body as { timeoutMs: number }).timeoutMs).toBeGreaterThan(6000);
});

test.each([
  ["leaves Environment out when none was sent", {}, undefined],
  ["shows an empty Environment when an empty one was sent", { Environment: { Variables: {} } }, { Variables: {} }],
])("%s", async (_what, settings, shown) => {
  const FunctionName = `environment-${shown === undefined ? "none" : "empty"}`;
  await createFunction(lambda, FunctionName, says("x"), settings);
  const output = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  expect(output.Environment).toEqual(shown);
  expect("Environment" in output).toBe(shown !== undefined);
});

test("a function and a version can be invoked and changed once they are Active, not before", async () => {
  const FunctionName = "pending";
  // Unpacking so many files takes longer than the requests that follow.
  const files = Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`files/${n}.txt`, `${n}`]));
  const Code = { ZipFile: await zipOf({ ...files, ...says("ready") }) };
  await lambda.send(new CreateFunctionCommand({ FunctionName, Handler: "index.handler", Runtime: "nodejs26.x", Role: testRole, Code, Publish: true }));
  const refused = refusal(409, "ResourceConflictException", "The operation cannot be performed at this time. The function is currently in the following state: Pending");
  const outcomes = await Promise.allSettled([
    invoke(lambda, FunctionName),
    invoke(lambda, `${FunctionName}:1`),
    lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ...Code })),
    lambda.send(new PublishVersionCommand({ FunctionName })),
  ]);
  for (const outcome of outcomes) expect(outcome).toMatchObject({ status: "rejected", reason: refused });
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 20, minDelay: 0.02, maxDelay: 0.1 }, { FunctionName });
  await waitUntilPublished(lambda, FunctionName, "1");
  for (const name of [FunctionName, `${FunctionName}:1`]) expect((await invoke(lambda, name)).body).toBe("ready");
});

test("with Publish the answer names version 1, under the ARN of the function", async () => {
  const Code = { ZipFile: await zipOf(says("one")) };
  const input = { FunctionName: "published", Handler: "index.handler", Runtime: "nodejs26.x", Role: testRole, Code, Publish: true } as const;
  expect(await lambda.send(new CreateFunctionCommand(input))).toMatchObject({ Version: "1", FunctionArn: arnOf("published"), State: "Pending" });
});

describe("DeleteFunction", () => {
  test("answers 204, and nothing of the function is found any more", async () => {
    const FunctionName = "deleted";
    await createFunction(lambda, FunctionName, says("x"), { Publish: true, Tags: { a: "1" } });
    const { $metadata } = await lambda.send(new DeleteFunctionCommand({ FunctionName }));
    expect($metadata.httpStatusCode).toBe(204);
    const gone = refusal(404, "ResourceNotFoundException", `Function not found: ${arnOf(FunctionName)}`);
    await expect(lambda.send(new GetFunctionCommand({ FunctionName }))).rejects.toMatchObject({ ...gone, Type: "User" });
    await expect(lambda.send(new DeleteFunctionCommand({ FunctionName }))).rejects.toMatchObject(gone);
    await expect(invoke(lambda, FunctionName)).rejects.toMatchObject({ message: `Function not found: ${arnOf(FunctionName, "$LATEST")}` });
    await expect(invoke(lambda, `${FunctionName}:1`)).rejects.toMatchObject({ message: `Function not found: ${arnOf(FunctionName, "1")}` });
  });

  test("lets an invoke that is running finish", async () => {
    await createFunction(lambda, "busy", gated("finished"));
    const gate = new Gate();
    const running = invoke(lambda, "busy", { gate: gate.gate }, { LogType: "None" });
    await gate.isRunning();
    await lambda.send(new DeleteFunctionCommand({ FunctionName: "busy" }));
    gate.open();
    expect(await running).toMatchObject({ body: "finished", error: undefined });
  });

  test("does not make version numbers begin again", async () => {
    const FunctionName = "again";
    await createFunction(lambda, FunctionName, says("first"), { Publish: true });
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await zipOf(says("second")) }));
    await waitUntilUpdated(lambda, FunctionName);
    expect((await lambda.send(new PublishVersionCommand({ FunctionName }))).Version).toBe("2");
    await lambda.send(new DeleteFunctionCommand({ FunctionName }));

    await createFunction(lambda, FunctionName, says("third"));
    expect((await invoke(lambda, FunctionName)).body).toBe("third");
    await expect(lambda.send(new GetFunctionCommand({ FunctionName: `${FunctionName}:1` }))).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    expect((await lambda.send(new PublishVersionCommand({ FunctionName }))).Version).toBe("3");
  });
});
