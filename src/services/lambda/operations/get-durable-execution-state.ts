// GetDurableExecutionState: with a token that was never given out (model/durable-execution.ts).
import type { LambdaHandler } from "../api.ts";
import { requireCheckpoint } from "../model/durable-execution.ts";
import type { LambdaParts } from "../parts.ts";

export const getDurableExecutionState =
  (_parts: LambdaParts): LambdaHandler<"GetDurableExecutionState"> =>
  async (input) =>
    requireCheckpoint(input);
