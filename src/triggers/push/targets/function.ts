// A function: an asynchronous invoke, whose retries and dead letters are the function's own from then on.
import type { PushTarget } from "./target.ts";

export const functionTarget: PushTarget = {
  service: "lambda",
  async deliver({ target, body }, _arn, call) {
    await call("lambda", "Invoke", { FunctionName: target, InvocationType: "Event", Payload: Buffer.from(body) });
  },
};
