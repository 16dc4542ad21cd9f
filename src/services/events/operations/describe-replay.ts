// DescribeReplay: how far a replay has come.
import type { EventsHandler } from "../api.ts";
import { requireReplay, wholeReplayOutput } from "../model/replay.ts";
import type { EventsParts } from "../parts.ts";

export const describeReplay =
  ({ records }: EventsParts): EventsHandler<"DescribeReplay"> =>
  async (input, context) =>
    wholeReplayOutput(context, (await requireReplay(records, context, input.ReplayName)).record);
