// StartMessageMoveTask: dead letters go back to where they came from, or to a queue that is named.
import type { SqsHandler } from "../api.ts";
import type { SqsParts } from "../parts.ts";

export const startMessageMoveTask =
  ({ moveTasks }: SqsParts): SqsHandler<"StartMessageMoveTask"> =>
  async ({ SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond }, context) => ({
    TaskHandle: await moveTasks.start({ sourceArn: SourceArn, destinationArn: DestinationArn, perSecond: MaxNumberOfMessagesPerSecond }, context),
  });
