// Code signing configurations as records, and which function has which. control-plane.md, section 8.
import { describe, expect, test } from "vitest";
import { functionArn, openLambdaRoom, type LambdaRoom } from "../../../../test/harness/lambda-room.ts";

const publisher = "arn:aws:signer:eu-west-1:000000000000:/signing-profiles/mine/abcdefghij";
const AllowedPublishers = { SigningProfileVersionArns: [publisher] };
const missing = "arn:aws:lambda:eu-west-1:000000000000:code-signing-config:csc-00000000000000000";

let fraction = 0;
/** Configurations of a test have ids in the order in which they are made. */
async function createConfig(room: LambdaRoom): Promise<string> {
  fraction += 1 / 256;
  room.ids.nextFraction = fraction;
  const { CodeSigningConfig } = await room.call("CreateCodeSigningConfig", { AllowedPublishers });
  return CodeSigningConfig?.CodeSigningConfigArn ?? "";
}

const notFound = (arn: string): object => ({
  code: "ResourceNotFoundException",
  isBare: true,
  message: `The Lambda code signing configuration ${arn} can not be found.`,
});

describe("a configuration", () => {
  test("warns unless told otherwise, and keeps what an update does not send", async () => {
    await using room = await openLambdaRoom();
    const CodeSigningConfigArn = await createConfig(room);
    const { CodeSigningConfig } = await room.call("GetCodeSigningConfig", { CodeSigningConfigArn });
    expect(CodeSigningConfig).toEqual({
      CodeSigningConfigId: expect.stringMatching(/^csc-[a-z0-9]{17}$/),
      CodeSigningConfigArn,
      AllowedPublishers,
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: "Warn" },
      LastModified: "2026-01-31T12:00:00.000+0000",
    });
    room.clock.advance(1000);
    const CodeSigningPolicies = { UntrustedArtifactOnDeployment: "Enforce" } as const;
    const updated = await room.call("UpdateCodeSigningConfig", { CodeSigningConfigArn, CodeSigningPolicies });
    expect(updated.CodeSigningConfig).toEqual({ ...CodeSigningConfig, CodeSigningPolicies, LastModified: "2026-01-31T12:00:01.000+0000" });
    expect(await room.call("GetCodeSigningConfig", { CodeSigningConfigArn })).toEqual(updated);
  });

  test("that functions have stays until the last of them is rid of it or gone", async () => {
    await using room = await openLambdaRoom();
    const CodeSigningConfigArn = await createConfig(room);
    for (const FunctionName of ["a", "b"]) {
      await room.create(FunctionName);
      await room.call("PutFunctionCodeSigningConfig", { FunctionName, CodeSigningConfigArn });
    }
    const users = await room.call("ListFunctionsByCodeSigningConfig", { CodeSigningConfigArn });
    expect(users.FunctionArns).toEqual([functionArn("a"), functionArn("b")]);
    const deletion = () => room.call("DeleteCodeSigningConfig", { CodeSigningConfigArn });
    await expect(deletion()).rejects.toMatchObject({ code: "ResourceConflictException", status: 409 });
    await room.call("DeleteFunctionCodeSigningConfig", { FunctionName: "a" });
    await expect(deletion()).rejects.toMatchObject({ code: "ResourceConflictException" });
    await room.call("DeleteFunction", { FunctionName: "b" });
    expect(await deletion()).toEqual({});
    await expect(deletion()).rejects.toMatchObject(notFound(CodeSigningConfigArn));
  });

  test("that is deleted while a function is given it is either used or gone, never both", async () => {
    await using room = await openLambdaRoom();
    await using other = await openLambdaRoom({ store: room.store, firstId: 1_000_000 });
    const CodeSigningConfigArn = await createConfig(room);
    const FunctionName = "f";
    await room.create(FunctionName);
    const put = { FunctionName, CodeSigningConfigArn };
    room.beforeNextCommit(() => other.call("PutFunctionCodeSigningConfig", put));
    await expect(room.call("DeleteCodeSigningConfig", { CodeSigningConfigArn })).rejects.toMatchObject({ status: 409 });
    await room.call("DeleteFunctionCodeSigningConfig", { FunctionName });
    room.beforeNextCommit(() => other.call("DeleteCodeSigningConfig", { CodeSigningConfigArn }));
    await expect(room.call("PutFunctionCodeSigningConfig", put)).rejects.toMatchObject({ code: "CodeSigningConfigNotFoundException" });
    expect(await room.call("GetFunctionCodeSigningConfig", { FunctionName })).toEqual({ FunctionName });
  });

  test("is given to many functions at once", async () => {
    await using room = await openLambdaRoom();
    const CodeSigningConfigArn = await createConfig(room);
    const names = Array.from({ length: 60 }, (_, n) => `f${n}`);
    await Promise.all(names.map((name) => room.create(name)));
    await Promise.all(names.map((FunctionName) => room.call("PutFunctionCodeSigningConfig", { FunctionName, CodeSigningConfigArn })));
    await Promise.all(names.map((name) => room.create(`${name}-new`, { CodeSigningConfigArn })));
    const users = await room.call("ListFunctionsByCodeSigningConfig", { CodeSigningConfigArn });
    expect(users.FunctionArns).toHaveLength(120);
  });

  test("is listed in order of ids, page by page", async () => {
    await using room = await openLambdaRoom();
    const arns = [await createConfig(room), await createConfig(room), await createConfig(room)];
    const first = await room.call("ListCodeSigningConfigs", { MaxItems: 2 });
    const second = await room.call("ListCodeSigningConfigs", { MaxItems: 2, Marker: first.NextMarker ?? "" });
    const listed = [first, second].map((page) => page.CodeSigningConfigs?.map((config) => config.CodeSigningConfigArn));
    expect(listed).toEqual([arns.slice(0, 2), arns.slice(2)]);
    expect(second).not.toHaveProperty("NextMarker");
  });

  test("has tags, which go with it", async () => {
    await using room = await openLambdaRoom();
    const { CodeSigningConfig } = await room.call("CreateCodeSigningConfig", { AllowedPublishers, Tags: { a: "1" } });
    const Resource = CodeSigningConfig?.CodeSigningConfigArn ?? "";
    await room.call("TagResource", { Resource, Tags: { b: "2" } });
    await room.call("UntagResource", { Resource, TagKeys: ["a"] });
    expect(await room.call("ListTags", { Resource })).toEqual({ Tags: { b: "2" } });
    const elsewhere = Resource.replace("eu-west-1", "eu-west-2");
    await expect(room.call("ListTags", { Resource: elsewhere })).rejects.toMatchObject(notFound(elsewhere));
    await room.call("DeleteCodeSigningConfig", { CodeSigningConfigArn: Resource });
    await expect(room.call("ListTags", { Resource })).rejects.toMatchObject(notFound(Resource));
    await room.call("CreateCodeSigningConfig", { AllowedPublishers });
    expect(await room.call("ListTags", { Resource })).toEqual({ Tags: {} });
  });
});

