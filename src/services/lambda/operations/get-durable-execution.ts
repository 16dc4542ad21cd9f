// GetDurableExecution: of none there is (model/durable-execution.ts).
import type { LambdaHandler } from "../api.ts";
import { requireExecution } from "../model/durable-execution.ts";
import type { LambdaParts } from "../parts.ts";

export const getDurableExecution =
  (_parts: LambdaParts): LambdaHandler<"GetDurableExecution"> =>
  async (input) =>
    requireExecution(input);
