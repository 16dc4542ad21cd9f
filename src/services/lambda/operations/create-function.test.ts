import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { functionArn, openLambdaRoom, role, zip } from "../../../../test/harness/lambda-room.ts";
import type { LambdaInput } from "../api.ts";
import { Fault } from "../../../core/faults.ts";

const minimal = {
  FunctionName: "f",
  Runtime: "nodejs24.x",
  Handler: "index.handler",
  Role: role,
  Code: { ZipFile: zip("f") },
} as const;

const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

/** What AWS was recorded to answer to a minimal function. */
const minimalOutput = {
  FunctionName: "f",
  FunctionArn: functionArn("f"),
  Runtime: "nodejs24.x",
  Role: role,
  Handler: "index.handler",
  CodeSize: 4,
  Description: "",
  Timeout: 3,
  MemorySize: 128,
  LastModified: "2026-01-31T12:00:00.000+0000",
  CodeSha256: createHash("sha256").update(zip("f")).digest("base64"),
  Version: "$LATEST",
  TracingConfig: { Mode: "PassThrough" },
  RevisionId: uuid,
  PackageType: "Zip",
  Architectures: ["x86_64"],
  EphemeralStorage: { Size: 512 },
  SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
  RuntimeVersionConfig: { RuntimeVersionArn: `arn:aws:lambda:eu-west-1::runtime:${"ab".repeat(32)}` },
  LoggingConfig: { LogFormat: "Text", LogGroup: "/aws/lambda/f" },
};

test("answers Pending with the members that AWS sends for a minimal function, and no others", async () => {
  await using room = await openLambdaRoom();
  expect(await room.call("CreateFunction", minimal)).toStrictEqual({
    ...minimalOutput,
    State: "Pending",
    StateReason: "The function is being created.",
    StateReasonCode: "Creating",
  });
});

test("is Active and Successful under a new RevisionId once it is deployed", async () => {
  await using room = await openLambdaRoom();
  const created = await room.call("CreateFunction", minimal);
  await room.deploy();
  const output = await room.call("GetFunctionConfiguration", { FunctionName: "f" });
  expect(output).toStrictEqual({ ...minimalOutput, State: "Active", LastUpdateStatus: "Successful" });
  expect(output.RevisionId).not.toBe(created.RevisionId);
});

test("GetFunction adds a link to the code, and tags where there are some", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const sha256 = createHash("sha256").update(zip("f")).digest("hex");
  expect(await room.call("GetFunction", { FunctionName: "f" })).toStrictEqual({
    Configuration: expect.objectContaining({ State: "Active" }),
    Code: { RepositoryType: "S3", Location: `http://localhost:4566/blobs/${sha256}` },
  });
  await room.create("g", { Tags: { team: "a" } });
  expect((await room.call("GetFunction", { FunctionName: "g" })).Tags).toEqual({ team: "a" });
});

test("with Publish, version 1 is there, and the reply names it under the ARN of the function", async () => {
  await using room = await openLambdaRoom();
  expect(await room.call("CreateFunction", { ...minimal, Publish: true })).toMatchObject({
    Version: "1",
    FunctionArn: functionArn("f"),
    State: "Pending",
  });
  await room.deploy();
  expect(await room.call("GetFunctionConfiguration", { FunctionName: "f:1" })).toMatchObject({
    Version: "1",
    FunctionArn: functionArn("f", "1"),
    State: "Active",
  });
});

test.each([
  [undefined, undefined],
  [{}, { Variables: {} }],
  [{ Variables: {} }, { Variables: {} }],
  [{ Variables: { KEY: "value" } }, { Variables: { KEY: "value" } }],
] as const)("Environment %j is shown as %j", async (Environment, shown) => {
  await using room = await openLambdaRoom();
  const output = await room.call("CreateFunction", { ...minimal, ...(Environment && { Environment }) });
  expect(output.Environment).toEqual(shown);
  expect("Environment" in output).toBe(shown !== undefined);
});

const constraint = "failed to satisfy constraint: Member must";

