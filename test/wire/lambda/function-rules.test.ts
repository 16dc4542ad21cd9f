// The rules of a function's members, each at its limit and just beyond: tables of sections 2 to 5 of AWS's facts.
import { createHash } from "node:crypto";
import {
  type Architecture,
  CreateAliasCommand,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  type UpdateFunctionCodeCommandInput,
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationCommandInput,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { arnOf, refusal, says, waitUntilUpdated } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent, testRole } from "../../harness/lambent.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
let zip: Buffer;
let made = 0;
beforeAll(async () => {
  lambent = await startTestLambent({ logLevel: "error" });
  ({ lambda } = lambent);
  zip = await zipOf(says("x"));
  await createFunction(lambda, "updated", says("x"));
});
afterAll(() => lambent[Symbol.asyncDispose]());

const create = (settings: Partial<CreateFunctionCommandInput> = {}) =>
  lambda.send(new CreateFunctionCommand({ FunctionName: `f-${(made += 1)}`, Runtime: "nodejs26.x", Handler: "index.handler", Role: testRole, Code: { ZipFile: zip }, ...settings }));

const machine: Architecture = process.arch === "arm64" ? "arm64" : "x86_64";
const tags = (count: number): Record<string, string> => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, "v"]));
type Settings = Omit<UpdateFunctionConfigurationCommandInput, "FunctionName">;

test("what is left out of a creation has AWS's defaults", async () => {
  expect(await create()).toMatchObject({
    Description: "",
    Timeout: 3,
    MemorySize: 128,
    EphemeralStorage: { Size: 512 },
    Architectures: [machine],
    PackageType: "Zip",
    TracingConfig: { Mode: "PassThrough" },
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    LoggingConfig: { LogFormat: "Text" },
    Version: "$LATEST",
    CodeSize: zip.length,
    CodeSha256: createHash("sha256").update(zip).digest("base64"),
  });
});

describe("is taken, and shown as it was sent:", () => {
  const settings: readonly Settings[] = [
    { Description: "d".repeat(256) },
    { Handler: `i.${"h".repeat(126)}` },
    { Timeout: 1 },
    { Timeout: 900 },
    { MemorySize: 10_240 },
    { MemorySize: 129 },
    { EphemeralStorage: { Size: 512 } },
    { Environment: { Variables: { BIG: "v".repeat(4086) } } },
    { Environment: { Variables: { LANG: "C", TZ: "UTC", NODE_OPTIONS: "", Ab_1: "ü" } } },
    { Role: "arn:aws-us-gov:iam::000000000000:role/service-role/a_b+c=d,e.f@g-h" },
    { Runtime: "provided.al2023" },
  ];
  test.each(settings)("%j by CreateFunction", async (setting) => {
    expect(await create(setting)).toMatchObject(setting);
  });
  test.each(settings)("%j by UpdateFunctionConfiguration", async (setting) => {
    expect(await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "updated", ...setting }))).toMatchObject(setting);
    await waitUntilUpdated(lambda, "updated");
  });

  test("a name of 64 characters, in every form", async () => {
    const name = "n".repeat(64);
    expect(await create({ FunctionName: arnOf(name) })).toMatchObject({ FunctionName: name, FunctionArn: arnOf(name) });
    for (const form of [name, `function:${name}`, `000000000000:function:${name}`, arnOf(name)]) {
      const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: form }));
      expect(Configuration?.FunctionArn).toBe(arnOf(name));
    }
  });

  test("50 tags with keys of 128 and values of 256 characters", async () => {
    const Tags = { ...tags(49), ["k".repeat(128)]: "v".repeat(256) };
    const { FunctionName } = await create({ Tags });
    expect((await lambda.send(new GetFunctionCommand({ FunctionName: FunctionName ?? "" }))).Tags).toEqual(Tags);
  });

  test.each([machine, undefined] as const)("Architectures %s by UpdateFunctionCode", async (architecture) => {
    const Architectures = architecture === undefined ? undefined : [architecture];
    expect(await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "updated", ZipFile: zip, Architectures }))).toMatchObject({ Architectures: [machine] });
    await waitUntilUpdated(lambda, "updated");
  });
});

const invalid = "InvalidParameterValueException";
const failed = (value: string, member: string, constraint: string): string => `1 validation error detected: Value ${value} at '${member}' failed to satisfy constraint: ${constraint}`;
const atMost = (limit: number): string => `Member must have value less than or equal to ${limit}`;
const atLeast = (limit: number): string => `Member must have value greater than or equal to ${limit}`;
const longest = (limit: number): string => `Member must have length less than or equal to ${limit}`;
const unavailable = "Lambda was unable to configure your environment variables because the environment variables you have provided";

