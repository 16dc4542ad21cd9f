// A topic of SNS, standard or FIFO.
import { attributesOf } from "./message-attributes.ts";
import type { PushTarget } from "./target.ts";

export const topicTarget: PushTarget = {
  service: "sns",
  async deliver({ target, body, attributes, parameters = {} }, _arn, call) {
    const { messageGroupId, deduplicationId, subject } = parameters;
    await call("sns", "Publish", {
      TopicArn: target,
      Message: body,
      ...attributesOf(attributes),
      ...(subject === undefined ? {} : { Subject: subject }),
      ...(messageGroupId === undefined ? {} : { MessageGroupId: messageGroupId }),
      ...(deduplicationId === undefined ? {} : { MessageDeduplicationId: deduplicationId }),
    });
  },
};
