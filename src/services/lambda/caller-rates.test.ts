import { expect, test } from "vitest";
import { openLambdaRoom } from "../../../test/harness/lambda-room.ts";
import { ManualClock } from "../../core/clock.ts";
import { callerRates } from "./caller-rates.ts";

test("each of the two that have a rate of their own, and all others together, in an account and region", async () => {
  await using room = await openLambdaRoom();
  const clock = new ManualClock();
  const admit = callerRates(clock);
  const region = "us-east-1" as typeof room.context.region;
  const most = (operations: readonly string[], context = room.context): number => {
    for (let admitted = 0; ; admitted += 1) {
      try {
        admit(operations[admitted % operations.length] ?? "", context);
      } catch (error) {
        expect(error).toMatchObject({
          code: "TooManyRequestsException",
          status: 429,
          message: "Rate Exceeded.",
          members: { Reason: "CallerRateLimitExceeded", Type: "User", retryAfterSeconds: "1" },
        });
        return admitted;
      }
    }
  };
  expect(most(["GetFunction"])).toBe(100);
  expect(most(["GetPolicy"])).toBe(15);
  expect(most(["ListFunctions", "CreateFunction", "constructor"])).toBe(15);
  expect(most(["ListFunctions"], { ...room.context, region })).toBe(15);
  clock.advance(200);
  expect([most(["GetFunction"]), most(["TagResource"])]).toEqual([20, 3]);
});

test("invokes are none of the control plane's calls", async () => {
  await using room = await openLambdaRoom();
  const admit = callerRates(new ManualClock());
  for (let invoked = 0; invoked < 1000; invoked += 1) admit("Invoke", room.context);
});
