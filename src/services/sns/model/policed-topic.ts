// Which topic's policy an operation falls under.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
import type { FindPolicedResource } from "../../../core/policed-resource.ts";
import { parseSubscriptionArn, parseTopicArn, topicArn } from "./names.ts";
import type { TopicCatalog } from "./topic-catalog.ts";
import { isGranted } from "./topic-policy.ts";

export const policedTopics =
  (catalog: TopicCatalog): FindPolicedResource =>
  (operation, { TopicArn, TargetArn, SubscriptionArn, ResourceArn }, context) => {
    const text = [TopicArn, TargetArn, SubscriptionArn, ResourceArn].find((arn) => typeof arn === "string");
    const topic = typeof text === "string" ? (parseTopicArn(text) ?? parseSubscriptionArn(text)) : undefined;
    // One elsewhere is not reached; the handler says so.
    if (topic === undefined || topic.region !== context.region) return undefined;
    const action = operation.replace(/Batch$/, "");
    return {
      arn: topicArn(topic, topic.name),
      account: topic.account,
      action: `sns:${action}`,
      keys: { "aws:SourceOwner": context.sourceAccount ?? context.account },
      policy: () => (isGranted(action) ? catalog.policyOf(topic, topic.name) : undefined),
    };
  };