describe("refuses", () => {
  const refusals: readonly (readonly [string, Partial<LambdaInput<"CreateFunction">>, object])[] = [
    [
      "a name over 64 characters",
      { FunctionName: "n".repeat(65) },
      {
        status: 400,
        code: "InvalidParameterValueException",
        message: `1 validation error detected: Value '${"n".repeat(65)}' at 'functionName' ${constraint} have length less than or equal to 64`,
      },
    ],
    ["a name with a version", { FunctionName: "f:1" }, { status: 400, code: "InvalidParameterValueException" }],
    [
      "an unknown runtime",
      { Runtime: "cobol" as "nodejs24.x" },
      {
        status: 400,
        code: "InvalidParameterValueException",
        message: expect.stringMatching(
          /^Value cobol at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: \[nodejs20\.x, python3\.14, .*\] or be a valid ARN$/,
        ),
      },
    ],
    [
      "a timeout over 900 seconds",
      { Timeout: 901 },
      {
        code: "ValidationException",
        message: `1 validation error detected: Value '901' at 'timeout' ${constraint} have value less than or equal to 900`,
      },
    ],
    [
      "memory over 10,240 MB",
      { MemorySize: 10_241 },
      {
        code: "ValidationException",
        message: `1 validation error detected: Value '10241' at 'memorySize' ${constraint} have value less than or equal to 10240`,
      },
    ],
    [
      "reserved variables",
      { Environment: { Variables: { AWS_REGION: "x", MINE: "y", LAMBDA_TASK_ROOT: "z" } } },
      {
        code: "InvalidParameterValueException",
        message:
          "Lambda was unable to configure your environment variables because the environment variables you have " +
          "provided contains reserved keys that are currently not supported for modification. Reserved keys used in " +
          "this request: AWS_REGION, LAMBDA_TASK_ROOT",
      },
    ],
    [
      "more than 4 KB of variables",
      { Environment: { Variables: { BIG: "v".repeat(4087) } } },
      {
        code: "InvalidParameterValueException",
        message:
          "Lambda was unable to configure your environment variables because the environment variables you have " +
          `provided exceeded the 4KB limit. String measured: {"BIG":"${"v".repeat(4087)}"}`,
      },
    ],
    ["no code", { Code: {} }, { message: "Please provide a source for function code." }],
    ["an empty zip", { Code: { ZipFile: new Uint8Array() } }, { message: "Uploaded file must be a non-empty zip" }],
    [
      "a zip over 50 MB",
      { Code: { ZipFile: new Uint8Array(52_428_801) } },
      {
        status: 413,
        code: "RequestEntityTooLargeException",
        message: "Zipped size must be smaller than 52428800 bytes",
      },
    ],
    [
      "51 tags",
      { Tags: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, "v"])) },
      { message: "Number of tags exceeds resource tag limit." },
    ],
    ["tags of AWS's own", { Tags: { "aws:mine": "v" } }, { code: "InvalidParameterValueException" }],
  ];

  test.each(refusals)("%s", async (_what, settings, fault) => {
    await using room = await openLambdaRoom();
    await expect(room.call("CreateFunction", { ...minimal, ...settings })).rejects.toMatchObject(fault);
    expect(await room.call("ListFunctions", {})).toEqual({ Functions: [] });
  });

  test.each(["Runtime", "Handler"] as const)("a zip without %s", async (member) => {
    await using room = await openLambdaRoom();
    const { [member]: _left, ...input } = minimal;
    await expect(room.call("CreateFunction", input)).rejects.toMatchObject({
      message: "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
    });
  });

  test("a name that is taken", async () => {
    await using room = await openLambdaRoom();
    await room.create("f");
    await expect(room.call("CreateFunction", minimal)).rejects.toMatchObject({
      status: 409,
      code: "ResourceConflictException",
      message: "Function already exist: f",
    });
  });

  test("all but one of those who create the same name at once", async () => {
    await using room = await openLambdaRoom();
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => room.call("CreateFunction", minimal)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "ResourceConflictException" });
  });

  test("code that its inspection refuses", async () => {
    await using room = await openLambdaRoom();
    const broken = new Fault({ code: "InvalidParameterValueException", status: 400, message: "Could not unzip" });
    Object.assign(room.parts.code, { inspect: () => Promise.reject(broken) });
    await expect(room.call("CreateFunction", minimal)).rejects.toBe(broken);
    expect(await room.call("ListFunctions", {})).toEqual({ Functions: [] });
  });
});

test("takes 4,096 bytes of variables, measured as JSON", async () => {
  await using room = await openLambdaRoom();
  const Variables = { BIG: "v".repeat(4086) };
  expect(await room.call("CreateFunction", { ...minimal, Environment: { Variables } })).toMatchObject({
    Environment: { Variables },
  });
});

describe("a runtime that AWS has closed", () => {
  const closed = { ...minimal, Runtime: "nodejs12.x" } as const;
  test("is taken with a warning", async () => {
    await using room = await openLambdaRoom();
    await room.call("CreateFunction", closed);
    expect(room.warnings).toEqual(["runtime-deprecated"]);
  });
  test("is refused in AWS's words when it is to be blocked", async () => {
    await using room = await openLambdaRoom({ deprecatedRuntimes: "block" });
    await expect(room.call("CreateFunction", closed)).rejects.toMatchObject({
      code: "InvalidParameterValueException",
      message:
        "The runtime parameter of nodejs12.x is no longer supported for creating or updating AWS Lambda functions. " +
        "We recommend you use a supported runtime while creating or updating functions.",
    });
  });
  test("is refused from the day on which AWS closes it", async () => {
    await using room = await openLambdaRoom({ deprecatedRuntimes: "block" });
    const input = { ...minimal, Runtime: "nodejs20.x" } as const;
    await room.call("CreateFunction", input);
    await room.deploy();
    room.clock.advance(Date.UTC(2026, 8, 1) - room.clock.now());
    await expect(room.call("CreateFunction", { ...input, FunctionName: "g" })).rejects.toMatchObject({ status: 400 });
    // Updates are closed a month after creations.
    await room.call("UpdateFunctionConfiguration", { FunctionName: "f", Timeout: 4 });
    await room.deploy();
    room.clock.advance(31 * 24 * 3600 * 1000);
    await expect(room.call("UpdateFunctionConfiguration", { FunctionName: "f", Timeout: 5 })).rejects.toMatchObject({
      status: 400,
    });
  });
});
