// Resource policies in memory: what is read of the store, and when.
import { expect, test } from "vitest";
import { openLambdaRoom, type LambdaRoom } from "../../test/harness/lambda-room.ts";

/** How often the store was asked since the last look. */
function countReads(room: LambdaRoom): () => number {
  let reads = 0;
  const { repository } = room.functions;
  for (const method of ["get", "scan"] as const) {
    const read = repository[method].bind(repository) as (...input: unknown[]) => Promise<never>;
    repository[method] = (...input: unknown[]) => {
      reads += 1;
      return read(...input);
    };
  }
  return () => {
    const seen = reads;
    reads = 0;
    return seen;
  };
}

const grant = (FunctionName: string, StatementId = "s") => ({ FunctionName, StatementId, Action: "*", Principal: "s3.amazonaws.com" });

test("policies of all qualifiers are read once, also when there are none, and anew after a change", async () => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  const { policies } = room.functions;
  const reads = countReads(room);
  const id = room.id("f");
  expect(await policies.policyOf(id, undefined)).toBeUndefined();
  expect(reads()).toBeGreaterThan(0);
  for (const qualifier of [undefined, "$LATEST", "1", "made-up"]) expect(policies.policyOf(id, qualifier)).toBeUndefined();
  expect(reads()).toBe(0);

  await room.call("AddPermission", grant("f"));
  await room.call("AddPermission", grant("f:1", "of-version"));
  reads();
  expect((await policies.policyOf(id, undefined))?.statements).toMatchObject([{ sid: "s" }]);
  reads();
  expect(policies.policyOf(id, "1")).toMatchObject({ statements: [{ sid: "of-version" }] });
  expect(reads()).toBe(0);

  await room.call("RemovePermission", { FunctionName: "f", StatementId: "s" });
  expect(await policies.policyOf(id, undefined)).toBeUndefined();
  await room.call("DeleteFunction", { FunctionName: "f" });
  expect(await policies.policyOf(id, "1")).toBeUndefined();
});

test("calls at once share one reading", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const reads = countReads(room);
  await Promise.all(Array.from({ length: 20 }, async () => room.functions.policies.policyOf(room.id("f"), undefined)));
  // The function itself, by `find`, and its policies.
  expect(reads()).toBeLessThanOrEqual(3);
});

test("a function that is not there takes no memory, and has a policy as soon as it is there", async () => {
  await using room = await openLambdaRoom();
  const { policies } = room.functions;
  expect(await policies.policyOf(room.id("f"), undefined)).toBeUndefined();
  // Still a promise: nothing was kept.
  expect(policies.policyOf(room.id("f"), undefined)).toBeInstanceOf(Promise);
  await room.create("f");
  await room.call("AddPermission", grant("f"));
  expect(await policies.policyOf(room.id("f"), undefined)).toBeDefined();
});
