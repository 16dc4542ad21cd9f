// SendDurableExecutionCallbackSuccess: for a callback that nobody waits for (model/durable-execution.ts).
import type { LambdaHandler } from "../api.ts";
import { requireCallback } from "../model/durable-execution.ts";
import type { LambdaParts } from "../parts.ts";

export const sendDurableExecutionCallbackSuccess =
  (_parts: LambdaParts): LambdaHandler<"SendDurableExecutionCallbackSuccess"> =>
  async (input) =>
    requireCallback(input);