describe("a configuration that is not there", () => {
  test("is not found, in the words of each operation", async () => {
    await using room = await openLambdaRoom();
    const input = { CodeSigningConfigArn: missing };
    await expect(room.call("GetCodeSigningConfig", input)).rejects.toMatchObject(notFound(missing));
    await expect(room.call("UpdateCodeSigningConfig", input)).rejects.toMatchObject(notFound(missing));
    await expect(room.call("ListFunctionsByCodeSigningConfig", input)).rejects.toMatchObject(notFound(missing));
    await expect(room.call("PutFunctionCodeSigningConfig", { FunctionName: "f", ...input })).rejects.toMatchObject({
      code: "CodeSigningConfigNotFoundException",
      status: 404,
      message: `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${missing}.`,
    });
  });

  test("nor is a function", async () => {
    await using room = await openLambdaRoom();
    const CodeSigningConfigArn = await createConfig(room);
    const missingFunction = { code: "ResourceNotFoundException", message: `Function not found: ${functionArn("f")}` };
    const FunctionName = "f";
    await expect(room.call("PutFunctionCodeSigningConfig", { FunctionName, CodeSigningConfigArn })).rejects.toMatchObject(missingFunction);
    await expect(room.call("GetFunctionCodeSigningConfig", { FunctionName })).rejects.toMatchObject(missingFunction);
    await expect(room.call("DeleteFunctionCodeSigningConfig", { FunctionName })).rejects.toMatchObject(missingFunction);
  });
});
