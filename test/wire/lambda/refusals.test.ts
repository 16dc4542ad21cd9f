// What CreateFunction, GetFunction and the updates refuse, in AWS's words as recorded.
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  GetFunctionCommand,
  type LambdaClient,
  ListFunctionsCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationCommandInput,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { arnOf, refusal, says } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent, testRole } from "../../harness/lambent.ts";

type Refusal = readonly [what: string, settings: Partial<CreateFunctionCommandInput>, status: number, type: string, message: string | RegExp];

let lambent: TestLambent;
let lambda: LambdaClient;
let zip: Buffer;
beforeAll(async () => {
  lambent = await startTestLambent({ logLevel: "error" });
  ({ lambda } = lambent);
  zip = await zipOf(says("x"));
});
afterAll(() => lambent[Symbol.asyncDispose]());

const create = (settings: Partial<CreateFunctionCommandInput>, client = lambda) =>
  client.send(
    new CreateFunctionCommand({ FunctionName: "refused", Runtime: "nodejs26.x", Handler: "index.handler", Role: testRole, Code: { ZipFile: zip }, ...settings }),
  );

const invalid = "InvalidParameterValueException";
const failed = (value: string, member: string, constraint: string): string =>
  `1 validation error detected: Value ${value} at '${member}' failed to satisfy constraint: ${constraint}`;
const rolePattern = String.raw`arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+`;
const variables = "Lambda was unable to configure your environment variables because the environment variables you have provided";

describe("CreateFunction refuses", () => {
  test.each<Refusal>([
    ["a name over 64 characters", { FunctionName: "n".repeat(65) }, 400, invalid, failed(`'${"n".repeat(65)}'`, "functionName", "Member must have length less than or equal to 64")],
    ["a name over 140", { FunctionName: "n".repeat(141) }, 400, "ValidationException", /Member must have length less than or equal to 140$/],
    ["a name with a star", { FunctionName: "my*" }, 400, "ValidationException", /^1 validation error detected: Value 'my\*' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: \(arn:/],
    ["another region's ARN", { FunctionName: "arn:aws:lambda:eu-west-1:000000000000:function:f" }, 404, "ResourceNotFoundException", "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"],
    ["a role that is none", { Role: "nobody" }, 400, "ValidationException", failed("'nobody'", "role", `Member must satisfy regular expression pattern: ${rolePattern}`)],
    ["a handler with a blank", { Handler: "a b" }, 400, "ValidationException", /at 'handler' failed to satisfy constraint: Member must satisfy regular expression pattern: \[\^\\s\]\+$/],
    ["a long description", { Description: "d".repeat(257) }, 400, "ValidationException", /Member must have length less than or equal to 256$/],
    ["a timeout of 0", { Timeout: 0 }, 400, "ValidationException", failed("'0'", "timeout", "Member must have value greater than or equal to 1")],
    ["a timeout over 900", { Timeout: 901 }, 400, "ValidationException", failed("'901'", "timeout", "Member must have value less than or equal to 900")],
    ["memory under 128", { MemorySize: 127 }, 400, "ValidationException", failed("'127'", "memorySize", "Member must have value greater than or equal to 128")],
    ["memory over 10,240", { MemorySize: 10_241 }, 400, "ValidationException", failed("'10241'", "memorySize", "Member must have value less than or equal to 10240")],
    ["two architectures", { Architectures: ["arm64", "x86_64"] }, 400, "ValidationException", failed("'[arm64, x86_64]'", "architectures", "Member must have length less than or equal to 1")],
    ["an unknown package type", { PackageType: "Tar" as "Zip" }, 400, "ValidationException", /^1 validation error detected: Value 'Tar' at 'packageType' failed to satisfy constraint: Member must satisfy enum value set: \[(Zip, Image|Image, Zip)\]$/],
    ["an unknown runtime", { Runtime: "cobol" as "provided" }, 400, invalid, /^Value cobol at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: \[nodejs20\.x, python3\.14, .*\] or be a valid ARN$/],
    ["no runtime", { Runtime: undefined }, 400, invalid, "Runtime and Handler are mandatory parameters for functions created with deployment packages."],
    ["reserved variables", { Environment: { Variables: { AWS_REGION: "x", MINE: "y" } } }, 400, invalid, `${variables} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_REGION`],
    ["more than 4 KB of variables", { Environment: { Variables: { BIG: "v".repeat(4087) } } }, 400, invalid, `${variables} exceeded the 4KB limit. String measured: {"BIG":"${"v".repeat(4087)}"}`],
    ["a variable's name that is none", { Environment: { Variables: { "1A": "x" } } }, 400, "ValidationException", /at 'environment\.variables' failed to satisfy constraint: Map keys must satisfy constraint: \[Member must satisfy regular expression pattern: \[a-zA-Z\]/],
    ["no code", { Code: {} }, 400, invalid, "Please provide a source for function code."],
    ["what is no zip", { Code: { ZipFile: Buffer.from("no zip") } }, 400, invalid, "Could not unzip uploaded file. Please check your file, then try to upload again."],
    ["51 tags", { Tags: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, "v"])) }, 400, invalid, "Number of tags exceeds resource tag limit."],
  ])("%s", async (...[, settings, status, type, message]) => {
    await expect(create(settings)).rejects.toMatchObject(refusal(status, type, message));
  });

  test("everything that is wrong with a request at once, before it looks for anything", async () => {
    const error: unknown = await create({ FunctionName: "no such name!", Role: "nobody", Timeout: -1, MemorySize: 1 }).catch((caught: unknown) => caught);
    expect(error).toMatchObject(refusal(400, "ValidationException", /^4 validation errors detected: Value /));
    for (const member of ["functionName", "role", "timeout", "memorySize"]) expect((error as Error).message).toMatch(new RegExp(`Value '[^']+' at '${member}' failed`));
  });

  test("a zip over 50 MB, and a request over what AWS takes", async () => {
    await expect(create({ Code: { ZipFile: Buffer.alloc(52_428_801) } })).rejects.toMatchObject(
      refusal(413, "RequestEntityTooLargeException", /^(Zipped size must be smaller than 52428800 bytes|Request must be smaller than 70167211 bytes for the CreateFunction operation)$/),
    );
  });

  test("a package that unzips to more than 250 MB", async () => {
    const bomb = await zipOf({ "zeros.bin": Buffer.alloc(262_144_001) });
    await expect(create({ Code: { ZipFile: bomb } })).rejects.toMatchObject(refusal(400, invalid, "Unzipped size must be smaller than 262144000 bytes"));
  });

  test("a runtime that AWS has closed only when it is told to", async () => {
    await using strict = await startTestLambent({ deprecatedRuntimes: "block" });
    await expect(create({ Runtime: "nodejs14.x" }, strict.lambda)).rejects.toMatchObject(
      refusal(
        400,
        invalid,
        "The runtime parameter of nodejs14.x is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.",
      ),
    );
    expect(await create({ FunctionName: "old", Runtime: "nodejs14.x" })).toMatchObject({ Runtime: "nodejs14.x", State: "Pending" });
  });

  test("and has then created nothing", async () => {
    const { Functions } = await lambda.send(new ListFunctionsCommand({}));
    expect(Functions?.map(({ FunctionName }) => FunctionName)).not.toContain("refused");
  });
});

