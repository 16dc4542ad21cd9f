// CreateAlias, GetAlias, UpdateAlias, DeleteAlias and ListAliases: control-plane.md, section 5.
import { describe, expect, test } from "vitest";
import { functionArn, openLambdaRoom, zip, type LambdaRoom } from "../../../../test/harness/lambda-room.ts";

/** A function with versions 1 and 2. */
async function createVersions(room: LambdaRoom): Promise<void> {
  await room.create("f", { Publish: true });
  await room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("second"), Publish: true });
  await room.deploy();
}

const weights = (weight: number, version = "2") => ({ AdditionalVersionWeights: { [version]: weight } });

test("is created, read, moved and deleted", async () => {
  await using room = await openLambdaRoom();
  await createVersions(room);
  const created = await room.call("CreateAlias", { FunctionName: "f", Name: "prod", FunctionVersion: "1" });
  expect(created).toStrictEqual({
    AliasArn: functionArn("f", "prod"),
    Name: "prod",
    FunctionVersion: "1",
    Description: "",
    RevisionId: expect.any(String),
  });
  expect(await room.call("GetAlias", { FunctionName: "f", Name: "prod" })).toEqual(created);
  const moved = await room.call("UpdateAlias", { FunctionName: "f", Name: "prod", FunctionVersion: "2", Description: "d" });
  expect(moved).toMatchObject({ FunctionVersion: "2", Description: "d" });
  expect(moved.RevisionId).not.toBe(created.RevisionId);
  expect(await room.call("DeleteAlias", { FunctionName: "f", Name: "prod" })).toEqual({});
  await expect(room.call("GetAlias", { FunctionName: "f", Name: "prod" })).rejects.toMatchObject({
    status: 404,
    code: "ResourceNotFoundException",
    message: `Cannot find alias arn: ${functionArn("f", "prod")}`,
  });
});

test("a function read by an alias has the alias in its ARN and the number as its version", async () => {
  await using room = await openLambdaRoom();
  await createVersions(room);
  await room.call("CreateAlias", { FunctionName: "f", Name: "prod", FunctionVersion: "1" });
  expect(await room.call("GetFunction", { FunctionName: "f:prod" })).toMatchObject({
    Configuration: { FunctionArn: functionArn("f", "prod"), Version: "1" },
  });
});

test("weights are kept until an empty routing configuration takes them away", async () => {
  await using room = await openLambdaRoom();
  await createVersions(room);
  const alias = { FunctionName: "f", Name: "prod" };
  await room.call("CreateAlias", { ...alias, FunctionVersion: "1", RoutingConfig: weights(0.1) });
  expect(await room.call("UpdateAlias", { ...alias, Description: "d" })).toMatchObject({ RoutingConfig: weights(0.1) });
  expect(await room.call("UpdateAlias", { ...alias, RoutingConfig: {} })).not.toHaveProperty("RoutingConfig");
});

describe("CreateAlias refuses", () => {
  test.each([
    [
      "a name that is taken",
      { Name: "taken" },
      { status: 409, code: "ResourceConflictException", message: `Alias already exists: ${functionArn("f", "taken")}` },
    ],
    [
      "a version that is not there",
      { FunctionVersion: "10" },
      { status: 404, message: `Function not found: ${functionArn("f", "10")}` },
    ],
    [
      "an additional version that is not there",
      { RoutingConfig: weights(0.5, "10") },
      { status: 404, message: `Function not found: ${functionArn("f", "10")}` },
    ],
    [
      "two additional versions",
      { RoutingConfig: { AdditionalVersionWeights: { "2": 0.1, "3": 0.1 } } },
      { status: 400, message: "Number of items in AdditionalVersionWeights cannot be greater than 1" },
    ],
    [
      "its own version as the additional one",
      { RoutingConfig: weights(0.1, "1") },
      {
        status: 400,
        message: "Invalid function version 1. Function version 1 is already included in routing configuration.",
      },
    ],
    [
      "$LATEST with weights",
      { FunctionVersion: "$LATEST", RoutingConfig: weights(0.1) },
      { status: 400, message: "$LATEST is not supported for an alias pointing to more than 1 version" },
    ],
    [
      "a function that is missing",
      { FunctionName: "g" },
      { status: 404, message: `Function not found: ${functionArn("g")}` },
    ],
  ])("%s", async (_what, input, fault) => {
    await using room = await openLambdaRoom();
    await createVersions(room);
    await room.call("CreateAlias", { FunctionName: "f", Name: "taken", FunctionVersion: "1" });
    await expect(
      room.call("CreateAlias", { FunctionName: "f", Name: "new", FunctionVersion: "1", ...input }),
    ).rejects.toMatchObject(fault);
    expect((await room.call("ListAliases", { FunctionName: "f" })).Aliases).toHaveLength(1);
  });
});

