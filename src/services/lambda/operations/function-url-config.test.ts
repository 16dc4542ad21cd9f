// CreateFunctionUrlConfig and its family: control-plane.md, section 7.
import { expect, test } from "vitest";
import { functionArn, openLambdaRoom } from "../../../../test/harness/lambda-room.ts";

const f = { FunctionName: "f" };

test("is created, read, changed and deleted, and its URL stays as long", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const createdAt = new Date(room.clock.now()).toISOString();
  const Cors = { AllowOrigins: ["*"], MaxAge: 0 };
  const created = await room.call("CreateFunctionUrlConfig", { ...f, AuthType: "NONE", Cors });
  expect(created).toEqual({
    FunctionUrl: expect.stringMatching(/^http:\/\/[0-9a-z]{32}\.lambda-url\.eu-west-1\.localhost:4566\/$/),
    FunctionArn: functionArn("f"),
    AuthType: "NONE",
    CreationTime: createdAt,
    Cors,
  });
  const shown = { ...created, InvokeMode: "BUFFERED" };
  expect(await room.call("GetFunctionUrlConfig", f)).toEqual({ ...shown, LastModifiedTime: createdAt });

  room.clock.advance(1000);
  const LastModifiedTime = new Date(room.clock.now()).toISOString();
  const changed = await room.call("UpdateFunctionUrlConfig", { ...f, AuthType: "AWS_IAM" });
  expect(changed).toEqual({ ...shown, AuthType: "AWS_IAM", LastModifiedTime });
  const cleared = await room.call("UpdateFunctionUrlConfig", { ...f, Cors: {}, InvokeMode: "RESPONSE_STREAM" });
  expect(cleared).toEqual({ ...changed, Cors: undefined, InvokeMode: "RESPONSE_STREAM" });

  expect(await room.call("DeleteFunctionUrlConfig", f)).toEqual({});
  await expect(room.call("GetFunctionUrlConfig", f)).rejects.toMatchObject({
    status: 404,
    message: "The resource you requested does not exist.",
  });
});

test("names the scheme and port that the caller reached us by", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  await room.call("CreateFunctionUrlConfig", { ...f, AuthType: "NONE" });
  const urlBy = async (endpoint: string) => (await room.call("GetFunctionUrlConfig", f, { endpoint })).FunctionUrl;
  expect(await urlBy("http://127.0.0.1:81")).toMatch(/\.lambda-url\.eu-west-1\.localhost:81\/$/);
  expect(await urlBy("http://localhost")).toMatch(/\.lambda-url\.eu-west-1\.localhost\/$/);
  expect(await urlBy("https://lambent.example:444")).toMatch(/^https:.*\.localhost:444\/$/);
});

test("one a function and one an alias, found by its id, gone with what it leads to", async () => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  await room.call("CreateAlias", { ...f, Name: "live", FunctionVersion: "1" });
  const create = async (Qualifier?: string) =>
    (await room.call("CreateFunctionUrlConfig", { ...f, Qualifier, AuthType: "NONE" })).FunctionUrl ?? "";
  const own = await create();
  room.ids.nextFraction = 0.5;
  const ofAlias = await create("live");
  expect(ofAlias).not.toBe(own);
  await expect(create()).rejects.toMatchObject({
    status: 409,
    message: `Failed to create function url config for [functionArn = ${functionArn("f")}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
  });
  await expect(create("live")).rejects.toMatchObject({ message: expect.stringContaining(functionArn("f", "live")) });

  const idOf = (url: string): string => new URL(url).hostname.split(".")[0] ?? "";
  const found = async (url: string) => room.functions.urls.find(idOf(url));
  expect(await found(ofAlias)).toMatchObject({ function: room.id("f"), url: { functionName: "f", qualifier: "live" } });

  const list = async (more: object = {}) => room.call("ListFunctionUrlConfigs", { ...f, ...more });
  const first = await list({ MaxItems: 1 });
  const second = await list({ MaxItems: 1, Marker: first.NextMarker });
  expect([first, second].map((page) => page.FunctionUrlConfigs?.map(({ FunctionArn }) => FunctionArn))).toEqual([
    [functionArn("f")],
    [functionArn("f", "live")],
  ]);
  expect(second).not.toHaveProperty("NextMarker");

  await room.call("DeleteAlias", { ...f, Name: "live" });
  expect((await list()).FunctionUrlConfigs).toHaveLength(1);
  expect(await found(ofAlias)).toBeUndefined();
  await room.call("DeleteFunction", f);
  expect(await found(own)).toBeUndefined();
});

test("what is not there", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const noFunction = { status: 404, code: "ResourceNotFoundException", message: "Function does not exist" };
  const noUrl = { status: 404, code: "ResourceNotFoundException", message: "The resource you requested does not exist." };
  for (const missing of [{ FunctionName: "g" }, { ...f, Qualifier: "live" }]) {
    await expect(room.call("CreateFunctionUrlConfig", { ...missing, AuthType: "NONE" })).rejects.toMatchObject(noFunction);
    await expect(room.call("UpdateFunctionUrlConfig", missing)).rejects.toMatchObject(noFunction);
    await expect(room.call("GetFunctionUrlConfig", missing)).rejects.toMatchObject(noUrl);
    await expect(room.call("DeleteFunctionUrlConfig", missing)).rejects.toMatchObject(noUrl);
  }
  await expect(room.call("ListFunctionUrlConfigs", { FunctionName: "g" })).rejects.toMatchObject(noFunction);
  await expect(room.call("UpdateFunctionUrlConfig", f)).rejects.toMatchObject(noUrl);
  expect(await room.call("ListFunctionUrlConfigs", f)).toEqual({ FunctionUrlConfigs: [] });
});
