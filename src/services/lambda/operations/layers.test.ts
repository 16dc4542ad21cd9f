// PublishLayerVersion, GetLayerVersion, GetLayerVersionByArn, ListLayers, ListLayerVersions and DeleteLayerVersion:
// control-plane.md, section 6.
import { describe, expect, test } from "vitest";
import { openLambdaRoom, zip, type LambdaRoom } from "../../../../test/harness/lambda-room.ts";
import type { AccountId, Region } from "../../../core/context.ts";
import type { LambdaInput } from "../api.ts";

const layerArn = (name: string, version?: number): string =>
  `arn:aws:lambda:eu-west-1:000000000000:layer:${name}${version === undefined ? "" : `:${version}`}`;

const publish = (room: LambdaRoom, LayerName: string, more: Partial<LambdaInput<"PublishLayerVersion">> = {}) =>
  room.call("PublishLayerVersion", { LayerName, Content: { ZipFile: zip(LayerName) }, ...more });

const missing = { code: "ResourceNotFoundException", message: "The resource you requested does not exist." };

test("a published version shows what was sent and a link to its content, by name and by ARN", async () => {
  await using room = await openLambdaRoom();
  const published = await publish(room, "tools", { Description: "d", LicenseInfo: "MIT", CompatibleRuntimes: ["nodejs24.x"], CompatibleArchitectures: ["x86_64"] });
  expect(published).toEqual({
    LayerArn: layerArn("tools"),
    LayerVersionArn: layerArn("tools", 1),
    Version: 1,
    Description: "d",
    LicenseInfo: "MIT",
    CreatedDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/),
    CompatibleRuntimes: ["nodejs24.x"],
    CompatibleArchitectures: ["x86_64"],
    Content: { Location: expect.stringContaining("/blobs/"), CodeSha256: expect.stringMatching(/=$/), CodeSize: 8 },
  });
  expect(await room.call("GetLayerVersion", { LayerName: "tools", VersionNumber: 1 })).toEqual(published);
  expect(await room.call("GetLayerVersion", { LayerName: layerArn("tools"), VersionNumber: 1 })).toEqual(published);
  expect(await room.call("GetLayerVersionByArn", { Arn: layerArn("tools", 1) })).toEqual(published);
});

test("what was not sent is left out, but for the description", async () => {
  await using room = await openLambdaRoom();
  const { Content: _content, CreatedDate: _date, ...members } = await publish(room, "bare");
  expect(members).toEqual({ LayerArn: layerArn("bare"), LayerVersionArn: layerArn("bare", 1), Version: 1, Description: "" });
});

test("numbers grow by layer, and go on after every version was deleted", async () => {
  await using room = await openLambdaRoom();
  await publish(room, "a");
  await publish(room, "b");
  expect(await publish(room, "a")).toMatchObject({ Version: 2 });
  for (const VersionNumber of [1, 2, 2]) expect(await room.call("DeleteLayerVersion", { LayerName: "a", VersionNumber })).toEqual({});
  expect(await room.call("ListLayers", {})).toMatchObject({ Layers: [{ LayerName: "b" }] });
  expect(await publish(room, "a")).toMatchObject({ Version: 3 });
  await expect(room.call("GetLayerVersion", { LayerName: "a", VersionNumber: 2 })).rejects.toMatchObject(missing);
});

test("content comes from S3, too, and what is not applied of it is refused by name", async () => {
  await using room = await openLambdaRoom({ cloud: { call: async () => ({ Body: zip("from-s3") }) } });
  const Content = { S3Bucket: "bucket", S3Key: "layer.zip" };
  expect(await publish(room, "s3", { Content })).toMatchObject({ Version: 1, Content: { CodeSize: 10 } });
  const referenced = publish(room, "s3", { Content: { ...Content, S3ObjectStorageMode: "REFERENCE" } });
  await expect(referenced).rejects.toMatchObject({ message: expect.stringContaining("S3ObjectStorageMode REFERENCE") });
});

test("versions that are published at once get numbers of their own", async () => {
  await using room = await openLambdaRoom();
  await using other = await openLambdaRoom({ store: room.store, firstId: 1000 });
  const published = await Promise.all([room, other, room, other, room].map((one) => publish(one, "busy")));
  expect(new Set(published.map(({ Version }) => Version))).toEqual(new Set([1, 2, 3, 4, 5]));
});

