// Publish: when the answer leaves, the message is on disk for every subscriber that wants it.
import type { SnsHandler } from "../api.ts";
import { notApplied } from "../faults/base.ts";
import { noEndpoint, noTarget, severalTargets } from "../faults/messages.ts";
import { topicNotFound } from "../faults/topics.ts";
import { acceptMessage } from "../model/message.ts";
import { locateTopic, parseTopicArn } from "../model/names.ts";
import { publish as publishAll } from "../model/publish.ts";
import type { SnsParts } from "../parts.ts";

export const publish =
  (parts: SnsParts): SnsHandler<"Publish"> =>
  async (input, context) => {
    const { catalog, clock, ids } = parts;
    const { TopicArn, TargetArn } = input;
    if (input.PhoneNumber !== undefined) throw notApplied("PhoneNumber", "no messages are sent to phones.");
    const target = TopicArn ?? TargetArn;
    if (target === undefined) throw noTarget();
    if (TopicArn !== undefined && TargetArn !== undefined) throw severalTargets();
    if (TopicArn === undefined && parseTopicArn(target) === undefined) throw noEndpoint();
    const { name } = locateTopic(target, context, TopicArn === undefined ? "TargetArn" : "TopicArn");
    const topic = await catalog.topic(context, name);
    if (topic === undefined) throw topicNotFound();
    const message = acceptMessage(topic.record, input, { ids, nowMs: clock.now() });
    const [published] = await publishAll(parts, topic.record, [message], context);
    return { ...published };
  };
