// StopDurableExecution: of none there is (model/durable-execution.ts).
import type { LambdaHandler } from "../api.ts";
import { requireExecution } from "../model/durable-execution.ts";
import type { LambdaParts } from "../parts.ts";

export const stopDurableExecution =
  (_parts: LambdaParts): LambdaHandler<"StopDurableExecution"> =>
  async (input) =>
    requireExecution(input);
