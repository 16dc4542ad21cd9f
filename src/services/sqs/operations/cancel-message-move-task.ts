// CancelMessageMoveTask: what has been moved stays moved.
import type { SqsHandler } from "../api.ts";
import type { SqsParts } from "../parts.ts";

export const cancelMessageMoveTask =
  ({ moveTasks }: SqsParts): SqsHandler<"CancelMessageMoveTask"> =>
  async ({ TaskHandle }, context) => ({ ApproximateNumberOfMessagesMoved: await moveTasks.cancel(TaskHandle, context) });
