// GetFunctionRecursionConfig and PutFunctionRecursionConfig, and what an invoke makes of them.
import { expect, test } from "vitest";
import { functionArn, openLambdaRoom } from "../../../../test/harness/lambda-room.ts";

const f = { FunctionName: "f" };

test("is Terminate until it is set, and tells every version's invokes", async () => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  const told = async (qualifier?: string) =>
    (await room.functions.catalog.resolve(room.id("f"), qualifier)).lineage;
  expect(await room.call("GetFunctionRecursionConfig", f)).toEqual({ RecursiveLoop: "Terminate" });
  expect(await told()).toEqual({ id: expect.stringMatching(/^[0-9a-f]{8}$/), recursiveLoop: "Terminate" });

  expect(await room.call("PutFunctionRecursionConfig", { ...f, RecursiveLoop: "Allow" })).toEqual({ RecursiveLoop: "Allow" });
  expect(await room.call("GetFunctionRecursionConfig", f)).toEqual({ RecursiveLoop: "Allow" });
  expect(await told()).toMatchObject({ recursiveLoop: "Allow" });
  expect(await told("1")).toEqual(await told());

  await room.call("DeleteFunction", f);
  await room.create("f");
  expect(await room.call("GetFunctionRecursionConfig", f)).toEqual({ RecursiveLoop: "Terminate" });
});

test("a missing function has none", async () => {
  await using room = await openLambdaRoom();
  const missing = { status: 404, message: `Function not found: ${functionArn("f")}` };
  await expect(room.call("GetFunctionRecursionConfig", f)).rejects.toMatchObject(missing);
  await expect(room.call("PutFunctionRecursionConfig", { ...f, RecursiveLoop: "Allow" })).rejects.toMatchObject(missing);
});