describe("is refused in AWS's words:", () => {
  type Row = readonly [settings: Settings, type: string, message: string | RegExp];
  const both: readonly Row[] = [
    [{ Description: "d".repeat(257) }, "ValidationException", failed(`'${"d".repeat(257)}'`, "description", longest(256))],
    [{ Handler: "h".repeat(129) }, "ValidationException", failed(`'${"h".repeat(129)}'`, "handler", longest(128))],
    [{ Handler: "a b" }, "ValidationException", /at 'handler' .*regular expression pattern: \[\^\\s\]\+$/],
    [{ Timeout: 0 }, "ValidationException", failed("'0'", "timeout", atLeast(1))],
    [{ Timeout: 901 }, "ValidationException", failed("'901'", "timeout", atMost(900))],
    [{ MemorySize: 127 }, "ValidationException", failed("'127'", "memorySize", atLeast(128))],
    [{ MemorySize: 10_241 }, "ValidationException", failed("'10241'", "memorySize", atMost(10_240))],
    [{ EphemeralStorage: { Size: 511 } }, "ValidationException", failed("'511'", "ephemeralStorage.size", atLeast(512))],
    [{ EphemeralStorage: { Size: 10_241 } }, "ValidationException", failed("'10241'", "ephemeralStorage.size", atMost(10_240))],
    [{ EphemeralStorage: { Size: undefined } }, "ValidationException", "1 validation error detected: Value null at 'ephemeralStorage.size' failed to satisfy constraint: Member must not be null"],
    [{ Role: "role" }, "ValidationException", /^1 validation error detected: Value 'role' at 'role' .*regular expression pattern: arn:/],
    [{ SnapStart: { ApplyOn: "Always" as "None" } }, "ValidationException", failed("'Always'", "snapStart.applyOn", "Member must satisfy enum value set: [PublishedVersions, None]")],
    [{ TracingConfig: { Mode: "Off" as "Active" } }, "ValidationException", /at 'tracingConfig\.mode' .*enum value set: \[(Active, PassThrough|PassThrough, Active)\]$/],
    [{ VpcConfig: { SubnetIds: Array.from({ length: 17 }, (_, n) => `subnet-${n}`) } }, "ValidationException", /at 'vpcConfig\.subnetIds' .*length less than or equal to 16$/],
    [{ VpcConfig: { SecurityGroupIds: Array.from({ length: 6 }, (_, n) => `sg-${n}`) } }, "ValidationException", /at 'vpcConfig\.securityGroupIds' .*length less than or equal to 5$/],
    [{ LoggingConfig: { LogGroup: "g".repeat(513) } }, "ValidationException", /at 'loggingConfig\.logGroup' .*length less than or equal to 512$/],
    [{ LoggingConfig: { LogGroup: "a b" } }, "ValidationException", /at 'loggingConfig\.logGroup' .*regular expression pattern: \[\\\.\\-_\/#A-Za-z0-9\]\+$/],
    [{ ImageConfig: { WorkingDirectory: "w".repeat(1001) } }, "ValidationException", /at 'imageConfig\.workingDirectory' .*length less than or equal to 1000$/],
    [{ Environment: { Variables: { A: "x" } } }, "ValidationException", /at 'environment\.variables' .*Map keys must satisfy constraint: \[Member must satisfy regular expression pattern: \[a-zA-Z\]\(\[a-zA-Z0-9_\]\)\+\]$/],
    [{ Environment: { Variables: { AWS_REGION: "x", LAMBDA_TASK_ROOT: "y" } } }, invalid, `${unavailable} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_REGION, LAMBDA_TASK_ROOT`],
    [{ Environment: { Variables: { BIG: "v".repeat(4087) } } }, invalid, `${unavailable} exceeded the 4KB limit. String measured: {"BIG":"${"v".repeat(4087)}"}`],
    [{ Runtime: "cobol" as "provided" }, invalid, /^Value cobol at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: \[nodejs20\.x, .*\] or be a valid ARN$/],
  ];
  test.each(both)("%j by CreateFunction", async (settings, type, message) => {
    await expect(create(settings)).rejects.toMatchObject(refusal(400, type, message));
  });
  test.each(both)("%j by UpdateFunctionConfiguration", async (settings, type, message) => {
    await expect(lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "updated", ...settings }))).rejects.toMatchObject(refusal(400, type, message));
  });

  test.each<[Partial<CreateFunctionCommandInput>, string, string | RegExp]>([
    [{ Architectures: ["x86_64", "arm64"] }, "ValidationException", failed("'[x86_64, arm64]'", "architectures", longest(1))],
    [{ Architectures: [] }, "ValidationException", failed("'[]'", "architectures", "Member must have length greater than or equal to 1")],
    [{ Tags: tags(51) }, invalid, "Number of tags exceeds resource tag limit."],
    [{ Tags: { ["k".repeat(129)]: "v" } }, "ValidationException", /at 'tags' .*Map keys must satisfy constraint: .*length less than or equal to 128/],
    [{ Tags: { k: "v".repeat(257) } }, "ValidationException", /at 'tags' .*Map value must satisfy constraint: .*length less than or equal to 256/],
    [{ Handler: undefined }, invalid, "Runtime and Handler are mandatory parameters for functions created with deployment packages."],
    [{ Role: undefined }, "ValidationException", "1 validation error detected: Value null at 'role' failed to satisfy constraint: Member must not be null"],
    [{ Code: undefined }, "ValidationException", "1 validation error detected: Value null at 'code' failed to satisfy constraint: Member must not be null"],
    [{ Code: { S3Bucket: "b", S3Key: "k" } }, "ValidationException", /at 'code\.s3Bucket' .*length greater than or equal to 3$/],
    [{ Code: { ZipFile: Buffer.alloc(0) } }, invalid, "Uploaded file must be a non-empty zip"],
    [{ PublishTo: "ELSEWHERE" as "LATEST_PUBLISHED" }, "ValidationException", /at 'publishTo' .*enum value set: \[LATEST_PUBLISHED\]$/],
  ])("%j", async (settings, type, message) => {
    await expect(create(settings)).rejects.toMatchObject(refusal(400, type, message));
  });
});

