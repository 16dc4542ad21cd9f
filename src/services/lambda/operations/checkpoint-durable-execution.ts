// CheckpointDurableExecution: with a token that was never given out (model/durable-execution.ts).
import type { LambdaHandler } from "../api.ts";
import { requireCheckpoint } from "../model/durable-execution.ts";
import type { LambdaParts } from "../parts.ts";

export const checkpointDurableExecution =
  (_parts: LambdaParts): LambdaHandler<"CheckpointDurableExecution"> =>
  async (input) =>
    requireCheckpoint(input);
