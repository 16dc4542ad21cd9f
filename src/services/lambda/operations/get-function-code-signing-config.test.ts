// control-plane.md, section 8: the answer for a function without a configuration.
import { expect, test } from "vitest";
import { openLambdaRoom } from "../../../../test/harness/lambda-room.ts";

test("a function has no code signing configuration, and a missing function is not found", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const answer = await room.call("GetFunctionCodeSigningConfig", { FunctionName: "f" });
  expect(answer).toEqual({ FunctionName: "f" });
  await expect(room.call("GetFunctionCodeSigningConfig", { FunctionName: "nope" })).rejects.toMatchObject({
    code: "ResourceNotFoundException",
  });
});
