import { expect, test } from "vitest";
import { openLambdaRoom, zip } from "../../test/harness/lambda-room.ts";
import type { Json } from "../store/json.ts";

/** As it was written before functions had layers and packages had an unpacked size. */
function asWrittenBefore(value: Json): Json {
  const record = structuredClone(value) as { configuration: { layers?: Json; code: { unzippedBytes?: Json } } };
  delete record.configuration.layers;
  delete record.configuration.code.unzippedBytes;
  return record;
}

test("functions and versions of a data directory from before layers are shown, published, updated and deployed", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  await room.call("PublishVersion", { FunctionName: "f" });
  await room.deploy();
  const partition = room.store.partition({ account: room.context.account, region: room.context.region, service: "lambda" });
  for (const collection of ["functions", "versions"]) {
    for (const { key, value } of await partition.scan(collection))
      await partition.commit([{ kind: "put-document", collection, key, value: asWrittenBefore(value) }]);
  }
  expect((await room.call("ListFunctions", { FunctionVersion: "ALL" })).Functions).toHaveLength(2);
  expect(await room.call("PublishVersion", { FunctionName: "f" })).toMatchObject({ Version: "1" });
  await room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("other") });
  expect(await room.call("GetFunctionConfiguration", { FunctionName: "f" })).toMatchObject({ LastUpdateStatus: "InProgress" });
  await room.deploy();
  expect(await room.call("PublishVersion", { FunctionName: "f" })).toMatchObject({ Version: "2" });
});
