// GetDurableExecutionHistory: of none there is (model/durable-execution.ts).
import type { LambdaHandler } from "../api.ts";
import { requireExecution } from "../model/durable-execution.ts";
import type { LambdaParts } from "../parts.ts";

export const getDurableExecutionHistory =
  (_parts: LambdaParts): LambdaHandler<"GetDurableExecutionHistory"> =>
  async (input) =>
    requireExecution(input);
