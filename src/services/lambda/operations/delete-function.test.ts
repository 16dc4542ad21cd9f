import { expect, test } from "vitest";
import { functionArn, openLambdaRoom, zip } from "../../../../test/harness/lambda-room.ts";

test("takes versions, aliases and tags with it", async () => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true, Tags: { a: "1" } });
  await room.create("f-2", { Publish: true });
  await room.call("CreateAlias", { FunctionName: "f", Name: "prod", FunctionVersion: "1" });
  expect(await room.call("DeleteFunction", { FunctionName: "f" })).toEqual({ StatusCode: 204 });
  for (const FunctionName of ["f", "f:1", "f:prod"])
    await expect(room.call("GetFunction", { FunctionName })).rejects.toMatchObject({ status: 404 });
  // A name that begins with the deleted one is another function.
  expect(await room.call("GetFunction", { FunctionName: "f-2:1" })).toBeDefined();
  await room.create("f");
  await expect(room.call("GetFunction", { FunctionName: "f:1" })).rejects.toMatchObject({ status: 404 });
  await expect(room.call("GetAlias", { FunctionName: "f", Name: "prod" })).rejects.toMatchObject({ status: 404 });
});

test("deletes one version, and says nothing when it was not there", async () => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  await room.call("DeleteFunction", { FunctionName: "f", Qualifier: "1" });
  await expect(room.call("GetFunction", { FunctionName: "f:1" })).rejects.toMatchObject({
    message: `Function not found: ${functionArn("f", "1")}`,
  });
  expect(await room.call("GetFunction", { FunctionName: "f" })).toBeDefined();
  expect(await room.call("DeleteFunction", { FunctionName: "f:1" })).toEqual({ StatusCode: 204 });
});

test.each([
  ["f:$LATEST", 400, "$LATEST version cannot be deleted without deleting the function."],
  ["f:prod", 400, "Deletion of aliases is not currently supported."],
  ["missing", 404, `Function not found: ${functionArn("missing")}`],
  // Recorded: without the qualifier.
  ["missing:prod", 404, `Function not found: ${functionArn("missing")}`],
  ["missing:1", 404, `Function not found: ${functionArn("missing")}`],
])("%s is refused", async (FunctionName, status, message) => {
  await using room = await openLambdaRoom();
  await room.create("f");
  await expect(room.call("DeleteFunction", { FunctionName })).rejects.toMatchObject({ status, message });
});

test.each([
  ["directly", { FunctionVersion: "1" }],
  ["by its weight", { FunctionVersion: "2", RoutingConfig: { AdditionalVersionWeights: { "1": 0.1 } } }],
])("a version that an alias uses %s stays", async (_how, target) => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  await room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("second"), Publish: true });
  await room.deploy();
  await room.call("CreateAlias", { FunctionName: "f", Name: "prod", ...target });
  await expect(room.call("DeleteFunction", { FunctionName: "f:1" })).rejects.toMatchObject({
    status: 409,
    code: "ResourceConflictException",
  });
  await room.call("DeleteAlias", { FunctionName: "f", Name: "prod" });
  expect(await room.call("DeleteFunction", { FunctionName: "f:1" })).toEqual({ StatusCode: 204 });
});

// Two processes over one store, since changes of one function take turns within a process.
test("never leaves an alias that points to a version that is gone, whoever comes first", async () => {
  await using room = await openLambdaRoom();
  await using other = await openLambdaRoom({ store: room.store, firstId: 1_000_000 });
  for (let round = 0; round < 20; round++) {
    const FunctionName = `f${round}`;
    await room.create(FunctionName, { Publish: true });
    await Promise.allSettled([
      room.call("DeleteFunction", { FunctionName, Qualifier: "1" }),
      other.call("CreateAlias", { FunctionName, Name: "prod", FunctionVersion: "1" }),
    ]);
    const { Aliases } = await room.call("ListAliases", { FunctionName });
    const { Versions } = await room.call("ListVersionsByFunction", { FunctionName });
    expect(Aliases?.length === 1).toBe(Versions?.length === 2);
  }
});

test("leaves nothing behind of what was added while it ran", async () => {
  await using room = await openLambdaRoom();
  await using other = await openLambdaRoom({ store: room.store, firstId: 1_000_000 });
  await using third = await openLambdaRoom({ store: room.store, firstId: 2_000_000 });
  for (let round = 0; round < 20; round++) {
    await room.create("f", { Publish: true });
    await Promise.allSettled([
      other.call("CreateAlias", { FunctionName: "f", Name: "prod", FunctionVersion: "$LATEST" }),
      room.call("DeleteFunction", { FunctionName: "f" }),
      third.call("TagResource", { Resource: functionArn("f"), Tags: { a: "1" } }),
    ]);
    await room.create("f");
    expect((await room.call("ListAliases", { FunctionName: "f" })).Aliases).toEqual([]);
    expect(await room.call("ListTags", { Resource: functionArn("f") })).toEqual({ Tags: {} });
    await room.call("DeleteFunction", { FunctionName: "f" });
  }
});

test("takes with it the version that another process publishes just then", async () => {
  await using room = await openLambdaRoom();
  await using other = await openLambdaRoom({ store: room.store, firstId: 1_000_000 });
  await room.create("f");
  room.beforeNextCommit(() => other.call("PublishVersion", { FunctionName: "f" }));
  await room.call("DeleteFunction", { FunctionName: "f" });
  await room.create("f");
  expect((await room.call("ListVersionsByFunction", { FunctionName: "f" })).Versions).toHaveLength(1);
});
