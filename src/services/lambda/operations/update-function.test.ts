import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { functionArn, openLambdaRoom, zip } from "../../../../test/harness/lambda-room.ts";

const inProgress = {
  State: "Active",
  LastUpdateStatus: "InProgress",
  LastUpdateStatusReason: "The function is being created.",
  LastUpdateStatusReasonCode: "Creating",
};
const sha256 = (content: string): string => createHash("sha256").update(zip(content)).digest("base64");

describe("an update", () => {
  test("is InProgress with what was asked for, then Successful, each under a RevisionId of its own", async () => {
    await using room = await openLambdaRoom();
    await room.create("f");
    const before = await room.call("GetFunctionConfiguration", { FunctionName: "f" });
    room.clock.advance(1000);
    const during = await room.call("UpdateFunctionConfiguration", {
      FunctionName: "f",
      Timeout: 30,
      Description: "new",
      Environment: { Variables: { KEY: "v" } },
    });
    expect(during).toMatchObject({
      ...inProgress,
      Timeout: 30,
      Description: "new",
      Environment: { Variables: { KEY: "v" } },
      LastModified: "2026-01-31T12:00:01.000+0000",
    });
    await room.deploy();
    const after = await room.call("GetFunctionConfiguration", { FunctionName: "f" });
    expect(after).toMatchObject({ State: "Active", LastUpdateStatus: "Successful", Timeout: 30 });
    expect(after).not.toHaveProperty("LastUpdateStatusReason");
    expect(new Set([before.RevisionId, during.RevisionId, after.RevisionId]).size).toBe(3);
  });

  test("replaces only what was sent, each as a whole", async () => {
    await using room = await openLambdaRoom();
    await room.create("f", { Timeout: 7, Description: "d", Environment: { Variables: { A1: "1", B1: "2" } } });
    await room.call("UpdateFunctionConfiguration", { FunctionName: "f", Environment: { Variables: { C1: "3" } } });
    expect(await room.call("GetFunctionConfiguration", { FunctionName: "f" })).toMatchObject({
      Timeout: 7,
      Description: "d",
      Environment: { Variables: { C1: "3" } },
    });
  });

  test("that changes nothing has new RevisionIds, too", async () => {
    await using room = await openLambdaRoom();
    await room.create("f");
    const before = await room.call("GetFunctionConfiguration", { FunctionName: "f" });
    const during = await room.call("UpdateFunctionConfiguration", { FunctionName: "f" });
    expect(during).toMatchObject(inProgress);
    expect(during.RevisionId).not.toBe(before.RevisionId);
  });

  test("that empties the VPC shows an empty one from then on", async () => {
    await using room = await openLambdaRoom();
    await room.create("f");
    expect(await room.call("GetFunctionConfiguration", { FunctionName: "f" })).not.toHaveProperty("VpcConfig");
    await room.call("UpdateFunctionConfiguration", {
      FunctionName: "f",
      VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
    });
    await room.deploy();
    await room.call("UpdateFunctionConfiguration", { FunctionName: "f", Timeout: 4 });
    expect((await room.call("GetFunctionConfiguration", { FunctionName: "f" })).VpcConfig).toEqual({
      SubnetIds: [],
      SecurityGroupIds: [],
      VpcId: "",
      Ipv6AllowedForDualStack: false,
    });
  });

  test("that fails says why, and may be followed by another", async () => {
    await using room = await openLambdaRoom();
    await room.create("f");
    await room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("broken") });
    const [deployment] = await room.functions.deployments.pending();
    const failure = { reasonCode: "InvalidZipFileException", reason: "broken" } as const;
    if (deployment !== undefined)
      await room.functions.deployments.complete(deployment, { kind: "failed", ...failure });
    expect(await room.call("GetFunctionConfiguration", { FunctionName: "f" })).toMatchObject({
      State: "Active",
      LastUpdateStatus: "Failed",
      LastUpdateStatusReason: "broken",
      LastUpdateStatusReasonCode: "InvalidZipFileException",
    });
    expect(await room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("sound") })).toMatchObject(inProgress);
  });
});