describe("a RevisionId that is not the latest is refused by", () => {
  const stale = "00000000-0000-4000-8000-000000000000";
  const of = { FunctionName: "revised", RevisionId: stale };
  beforeAll(async () => {
    await createFunction(lambda, "revised", says("x"), { Publish: true });
    await lambda.send(new CreateAliasCommand({ FunctionName: "revised", Name: "a", FunctionVersion: "1" }));
  });
  test.each<[string, () => Promise<unknown>]>([
    ["UpdateFunctionCode", () => lambda.send(new UpdateFunctionCodeCommand({ ...of, ZipFile: zip }))],
    ["UpdateFunctionCode with DryRun", () => lambda.send(new UpdateFunctionCodeCommand({ ...of, ZipFile: zip, DryRun: true }))],
    ["UpdateFunctionConfiguration", () => lambda.send(new UpdateFunctionConfigurationCommand(of))],
    ["PublishVersion", () => lambda.send(new PublishVersionCommand(of))],
    ["UpdateAlias", () => lambda.send(new UpdateAliasCommand({ ...of, Name: "a" }))],
  ])("%s", async (_name, call) => {
    await expect(call()).rejects.toMatchObject(
      refusal(
        412,
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
      ),
    );
  });
});

test("DryRun answers with the hash of what was sent, and with Publish makes no version either", async () => {
  const FunctionName = "dry";
  await createFunction(lambda, FunctionName, says("x"));
  const before = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const other = await zipOf(says("other"));
  const input: UpdateFunctionCodeCommandInput = { FunctionName, ZipFile: other, DryRun: true, Publish: true };
  expect(await lambda.send(new UpdateFunctionCodeCommand(input))).toMatchObject({
    CodeSha256: createHash("sha256").update(other).digest("base64"),
    CodeSize: other.length,
    RevisionId: before.RevisionId,
    Version: "$LATEST",
  });
  const { $metadata: _ofAfter, ...after } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const { $metadata: _ofBefore, ...asBefore } = before;
  expect(after).toEqual(asBefore);
  await expect(lambda.send(new GetFunctionCommand({ FunctionName, Qualifier: "1" }))).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

test("numbers of versions go on where a deleted function of the same name ended", async () => {
  const FunctionName = "again";
  await createFunction(lambda, FunctionName, says("x"), { Publish: true });
  await lambda.send(new DeleteFunctionCommand({ FunctionName }));
  expect(await create({ FunctionName, Publish: true })).toMatchObject({ Version: "2", FunctionArn: arnOf(FunctionName) });
  await expect(lambda.send(new GetFunctionCommand({ FunctionName, Qualifier: "1" }))).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});