describe("lists", () => {
  test("are newest first, show the newest version that the filters let by, and have no content", async () => {
    await using room = await openLambdaRoom();
    await publish(room, "b", { CompatibleRuntimes: ["nodejs24.x"], CompatibleArchitectures: ["x86_64"] });
    await publish(room, "b", { CompatibleRuntimes: ["python3.13"], CompatibleArchitectures: ["arm64", "x86_64"] });
    await publish(room, "a");
    const layersOf = async (input: LambdaInput<"ListLayers">) =>
      (await room.call("ListLayers", input)).Layers?.map(({ LatestMatchingVersion }) => LatestMatchingVersion?.LayerVersionArn);
    expect(await layersOf({})).toEqual([layerArn("a", 1), layerArn("b", 2)]);
    expect(await layersOf({ CompatibleRuntime: "nodejs24.x" })).toEqual([layerArn("b", 1)]);
    expect(await layersOf({ CompatibleArchitecture: "x86_64" })).toEqual([layerArn("b", 2)]);
    expect(await layersOf({ CompatibleRuntime: "nodejs24.x", CompatibleArchitecture: "arm64" })).toEqual([]);

    const { LayerVersions } = await room.call("ListLayerVersions", { LayerName: "b" });
    expect(LayerVersions?.map(({ Version }) => Version)).toEqual([2, 1]);
    expect(LayerVersions?.[0]).not.toHaveProperty("Content");
    expect(await room.call("ListLayerVersions", { LayerName: "b", CompatibleRuntime: "nodejs24.x" })).toMatchObject({ LayerVersions: [{ Version: 1 }] });
    expect(await room.call("ListLayerVersions", { LayerName: "nobody" })).toEqual({ LayerVersions: [] });
  });

  test("come in pages of at most 50 whose markers stand when versions come and go", async () => {
    await using room = await openLambdaRoom();
    for (let version = 1; version <= 52; version++) await publish(room, "long");
    const first = await room.call("ListLayerVersions", { LayerName: "long", MaxItems: 60 });
    expect(first.LayerVersions).toHaveLength(50);
    await publish(room, "long");
    await room.call("DeleteLayerVersion", { LayerName: "long", VersionNumber: 3 });
    const second = await room.call("ListLayerVersions", { LayerName: "long", Marker: first.NextMarker });
    expect(second).toMatchObject({ LayerVersions: [{ Version: 2 }, { Version: 1 }] });
    expect(second).not.toHaveProperty("NextMarker");
  });

  test("of layers fill their pages across layers without versions", async () => {
    await using room = await openLambdaRoom();
    for (const name of ["a", "b", "c", "d", "e"]) await publish(room, name);
    for (const LayerName of ["a", "b", "d"]) await room.call("DeleteLayerVersion", { LayerName, VersionNumber: 1 });
    const first = await room.call("ListLayers", { MaxItems: 1 });
    expect(first.Layers?.map(({ LayerName }) => LayerName)).toEqual(["c"]);
    const second = await room.call("ListLayers", { MaxItems: 1, Marker: first.NextMarker });
    expect(second.Layers?.map(({ LayerName }) => LayerName)).toEqual(["e"]);
    expect(second.NextMarker).toBeUndefined();
  });
});

test("refuses numbers below one, unknown layers and the layers of others", async () => {
  await using room = await openLambdaRoom();
  const tooLow = { code: "InvalidParameterValueException", message: "Layer Version Cannot be less than 1" };
  await expect(room.call("GetLayerVersion", { LayerName: "x", VersionNumber: 0 })).rejects.toMatchObject(tooLow);
  await expect(room.call("DeleteLayerVersion", { LayerName: "x", VersionNumber: -1 })).rejects.toMatchObject(tooLow);
  await expect(room.call("GetLayerVersion", { LayerName: "x", VersionNumber: 1 })).rejects.toMatchObject(missing);
  await expect(room.call("GetLayerVersionByArn", { Arn: "arn:aws:lambda:::awslayer:AmazonLinux1803" })).rejects.toMatchObject(missing);
  await publish(room, "mine");
  const elsewhere = { region: "us-east-1" as Region };
  await expect(room.call("GetLayerVersionByArn", { Arn: layerArn("mine", 1) }, elsewhere)).rejects.toMatchObject(missing);
  const stranger = { account: "111111111111" as AccountId };
  const denied = { code: "AccessDeniedException", status: 403 };
  await expect(room.call("GetLayerVersionByArn", { Arn: layerArn("mine", 1) }, stranger)).rejects.toMatchObject(denied);
  await expect(room.call("DeleteLayerVersion", { LayerName: layerArn("mine"), VersionNumber: 1 }, stranger)).rejects.toMatchObject(denied);
  await expect(publish(room, "mine", { Content: {} })).rejects.toMatchObject({ code: "InvalidParameterValueException" });
});
