import { expect, test } from "vitest";
import { openLambdaRoom, zip } from "../../../test/harness/lambda-room.ts";
import { settle } from "../../../test/harness/engine.ts";
import { silentLogger } from "../../observe/logger.ts";
import { treeKey } from "./code-cache.ts";
import { startCodeCollector } from "./collector.ts";

test("content lives as long as a layer version is there or a function or version uses it, alone or laid together", async () => {
  await using room = await openLambdaRoom();
  const { clock, functions } = room;
  const live: { trees: ReadonlySet<string>; packages: ReadonlySet<string> } = { trees: new Set(), packages: new Set() };
  const collector = startCodeCollector({
    functions: functions.repository,
    code: { collect: async (trees) => Object.assign(live, { trees }).trees.size },
    blobs: { collect: async (packages) => Object.assign(live, { packages }).packages.size },
    clock,
    log: silentLogger,
  });
  const publish = async (LayerName: string): Promise<[arn: string, sha256: string]> => {
    const { LayerVersionArn = "", Content } = await room.call("PublishLayerVersion", { LayerName, Content: { ZipFile: zip(LayerName) } });
    return [LayerVersionArn, Buffer.from(Content?.CodeSha256 ?? "", "base64").toString("hex")];
  };
  const [a, b, unused] = [await publish("a"), await publish("b"), await publish("unused")];
  await room.create("f", { Layers: [a[0], b[0]] });
  await room.call("PublishVersion", { FunctionName: "f" });
  await room.deploy();
  await room.call("UpdateFunctionConfiguration", { FunctionName: "f", Layers: [b[0]] });
  for (const LayerName of ["a", "b"]) await room.call("DeleteLayerVersion", { LayerName, VersionNumber: 1 });
  clock.advance(60_000);
  await settle();
  const code = (await functions.repository.find(room.id("f")))?.record.configuration.code.sha256 ?? "";
  expect(live.packages).toEqual(new Set([code, a[1], b[1], unused[1]]));
  expect(live.trees).toEqual(new Set([code, treeKey([a[1], b[1]]), b[1]]));
  await room.call("DeleteLayerVersion", { LayerName: "unused", VersionNumber: 1 });
  clock.advance(60_000);
  await settle();
  expect(live.packages).toEqual(new Set([code, a[1], b[1]]));
  await collector.stop();
});

test("code lives as long as a function or version has it, also what runs while an update is pending", async () => {
  await using room = await openLambdaRoom();
  const collected: ReadonlySet<string>[] = [];
  const collect = async (live: ReadonlySet<string>): Promise<number> => {
    collected.push(live);
    return 0;
  };
  const { clock, functions } = room;
  const packages: ReadonlySet<string>[] = [];
  const blobs = { collect: async (live: ReadonlySet<string>) => packages.push(live) };
  const collector = startCodeCollector({ functions: functions.repository, code: { collect }, blobs, clock, log: silentLogger });
  const codeOf = async (name: string): Promise<string | undefined> =>
    (await functions.repository.find(room.id(name)))?.record.configuration.code.sha256;

  await room.create("f");
  await room.create("g", { Code: { ZipFile: zip("published") } });
  await room.call("PublishVersion", { FunctionName: "g" });
  await room.deploy();
  const [former, published] = [await codeOf("f"), await codeOf("g")];
  await room.call("UpdateFunctionCode", { FunctionName: "g", ZipFile: zip("latest") });
  await room.deploy();
  await room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("pending") });
  const [pending, latest] = [await codeOf("f"), await codeOf("g")];
  clock.advance(60_000);
  await settle();
  expect(collected).toEqual([new Set([former, published, pending, latest])]);

  await room.deploy();
  await room.call("DeleteFunction", { FunctionName: "g" });
  clock.advance(59_999);
  await settle();
  expect(collected).toHaveLength(1);
  clock.advance(1);
  await settle();
  expect(collected[1]).toEqual(new Set([pending]));

  await collector.stop();
  await room.call("DeleteFunction", { FunctionName: "f" });
  clock.advance(60_000);
  await settle();
  expect(collected).toHaveLength(2);
  expect(packages).toEqual(collected);
});
