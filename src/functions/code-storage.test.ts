import { expect, test } from "vitest";
import { functionId, functionVersion } from "../../test/harness/engine.ts";
import { TestRuntimes } from "../../test/harness/lambda-room.ts";
import { systemClock } from "../core/clock.ts";
import { systemIds } from "../core/ids.ts";
import { openMemoryStore } from "../store/memory/memory-store.ts";
import { functions, putFunction } from "./documents.ts";
import { openFunctions } from "./open-functions.ts";
import type { ActiveFunctionRecord } from "./records.ts";

const id = functionId("f");
const recordOf = (name: string, sizeBytes: number): ActiveFunctionRecord => ({
  state: "active",
  name,
  revisionId: "r",
  lastModifiedMs: 0,
  deploymentId: "d",
  configuration: functionVersion(name, { code: { sha256: "a", sizeBytes, unzippedBytes: 1 } }).configuration,
  shown: { emptyVpcConfig: false },
});

test("code is counted once from the store and from then on by its news", async () => {
  const store = await openMemoryStore({ clock: systemClock });
  const { repository, codeStorage } = openFunctions({ store, ids: systemIds, runtimeVersions: new TestRuntimes() });
  await repository.commit(id, [putFunction(recordOf("f", 10), "absent"), putFunction(recordOf("g", 5), "absent")]);
  expect(await codeStorage.used(id)).toEqual({ codeBytes: 15, functionCount: 2 });
  repository.scan = () => Promise.reject(new Error("scanned again"));
  await repository.commit(id, [functions.put("f", recordOf("f", 12)), functions.delete("g"), functions.put("h", recordOf("h", 1))]);
  expect(await codeStorage.used(id)).toEqual({ codeBytes: 13, functionCount: 2 });
  await store.close();
});

test("what changes while it is counted for the first time is not missed", async () => {
  const store = await openMemoryStore({ clock: systemClock });
  const { repository, codeStorage } = openFunctions({ store, ids: systemIds, runtimeVersions: new TestRuntimes() });
  await repository.commit(id, [putFunction(recordOf("f", 10), "absent"), putFunction(recordOf("g", 5), "absent")]);
  const scan = repository.scan.bind(repository);
  repository.scan = async (scope, collection, range) => {
    const found = await scan(scope, collection, range);
    repository.scan = scan;
    await repository.commit(id, [functions.put("f", recordOf("f", 20)), functions.delete("g")]);
    return found;
  };
  expect(await codeStorage.used(id)).toEqual({ codeBytes: 20, functionCount: 1 });
  await store.close();
});

test("a count that failed is made anew by whoever asks next", async () => {
  const store = await openMemoryStore({ clock: systemClock });
  const { repository, codeStorage } = openFunctions({ store, ids: systemIds, runtimeVersions: new TestRuntimes() });
  await repository.commit(id, [putFunction(recordOf("f", 10), "absent")]);
  const scan = repository.scan.bind(repository);
  repository.scan = () => Promise.reject(new Error("no disk"));
  await expect(codeStorage.used(id)).rejects.toThrow("no disk");
  repository.scan = scan;
  expect(await codeStorage.used(id)).toEqual({ codeBytes: 10, functionCount: 1 });
  await store.close();
});
