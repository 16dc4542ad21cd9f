// The kinds of targets, one line each.
import { busTarget } from "./targets/bus.ts";
import { functionTarget } from "./targets/function.ts";
import { queueTarget } from "./targets/queue.ts";
import type { PushTarget } from "./targets/target.ts";
import { topicTarget } from "./targets/topic.ts";
import { universalTarget } from "./targets/universal.ts";

export const pushTargets: ReadonlyMap<string, PushTarget> = new Map(
  [functionTarget, queueTarget, topicTarget, busTarget, universalTarget].map((target) => [target.service, target]),
);