describe("while an update is in progress", () => {
  const conflict = {
    status: 409,
    code: "ResourceConflictException",
    message: `The operation cannot be performed at this time. An update is in progress for resource: ${functionArn("f")}`,
  };
  test.each([
    ["UpdateFunctionConfiguration", { FunctionName: "f", Timeout: 5 }],
    ["UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("x") }],
    ["PublishVersion", { FunctionName: "f" }],
    ["TagResource", { Resource: functionArn("f"), Tags: { key: "v" } }],
    ["UntagResource", { Resource: functionArn("f"), TagKeys: ["key"] }],
  ] as const)("%s is refused", async (operation, input) => {
    await using room = await openLambdaRoom();
    await room.create("f");
    await room.call("UpdateFunctionConfiguration", { FunctionName: "f", Timeout: 9 });
    await expect(room.call(operation, input as never)).rejects.toMatchObject(conflict);
    await room.deploy();
    await expect(room.call(operation, input as never)).resolves.toBeDefined();
  });
});

test.each([
  ["UpdateFunctionConfiguration", { FunctionName: "f", Timeout: 5 }],
  ["UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("x") }],
  ["PublishVersion", { FunctionName: "f" }],
] as const)("%s of a function that is being created is refused", async (operation, input) => {
  await using room = await openLambdaRoom();
  await room.call("CreateFunction", {
    FunctionName: "f",
    Runtime: "nodejs24.x",
    Handler: "index.handler",
    Role: "r",
    Code: { ZipFile: zip("f") },
  });
  await expect(room.call(operation, input as never)).rejects.toMatchObject({
    status: 409,
    message: "The operation cannot be performed at this time. The function is currently in the following state: Pending",
  });
});

describe.each([
  ["UpdateFunctionConfiguration", {}],
  ["UpdateFunctionCode", { ZipFile: zip("x") }],
  ["PublishVersion", {}],
] as const)("%s", (operation, input) => {
  test("wants the RevisionId that is current", async () => {
    await using room = await openLambdaRoom();
    await room.create("f");
    const { RevisionId } = await room.call("GetFunctionConfiguration", { FunctionName: "f" });
    await expect(
      room.call(operation, { FunctionName: "f", RevisionId: "old", ...input }),
    ).rejects.toMatchObject({
      status: 412,
      code: "PreconditionFailedException",
      message:
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to " +
        "retrieve the latest Revision Id",
    });
    await expect(room.call(operation, { FunctionName: "f", RevisionId, ...input })).resolves.toBeDefined();
  });

  test("says that a function is missing", async () => {
    await using room = await openLambdaRoom();
    await expect(room.call(operation, { FunctionName: "f", ...input })).rejects.toMatchObject({
      status: 404,
      message: `Function not found: ${functionArn("f")}`,
    });
  });

  test("is for functions, not for versions", async () => {
    await using room = await openLambdaRoom();
    await room.create("f", { Publish: true });
    await expect(room.call(operation, { FunctionName: "f:1", ...input })).rejects.toMatchObject({
      message: expect.stringContaining("Aliases and versions do not support this operation."),
    });
  });
});

describe("UpdateFunctionCode", () => {
  test("changes the code", async () => {
    await using room = await openLambdaRoom();
    await room.create("f");
    await room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("second one") });
    expect(await room.call("GetFunctionConfiguration", { FunctionName: "f" })).toMatchObject({
      CodeSha256: sha256("second one"),
      CodeSize: 13,
    });
  });

  test("with Publish answers with the new version, Pending under its own ARN", async () => {
    await using room = await openLambdaRoom();
    await room.create("f");
    const input = { FunctionName: "f", ZipFile: zip("x"), Publish: true };
    expect(await room.call("UpdateFunctionCode", input)).toMatchObject({
      Version: "1",
      FunctionArn: functionArn("f", "1"),
      State: "Pending",
      CodeSha256: sha256("x"),
    });
    await room.deploy();
    expect(await room.call("GetFunctionConfiguration", { FunctionName: "f" })).toMatchObject({
      State: "Active",
      CodeSha256: sha256("x"),
    });
  });

  test("with Publish and the code of the last version makes no new one", async () => {
    await using room = await openLambdaRoom();
    await room.create("f", { Publish: true });
    const input = { FunctionName: "f", ZipFile: zip("f"), Publish: true };
    expect(await room.call("UpdateFunctionCode", input)).toMatchObject({ Version: "1", State: "Active" });
  });

  test("with DryRun looks at everything, answers with the hash of what was sent, and changes nothing", async () => {
    await using room = await openLambdaRoom();
    await room.create("f");
    const before = await room.call("GetFunctionConfiguration", { FunctionName: "f" });
    const input = { FunctionName: "f", ZipFile: zip("x"), DryRun: true };
    expect(await room.call("UpdateFunctionCode", input)).toEqual({ ...before, CodeSha256: sha256("x") });
    expect(await room.call("GetFunctionConfiguration", { FunctionName: "f" })).toEqual(before);
    await expect(
      room.call("UpdateFunctionCode", { ...input, ZipFile: new Uint8Array() }),
    ).rejects.toMatchObject({ message: "Uploaded file must be a non-empty zip" });
  });

  test("takes no image for a function of package type Zip", async () => {
    await using room = await openLambdaRoom();
    await room.create("f");
    await expect(room.call("UpdateFunctionCode", { FunctionName: "f", ImageUri: "i" })).rejects.toMatchObject({
      code: "InvalidParameterValueException",
      message: "Please don't provide ImageUri when updating a function with packageType Zip.",
    });
  });
});
