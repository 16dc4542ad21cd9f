import { expect, test } from "vitest";
import { functionArn, openLambdaRoom, zip } from "../../test/harness/lambda-room.ts";

test("answers from the store once and from memory, without a promise, afterwards", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const { catalog } = room.functions;
  const first = catalog.resolve(room.id("f"), undefined);
  expect(first).toBeInstanceOf(Promise);
  const resolved = await first;
  expect(resolved.invokedArn).toBe(functionArn("f"));
  expect(resolved.version).toMatchObject({ version: "$LATEST", configuration: { runtime: "nodejs24.x" } });
  expect(catalog.resolve(room.id("f"), undefined)).toBe(resolved);
});

test.each([[undefined], ["$LATEST"], ["7"], ["prod"], ["$latest"], ["007"]])(
  "names the qualifier %s in the text of a missing function",
  async (qualifier) => {
    await using room = await openLambdaRoom();
    await expect(room.functions.catalog.resolve(room.id("f"), qualifier)).rejects.toMatchObject({
      code: "ResourceNotFoundException",
      message: `Function not found: ${functionArn("f", qualifier ?? "$LATEST")}`,
    });
  },
);

test("refuses a function that is still being created", async () => {
  await using room = await openLambdaRoom();
  await room.create("other");
  const deploy = room.deploy;
  room.deploy = async () => {};
  await room.create("f");
  await expect(room.functions.catalog.resolve(room.id("f"), undefined)).rejects.toMatchObject({ status: 409 });
  await deploy();
  expect((await room.functions.catalog.resolve(room.id("f"), undefined)).version.version).toBe("$LATEST");
});

test("gives the former configuration during an update, and another deployment after it", async () => {
  await using room = await openLambdaRoom();
  await room.create("f", { Timeout: 5 });
  const { catalog } = room.functions;
  const before = await catalog.resolve(room.id("f"), undefined);
  await room.call("UpdateFunctionConfiguration", { FunctionName: "f", Timeout: 10 });
  const during = await catalog.resolve(room.id("f"), undefined);
  expect(during.version).toEqual(before.version);
  await room.deploy();
  const after = await catalog.resolve(room.id("f"), undefined);
  expect(after.version.configuration.timeoutSeconds).toBe(10);
  expect(after.version.deploymentId).not.toBe(before.version.deploymentId);
});

test("a publish does not make environments of $LATEST stale", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const before = await room.functions.catalog.resolve(room.id("f"), undefined);
  await room.call("PublishVersion", { FunctionName: "f" });
  await room.deploy();
  const after = await room.functions.catalog.resolve(room.id("f"), undefined);
  expect(after.version.deploymentId).toBe(before.version.deploymentId);
});

test("an alias leads to its version, under its own ARN, and to another after it was moved", async () => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  await room.call("CreateAlias", { FunctionName: "f", Name: "prod", FunctionVersion: "1" });
  const first = await room.functions.catalog.resolve(room.id("f"), "prod");
  expect(first).toMatchObject({ invokedArn: functionArn("f", "prod"), version: { version: "1" } });
  await room.call("UpdateAlias", { FunctionName: "f", Name: "prod", FunctionVersion: "$LATEST" });
  expect((await room.functions.catalog.resolve(room.id("f"), "prod")).version.version).toBe("$LATEST");
});

test("the weights of an alias decide by the fraction that is drawn for each invoke", async () => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  await room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("second"), Publish: true });
  await room.deploy();
  const RoutingConfig = { AdditionalVersionWeights: { "2": 0.25 } };
  await room.call("CreateAlias", { FunctionName: "f", Name: "prod", FunctionVersion: "1", RoutingConfig });
  const draw = async (fraction: number): Promise<string> => {
    room.ids.nextFraction = fraction;
    return (await room.functions.catalog.resolve(room.id("f"), "prod")).version.version;
  };
  expect(await draw(0)).toBe("2");
  expect(await draw(0.2499)).toBe("2");
  expect(await draw(0.25)).toBe("1");
  expect(await draw(0.999)).toBe("1");
});

test.each([
  [0, "1"],
  [1, "2"],
] as const)("a weight of %s sends every invoke to version %s", async (weight, version) => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  await room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("second"), Publish: true });
  await room.deploy();
  const RoutingConfig = { AdditionalVersionWeights: { "2": weight } };
  await room.call("CreateAlias", { FunctionName: "f", Name: "prod", FunctionVersion: "1", RoutingConfig });
  for (const fraction of [0, 0.5, 0.999999]) {
    room.ids.nextFraction = fraction;
    expect((await room.functions.catalog.resolve(room.id("f"), "prod")).version.version).toBe(version);
  }
});

test("tells of every change of a function, and forgets one that is deleted", async () => {
  await using room = await openLambdaRoom();
  const told: string[] = [];
  room.functions.catalog.onChange(({ name }) => void told.push(name));
  await room.create("f");
  await room.functions.catalog.resolve(room.id("f"), undefined);
  told.length = 0;
  await room.call("DeleteFunction", { FunctionName: "f" });
  expect(told).toContain("f");
  await expect(room.functions.catalog.resolve(room.id("f"), undefined)).rejects.toMatchObject({ status: 404 });
});

test("keeps accounts and regions apart", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const elsewhere = { ...room.id("f"), region: "us-east-1" as typeof room.context.region };
  await expect(room.functions.catalog.resolve(elsewhere, undefined)).rejects.toMatchObject({ status: 404 });
});
