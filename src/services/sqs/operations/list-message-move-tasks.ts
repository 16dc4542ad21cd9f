// ListMessageMoveTasks: those of a queue, the newest first.
import type { SqsHandler } from "../api.ts";
import { invalidListed } from "../faults/move-tasks.ts";
import { limits } from "../limits.ts";
import { shownTask } from "../model/move-task.ts";
import type { SqsParts } from "../parts.ts";

export const listMessageMoveTasks =
  ({ moveTasks }: SqsParts): SqsHandler<"ListMessageMoveTasks"> =>
  async ({ SourceArn, MaxResults: most = 1 }, context) => {
    if (!(most >= 1 && most <= limits.listedMoveTasks)) throw invalidListed(most);
    const tasks = await moveTasks.list(SourceArn, context);
    return { Results: tasks.slice(0, most).map(shownTask) };
  };
