// SNS's operations: all of the official client's, each done or refused by name.
import { type OperationTable, unsupported } from "../../protocol/operation.ts";
import type { SnsClient } from "./api.ts";
import { addPermission } from "./operations/add-permission.ts";
import { createTopic } from "./operations/create-topic.ts";
import { deleteTopic } from "./operations/delete-topic.ts";
import { getSubscriptionAttributes } from "./operations/get-subscription-attributes.ts";
import { getTopicAttributes } from "./operations/get-topic-attributes.ts";
import { listSubscriptions } from "./operations/list-subscriptions.ts";
import { listSubscriptionsByTopic } from "./operations/list-subscriptions-by-topic.ts";
import { listTagsForResource } from "./operations/list-tags-for-resource.ts";
import { listTopics } from "./operations/list-topics.ts";
import { publish } from "./operations/publish.ts";
import { publishBatch } from "./operations/publish-batch.ts";
import { removePermission } from "./operations/remove-permission.ts";
import { setSubscriptionAttributes } from "./operations/set-subscription-attributes.ts";
import { setTopicAttributes } from "./operations/set-topic-attributes.ts";
import { subscribe } from "./operations/subscribe.ts";
import { tagResource } from "./operations/tag-resource.ts";
import { unsubscribe } from "./operations/unsubscribe.ts";
import { untagResource } from "./operations/untag-resource.ts";
import type { SnsParts } from "./parts.ts";

export const snsService = (parts: SnsParts): OperationTable<SnsClient> => ({
  AddPermission: addPermission(parts),
  CheckIfPhoneNumberIsOptedOut: unsupported,
  ConfirmSubscription: unsupported,
  CreatePlatformApplication: unsupported,
  CreatePlatformEndpoint: unsupported,
  CreateSMSSandboxPhoneNumber: unsupported,
  CreateTopic: createTopic(parts),
  DeleteEndpoint: unsupported,
  DeletePlatformApplication: unsupported,
  DeleteSMSSandboxPhoneNumber: unsupported,
  DeleteTopic: deleteTopic(parts),
  GetDataProtectionPolicy: unsupported,
  GetEndpointAttributes: unsupported,
  GetPlatformApplicationAttributes: unsupported,
  GetSMSAttributes: unsupported,
  GetSMSSandboxAccountStatus: unsupported,
  GetSubscriptionAttributes: getSubscriptionAttributes(parts),
  GetTopicAttributes: getTopicAttributes(parts),
  ListEndpointsByPlatformApplication: unsupported,
  ListOriginationNumbers: unsupported,
  ListPhoneNumbersOptedOut: unsupported,
  ListPlatformApplications: unsupported,
  ListSMSSandboxPhoneNumbers: unsupported,
  ListSubscriptions: listSubscriptions(parts),
  ListSubscriptionsByTopic: listSubscriptionsByTopic(parts),
  ListTagsForResource: listTagsForResource(parts),
  ListTopics: listTopics(parts),
  OptInPhoneNumber: unsupported,
  Publish: publish(parts),
  PublishBatch: publishBatch(parts),
  PutDataProtectionPolicy: unsupported,
  RemovePermission: removePermission(parts),
  SetEndpointAttributes: unsupported,
  SetPlatformApplicationAttributes: unsupported,
  SetSMSAttributes: unsupported,
  SetSubscriptionAttributes: setSubscriptionAttributes(parts),
  SetTopicAttributes: setTopicAttributes(parts),
  Subscribe: subscribe(parts),
  TagResource: tagResource(parts),
  Unsubscribe: unsubscribe(parts),
  UntagResource: untagResource(parts),
  VerifySMSSandboxPhoneNumber: unsupported,
});
