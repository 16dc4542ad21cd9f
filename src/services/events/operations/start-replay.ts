// StartReplay: events of an archive once more to the rules of its bus.
import { commitChangeOf } from "../../../store/change.ts";
import type { EventsHandler } from "../api.ts";
import { crossBusReplay, replayExists, replayTimesReversed, sourceArchiveNotFound } from "../faults/archives.ts";
import { limitExceeded } from "../faults/base.ts";
import { limits } from "../limits.ts";
import { archives } from "../model/archive.ts";
import { locateBus, parseEventsArn } from "../model/names.ts";
import { hasEnded, replayArn, replays, replayTimer } from "../model/replay.ts";
import type { EventsParts } from "../parts.ts";

export const startReplay =
  ({ records, clock }: EventsParts): EventsHandler<"StartReplay"> =>
  async (input, context) => {
    const { ReplayName: name, Description: description, Destination } = input;
    const [fromMs, toMs] = [input.EventStartTime.getTime(), input.EventEndTime.getTime()];
    if (fromMs >= toMs) throw replayTimesReversed();
    const source = parseEventsArn(input.EventSourceArn)?.resource ?? input.EventSourceArn;
    const arn = replayArn(context, name);
    return commitChangeOf(records, context, arn, async () => {
      const archive = await records.get(context, archives, source);
      if (archive === undefined) throw sourceArchiveNotFound(source);
      if (locateBus(Destination.Arn, context).bus !== archive.record.bus) throw crossBusReplay();
      const all = await records.scan(context, replays);
      if (all.some(({ key }) => key === name)) throw replayExists(name);
      if (all.filter(({ record }) => !hasEnded(record)).length >= limits.activeReplays) throw limitExceeded();
      const startedMs = clock.now();
      const record = {
        name,
        description,
        state: "STARTING",
        archive: source,
        bus: archive.record.bus,
        onlyRules: Destination.FilterArns ?? [],
        fromMs,
        toMs,
        startedMs,
        position: 0,
      } as const;
      return {
        operations: [replays.put(name, record, "absent"), replayTimer(name, startedMs)],
        result: { ReplayArn: arn, State: "STARTING", ReplayStartTime: new Date(startedMs) },
      };
    });
  };
