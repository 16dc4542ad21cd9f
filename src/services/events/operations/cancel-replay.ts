// CancelReplay: what has been sent stays sent.
import { commitChangeOf } from "../../../store/change.ts";
import type { EventsHandler } from "../api.ts";
import { replayEnded } from "../faults/archives.ts";
import { hasEnded, replayArn, replays, replayTimer, requireReplay } from "../model/replay.ts";
import type { EventsParts } from "../parts.ts";

export const cancelReplay =
  ({ records, clock }: EventsParts): EventsHandler<"CancelReplay"> =>
  (input, context) =>
    commitChangeOf(records, context, replayArn(context, input.ReplayName), async () => {
      const { record, revision } = await requireReplay(records, context, input.ReplayName);
      if (hasEnded(record)) throw replayEnded(record.name);
      return {
        operations: [replays.put(record.name, { ...record, state: "CANCELLING" }, revision), replayTimer(record.name, clock.now())],
        result: { ReplayArn: replayArn(context, record.name), State: "CANCELLING" },
      };
    });