describe("a setting that is not applied yet is refused by name:", () => {
  const subnet = { SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-1"] };
  test.each<[string, Partial<CreateFunctionCommandInput>]>([
    ["PackageType Image", { PackageType: "Image", Code: { ImageUri: "i:1" }, Runtime: undefined, Handler: undefined }],
    ["Architectures", { Architectures: [process.arch === "arm64" ? "x86_64" : "arm64"] }],
    ["VpcConfig", { VpcConfig: subnet }],
    ["FileSystemConfigs", { FileSystemConfigs: [{ Arn: "arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-0123456789abcdef0", LocalMountPath: "/mnt/a" }] }],
    ["EphemeralStorage", { EphemeralStorage: { Size: 1024 } }],
    ["KMSKeyArn", { KMSKeyArn: "arn:aws:kms:us-east-1:000000000000:key/k" }],
    ["TracingConfig.Mode Active", { TracingConfig: { Mode: "Active" } }],
    ["SnapStart.ApplyOn PublishedVersions", { SnapStart: { ApplyOn: "PublishedVersions" } }],
    ["ImageConfig", { ImageConfig: { Command: ["a"] } }],
    ["DurableConfig", { DurableConfig: { RetentionPeriodInDays: 1, ExecutionTimeout: 10 } }],
    ["TenancyConfig", { TenancyConfig: { TenantIsolationMode: "PER_TENANT" } }],
  ])("%s", async (setting, settings) => {
    await expect(create(settings)).rejects.toMatchObject({
      ...refusal(400, invalid, new RegExp(`^Lambent does not apply ${setting.replaceAll(".", "\\.")} yet`)),
      Type: "User",
    });
  });
});

describe("a function is not found by", () => {
  const pattern = "Member must satisfy regular expression pattern: ";
  test.each([
    ["a name that is none", "my-function!", undefined, 400, "ValidationException", new RegExp(pattern)],
    ["two qualifiers in its ARN", `${arnOf("f")}:1:2`, undefined, 400, "ValidationException", new RegExp(pattern)],
    ["an ARN of another service", "arn:aws:sqs:us-east-1:000000000000:f", undefined, 400, "ValidationException", new RegExp(pattern)],
    ["a qualifier that is none", "f", "no qualifier!", 400, "ValidationException", /at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: /],
    ["a qualifier over 128 characters", "f", "q".repeat(129), 400, "ValidationException", /at 'qualifier' .*Member must have length less than or equal to 128$/],
    ["two qualifiers that differ", `${arnOf("f")}:1`, "2", 400, invalid, "The derived qualifier from the function name does not match the specified qualifier."],
    ["an ARN of another region", "arn:aws:lambda:eu-west-1:000000000000:function:f", undefined, 404, "ResourceNotFoundException", "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"],
    ["an ARN of another account", "arn:aws:lambda:us-east-1:111111111111:function:f", undefined, 403, "AccessDeniedException", /belongs to another account/],
    ["a name that is too long for one", "n".repeat(65), undefined, 404, "ResourceNotFoundException", `Function not found: ${arnOf("n".repeat(65))}`],
    ["$latest in lower case", "f", "$latest", 404, "ResourceNotFoundException", `Function not found: ${arnOf("f", "$latest")}`],
    ["a name that nothing has", "nobody", undefined, 404, "ResourceNotFoundException", `Function not found: ${arnOf("nobody")}`],
    ["an alias that it does not have", "nobody", "alias", 404, "ResourceNotFoundException", `Function not found: ${arnOf("nobody", "alias")}`],
  ] as const)("%s", async (...[, FunctionName, Qualifier, status, type, message]) => {
    await expect(lambda.send(new GetFunctionCommand({ FunctionName, Qualifier }))).rejects.toMatchObject(refusal(status, type, message));
  });

  test("an ARN that stops after :function, unless function is its name", async () => {
    await expect(lambda.send(new GetFunctionCommand({ FunctionName: "arn:aws:lambda:us-east-1:000000000000:function" }))).rejects.toMatchObject({
      message: `Function not found: ${arnOf("function")}`,
    });
  });
});

describe("an update is refused with", () => {
  const FunctionName = "updated";
  beforeAll(() => createFunction(lambda, FunctionName, says("x")));

  test.each<[string, Partial<UpdateFunctionConfigurationCommandInput>, number, string, string | RegExp]>([
    ["another function", { FunctionName: "nobody" }, 404, "ResourceNotFoundException", `Function not found: ${arnOf("nobody")}`],
    ["an unknown runtime", { Runtime: "cobol" as "provided" }, 400, invalid, /^Value cobol at 'runtime'/],
    ["reserved variables", { Environment: { Variables: { _HANDLER: "x" } } }, 400, "ValidationException", /Map keys/],
    ["reserved variables of AWS's", { Environment: { Variables: { AWS_SESSION_TOKEN: "x" } } }, 400, invalid, /Reserved keys used in this request: AWS_SESSION_TOKEN$/],
    ["a timeout over 900", { Timeout: 5400 }, 400, "ValidationException", /at 'timeout'/],
    ["a layer that is not there", { Layers: ["arn:aws:lambda:us-east-1:000000000000:layer:l:1"] }, 400, invalid, /^Layer version .*does not exist\.$/],
  ])("%s", async (...[, settings, status, type, message]) => {
    await expect(lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...settings }))).rejects.toMatchObject(refusal(status, type, message));
  });

  test("an image, a broken zip or no code", async () => {
    const update = (code: { ImageUri?: string; ZipFile?: Buffer }) => lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ...code }));
    await expect(update({ ImageUri: "i:1" })).rejects.toMatchObject(refusal(400, invalid, "Please don't provide ImageUri when updating a function with packageType Zip."));
    await expect(update({ ZipFile: zip.subarray(0, -5) })).rejects.toMatchObject(refusal(400, invalid, /^Could not unzip uploaded file\./));
    await expect(update({})).rejects.toMatchObject(refusal(400, invalid, "Please provide a source for function code."));
  });
});
