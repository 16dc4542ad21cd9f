import { expect, test } from "vitest";
import { openLambdaRoom, zip } from "../../../test/harness/lambda-room.ts";
import { settle } from "../../../test/harness/engine.ts";
import { silentLogger } from "../../observe/logger.ts";
import { startCodeCollector } from "./collector.ts";

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
