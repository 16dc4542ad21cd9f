import { expect, test } from "vitest";
import { openLambdaRoom, role, zip } from "../../../../test/harness/lambda-room.ts";

const exceeded = { code: "CodeStorageExceededException", status: 400, message: "Code storage limit exceeded." };
const create = (name: string, content: string, Publish = false) => ({
  FunctionName: name,
  Runtime: "nodejs24.x" as const,
  Handler: "index.handler",
  Role: role,
  Code: { ZipFile: zip(content) },
  Publish,
});

// Packages of the room are three bytes longer than their content.
test("what would go over the account's code storage is refused, and room that a deletion makes can be used", async () => {
  await using room = await openLambdaRoom({ codeStorageBytes: 20 });
  await room.create("f", { Code: { ZipFile: zip("1234567") } });
  await expect(room.call("CreateFunction", create("g", "12345678"))).rejects.toMatchObject(exceeded);
  await expect(room.call("CreateFunction", create("g", "123", true))).rejects.toMatchObject(exceeded);
  await expect(room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("x".repeat(18)) })).rejects.toMatchObject(exceeded);
  await expect(room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("x".repeat(8)), Publish: true })).rejects.toMatchObject(exceeded);
  await room.call("PublishVersion", { FunctionName: "f" });
  expect((await room.call("GetAccountSettings", {})).AccountUsage).toEqual({ TotalCodeSize: 20, FunctionCount: 1 });
  // Nothing has changed: no copy is made.
  await room.call("PublishVersion", { FunctionName: "f" });
  await room.deploy();
  await room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("123456") });
  await room.deploy();
  await expect(room.call("PublishVersion", { FunctionName: "f" })).rejects.toMatchObject(exceeded);
  await room.call("DeleteFunction", { FunctionName: "f" });
  expect((await room.call("GetAccountSettings", {})).AccountUsage).toEqual({ TotalCodeSize: 0, FunctionCount: 0 });
  await room.call("CreateFunction", create("g", "1234567", true));
});

test("layers count, each version", async () => {
  await using room = await openLambdaRoom({ codeStorageBytes: 20 });
  const publish = () => room.call("PublishLayerVersion", { LayerName: "l", Content: { ZipFile: zip("1234567") } });
  await publish();
  await publish();
  await expect(publish()).rejects.toMatchObject(exceeded);
  await room.call("DeleteLayerVersion", { LayerName: "l", VersionNumber: 1 });
  expect((await room.call("GetAccountSettings", {})).AccountUsage).toEqual({ TotalCodeSize: 10, FunctionCount: 0 });
  await publish();
});

test("the storage of another account and region is another's", async () => {
  await using room = await openLambdaRoom({ codeStorageBytes: 10 });
  await room.create("f", { Code: { ZipFile: zip("1234567") } });
  await expect(room.call("CreateFunction", create("g", ""))).rejects.toMatchObject(exceeded);
  await room.call("CreateFunction", create("g", ""), { region: "eu-west-2" as typeof room.context.region });
});
