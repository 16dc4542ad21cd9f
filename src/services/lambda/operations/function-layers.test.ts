// Layers in CreateFunction and UpdateFunctionConfiguration: control-plane.md, section 6.
import { expect, test } from "vitest";
import { openLambdaRoom, role, zip, type LambdaRoom } from "../../../../test/harness/lambda-room.ts";
import type { Region } from "../../../core/context.ts";

async function publish(room: LambdaRoom, LayerName: string, content = LayerName): Promise<string> {
  const { LayerVersionArn } = await room.call("PublishLayerVersion", { LayerName, Content: { ZipFile: zip(content) } });
  return LayerVersionArn ?? "";
}

const layersOf = async (room: LambdaRoom, FunctionName: string) => (await room.call("GetFunctionConfiguration", { FunctionName })).Layers;

test("a function shows its layers in their order, replaces them as a whole and detaches them with an empty list", async () => {
  await using room = await openLambdaRoom();
  const [a, b] = [await publish(room, "a"), await publish(room, "b", "longer")];
  await room.create("f", { Layers: [b, a] });
  expect(await layersOf(room, "f")).toEqual([{ Arn: b, CodeSize: 9 }, { Arn: a, CodeSize: 4 }]);
  const update = async (settings: object) => {
    await room.call("UpdateFunctionConfiguration", { FunctionName: "f", ...settings });
    await room.deploy();
    return layersOf(room, "f");
  };
  expect(await update({ Timeout: 9 })).toHaveLength(2);
  expect(await update({ Layers: [a] })).toEqual([{ Arn: a, CodeSize: 4 }]);
  expect(await update({ Layers: [] })).toBeUndefined();
});

test("other layers, or the same in another order, make a new version", async () => {
  await using room = await openLambdaRoom();
  const [a, b] = [await publish(room, "a"), await publish(room, "b")];
  await room.create("f", { Layers: [a, b], Publish: true });
  expect(await room.call("PublishVersion", { FunctionName: "f" })).toMatchObject({ Version: "1" });
  await room.call("UpdateFunctionConfiguration", { FunctionName: "f", Layers: [b, a] });
  await room.deploy();
  expect(await room.call("PublishVersion", { FunctionName: "f" })).toMatchObject({ Version: "2", Layers: [{ Arn: b }, { Arn: a }] });
});

test("a function keeps a layer version that was deleted, and cannot be given it again", async () => {
  await using room = await openLambdaRoom();
  const a = await publish(room, "a");
  await room.create("f", { Layers: [a] });
  await room.call("DeleteLayerVersion", { LayerName: "a", VersionNumber: 1 });
  await room.call("UpdateFunctionConfiguration", { FunctionName: "f", Timeout: 9 });
  await room.deploy();
  expect(await layersOf(room, "f")).toEqual([{ Arn: a, CodeSize: 4 }]);
  await expect(room.call("UpdateFunctionConfiguration", { FunctionName: "f", Layers: [a] })).rejects.toMatchObject({
    message: `Layer version ${a} does not exist.`,
  });
});

test("refuses in AWS's words what cannot be a function's layers", async () => {
  await using room = await openLambdaRoom();
  const [one, two] = [await publish(room, "l"), await publish(room, "l")];
  const others = await Promise.all(["a", "b", "c", "d", "e"].map((name) => publish(room, name)));
  const unknown = one.replace(":l:1", ":nobody:1");
  const twice = (first: string, second: string): string =>
    `Two different versions of the same layer are not allowed to be referenced in the same function. ${first} and ${second} are versions of the same layer.`;
  const cases: readonly (readonly [readonly string[], string])[] = [
    [[one, ...others], "Cannot reference more than 5 layers."],
    [[one, two], twice(one, two)],
    [[one, one], twice(one, one)],
    [[unknown], `Layer version ${unknown} does not exist.`],
    [["arn:aws:lambda:::awslayer:AmazonLinux1803"], "Layer version arn:aws:lambda:::awslayer:AmazonLinux1803 does not exist."],
    [[one.replace("eu-west-1", "us-east-1")], "Layers are not in the same region as the function. Layers are expected to be in region eu-west-1."],
  ];
  await room.create("f");
  for (const [layers, message] of cases) {
    const refused = { code: "InvalidParameterValueException", status: 400, message };
    const creation = { FunctionName: "g", Runtime: "nodejs24.x", Handler: "index.handler", Role: role, Code: { ZipFile: zip("g") } } as const;
    await expect(room.call("CreateFunction", { ...creation, Layers: [...layers] })).rejects.toMatchObject(refused);
    await expect(room.call("UpdateFunctionConfiguration", { FunctionName: "f", Layers: [...layers] })).rejects.toMatchObject(refused);
  }
  await expect(room.create("h", { Layers: [one.replace("000000000000", "111111111111")] })).rejects.toMatchObject({
    code: "AccessDeniedException",
    message: expect.stringContaining("lambda:GetLayerVersion"),
  });
  await expect(room.call("UpdateFunctionConfiguration", { FunctionName: "f", Layers: [one] }, { region: "us-east-1" as Region })).rejects.toMatchObject({ status: 404 });
});

test("a function and its layers together unpack to at most what AWS allows, whichever comes last", async () => {
  await using room = await openLambdaRoom();
  let unzippedBytes = 131_072_000;
  const parts = room.parts as { code: LambdaRoom["parts"]["code"] };
  parts.code = { ...parts.code, inspect: async () => ({ unzippedBytes, isSigned: false }) };
  const layer = await publish(room, "half");
  await room.create("f", { Layers: [layer] });
  unzippedBytes += 1;
  const tooLarge = {
    code: "InvalidParameterValueException",
    message: "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is 262144001 bytes.",
  };
  await expect(room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("more") })).rejects.toMatchObject(tooLarge);
  await expect(room.create("g", { Layers: [layer] })).rejects.toMatchObject(tooLarge);
  await room.create("h");
  await expect(room.call("UpdateFunctionConfiguration", { FunctionName: "h", Layers: [layer] })).rejects.toMatchObject(tooLarge);
});
