// SendDurableExecutionCallbackFailure: for a callback that nobody waits for (model/durable-execution.ts).
import type { LambdaHandler } from "../api.ts";
import { requireCallback } from "../model/durable-execution.ts";
import type { LambdaParts } from "../parts.ts";

export const sendDurableExecutionCallbackFailure =
  (_parts: LambdaParts): LambdaHandler<"SendDurableExecutionCallbackFailure"> =>
  async (input) =>
    requireCallback(input);