test("UpdateAlias refuses what is missing or was changed, and a version that is routed twice", async () => {
  await using room = await openLambdaRoom();
  await createVersions(room);
  const alias = { FunctionName: "f", Name: "prod" };
  await expect(room.call("UpdateAlias", alias)).rejects.toMatchObject({
    status: 404,
    message: `Alias not found: ${functionArn("f", "prod")}`,
  });
  await room.call("CreateAlias", { ...alias, FunctionVersion: "1", RoutingConfig: weights(0.1) });
  await expect(room.call("UpdateAlias", { ...alias, RevisionId: "old" })).rejects.toMatchObject({ status: 412 });
  await expect(room.call("UpdateAlias", { ...alias, FunctionVersion: "2" })).rejects.toMatchObject({
    message: "Invalid function version 2. Function version 2 is already included in routing configuration.",
  });
});

test("deleting an alias that is not there is no fault", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  expect(await room.call("DeleteAlias", { FunctionName: "f", Name: "prod" })).toEqual({});
});

test("a list is in order of names, page by page, and can be cut to a version", async () => {
  await using room = await openLambdaRoom();
  await createVersions(room);
  for (const [Name, FunctionVersion] of [["c", "1"], ["a", "1"], ["b", "2"], ["d", "1"]] as const)
    await room.call("CreateAlias", { FunctionName: "f", Name, FunctionVersion });
  await room.create("f-2", { Publish: true });
  await room.call("CreateAlias", { FunctionName: "f-2", Name: "other", FunctionVersion: "1" });
  const first = await room.call("ListAliases", { FunctionName: "f", MaxItems: 3 });
  expect(first.Aliases?.map(({ Name }) => Name)).toEqual(["a", "b", "c"]);
  const second = await room.call("ListAliases", { FunctionName: "f", MaxItems: 3, Marker: first.NextMarker });
  expect(second.Aliases?.map(({ Name }) => Name)).toEqual(["d"]);
  expect(second).not.toHaveProperty("NextMarker");
  const ofVersion = await room.call("ListAliases", { FunctionName: "f", FunctionVersion: "1", MaxItems: 2 });
  expect(ofVersion.Aliases?.map(({ Name }) => Name)).toEqual(["a", "c"]);
  expect(ofVersion).toHaveProperty("NextMarker");
});

test("an alias that another process changes just then is not overwritten unseen", async () => {
  await using room = await openLambdaRoom();
  await using other = await openLambdaRoom({ store: room.store, firstId: 1_000_000 });
  await createVersions(room);
  const alias = { FunctionName: "f", Name: "prod" };
  const { RevisionId } = await room.call("CreateAlias", { ...alias, FunctionVersion: "1" });
  room.beforeNextCommit(() => other.call("UpdateAlias", { ...alias, FunctionVersion: "2" }));
  await expect(room.call("UpdateAlias", { ...alias, Description: "d", RevisionId })).rejects.toMatchObject({ status: 412 });
  expect(await room.call("GetAlias", alias)).toMatchObject({ FunctionVersion: "2", Description: "" });
});
