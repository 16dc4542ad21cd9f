// A queue of SQS, standard or FIFO.
import { attributesOf } from "./message-attributes.ts";
import type { PushTarget } from "./target.ts";

export const queueTarget: PushTarget = {
  service: "sqs",
  async deliver({ body, attributes, parameters = {}, trace }, { partition, region, account, resource }, call) {
    const { messageGroupId, deduplicationId } = parameters;
    // SQS goes by the path of the URL; one elsewhere is reached by its endpoint all the same.
    const suffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
    await call("sqs", "SendMessage", {
      QueueUrl: `https://sqs.${region}.${suffix}/${account}/${resource}`,
      MessageBody: body,
      ...attributesOf(attributes),
      ...(trace === undefined ? {} : { MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: trace } } }),
      ...(messageGroupId === undefined ? {} : { MessageGroupId: messageGroupId }),
      ...(deduplicationId === undefined ? {} : { MessageDeduplicationId: deduplicationId }),
    });
  },
};
