// ListFunctions, ListVersionsByFunction and GetAccountSettings.
import { expect, test } from "vitest";
import { functionArn, openLambdaRoom, zip, type LambdaRoom } from "../../../../test/harness/lambda-room.ts";
import type { LambdaInput } from "../api.ts";

async function listAll(room: LambdaRoom, input: LambdaInput<"ListFunctions">): Promise<string[]> {
  const arns: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await room.call("ListFunctions", { ...input, ...(Marker !== undefined && { Marker }) });
    for (const { FunctionArn } of page.Functions ?? []) arns.push(FunctionArn ?? "");
    expect(page.Functions?.length).toBeLessThanOrEqual(input.MaxItems ?? 50);
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return arns;
}

test.each([1, 2, 3, 4, 50])("functions are listed in order of their names, %i a page, without states", async (MaxItems) => {
  await using room = await openLambdaRoom();
  for (const name of ["c", "a", "b-1", "b"]) await room.create(name);
  expect(await listAll(room, { MaxItems })).toEqual(["a", "b", "b-1", "c"].map((name) => functionArn(name)));
  const { Functions } = await room.call("ListFunctions", {});
  for (const listed of Functions ?? [])
    expect(Object.keys(listed).filter((member) => /^(State|LastUpdateStatus)/.test(member))).toEqual([]);
  const { State: _state, LastUpdateStatus: _status, ...configuration } = await room.call("GetFunctionConfiguration", { FunctionName: "a" });
  expect(Functions?.[0]).toStrictEqual(configuration);
});

test.each([1, 2, 3, 5, 50])("with FunctionVersion ALL each function is followed by its versions, %i a page", async (MaxItems) => {
  await using room = await openLambdaRoom();
  await room.create("b", { Publish: true });
  await room.call("UpdateFunctionCode", { FunctionName: "b", ZipFile: zip("second"), Publish: true });
  await room.deploy();
  await room.create("a");
  await room.create("b-1", { Publish: true });
  expect(await listAll(room, { FunctionVersion: "ALL", MaxItems })).toEqual([
    functionArn("a", "$LATEST"),
    functionArn("b", "$LATEST"),
    functionArn("b", "1"),
    functionArn("b", "2"),
    functionArn("b-1", "$LATEST"),
    functionArn("b-1", "1"),
  ]);
});

test("a page never holds more than 50", async () => {
  await using room = await openLambdaRoom();
  for (let n = 10; n < 61; n++) await room.create(`f${n}`);
  const page = await room.call("ListFunctions", { MaxItems: 10_000 });
  expect(page.Functions).toHaveLength(50);
  expect(await listAll(room, {})).toHaveLength(51);
});

test("a function that is deleted while a list is read is left out, and none is left out for it", async () => {
  await using room = await openLambdaRoom();
  for (const name of ["a", "b", "c"]) await room.create(name);
  const first = await room.call("ListFunctions", { MaxItems: 2 });
  await room.call("DeleteFunction", { FunctionName: "b" });
  const second = await room.call("ListFunctions", { Marker: first.NextMarker });
  expect(second.Functions?.map(({ FunctionName }) => FunctionName)).toEqual(["c"]);
});

test("accounts and regions see their own functions only", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const region = "us-east-1" as typeof room.context.region;
  const account = "111111111111" as typeof room.context.account;
  expect(await room.call("ListFunctions", {}, { region })).toEqual({ Functions: [] });
  expect(await room.call("ListFunctions", {}, { account })).toEqual({ Functions: [] });
});

test("MasterRegion asks for replicas at the edge, which there are none of", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  expect(await room.call("ListFunctions", { MasterRegion: "us-east-1", FunctionVersion: "ALL" })).toEqual({ Functions: [] });
  expect((await room.call("ListFunctions", { MasterRegion: "ALL", FunctionVersion: "ALL" })).Functions).toHaveLength(1);
  await expect(room.call("ListFunctions", { MasterRegion: "us-east-1" })).rejects.toMatchObject({
    code: "InvalidParameterValueException",
  });
});

test("a marker that was made up is refused", async () => {
  await using room = await openLambdaRoom();
  await expect(room.call("ListFunctions", { Marker: "not a marker!" })).rejects.toMatchObject({ status: 400 });
});

test("versions of a function are listed after $LATEST in order of their numbers", async () => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  for (let n = 2; n <= 11; n++) {
    await room.call("UpdateFunctionConfiguration", { FunctionName: "f", Timeout: n });
    await room.deploy();
    await room.call("PublishVersion", { FunctionName: "f" });
  }
  const first = await room.call("ListVersionsByFunction", { FunctionName: "f", MaxItems: 4 });
  expect(first.Versions?.map(({ FunctionArn }) => FunctionArn)).toEqual([
    functionArn("f", "$LATEST"),
    functionArn("f", "1"),
    functionArn("f", "2"),
    functionArn("f", "3"),
  ]);
  const rest = await room.call("ListVersionsByFunction", { FunctionName: "f", Marker: first.NextMarker });
  expect(rest.Versions?.map(({ Version }) => Version)).toEqual(["4", "5", "6", "7", "8", "9", "10", "11"]);
  expect(rest.Versions?.[0]).not.toHaveProperty("State");
  await expect(room.call("ListVersionsByFunction", { FunctionName: "g" })).rejects.toMatchObject({
    message: `Function not found: ${functionArn("g")}`,
  });
});

test("account settings count the code of each version", async () => {
  await using room = await openLambdaRoom({ concurrency: 250 });
  await room.create("f", { Publish: true });
  await room.create("gg");
  expect(await room.call("GetAccountSettings", {})).toEqual({
    AccountLimit: {
      TotalCodeSize: 300 * 1024 ** 3,
      CodeSizeUnzipped: 262_144_000,
      CodeSizeZipped: 52_428_800,
      ConcurrentExecutions: 250,
      UnreservedConcurrentExecutions: 250,
    },
    AccountUsage: { TotalCodeSize: 4 + 4 + 5, FunctionCount: 2 },
  });
});
