// Topics and subscriptions through SNS's official client.
import {
  AddPermissionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  RemovePermissionCommand,
  SetSMSAttributesCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  type SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-sns";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { snsClient } from "../../harness/sns.ts";
import { refusalOf } from "../../harness/sqs.ts";

let lambent: TestLambent;
let sns: SNSClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  sns = snsClient(lambent);
});
afterAll(async () => {
  sns.destroy();
  await lambent[Symbol.asyncDispose]();
});

const topicOf = (name: string): string => `arn:aws:sns:us-east-1:000000000000:${name}`;
const queueOf = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const create = async (Name: string, Attributes: Record<string, string> = {}): Promise<string> => (await sns.send(new CreateTopicCommand({ Name, Attributes }))).TopicArn ?? "";

test("a topic is made, found, changed, tagged and deleted", async () => {
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "orders", Tags: [{ Key: "k", Value: "v" }] }));
  expect(TopicArn).toBe(topicOf("orders"));
  expect((await sns.send(new ListTopicsCommand({}))).Topics).toContainEqual({ TopicArn });
  await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: "DisplayName", AttributeValue: "Orders" }));
  const { Attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
  expect(Attributes).toMatchObject({ TopicArn, Owner: "000000000000", DisplayName: "Orders", SubscriptionsConfirmed: "0", SubscriptionsPending: "0" });
  expect(JSON.parse(Attributes["Policy"] ?? "")).toMatchObject({ Id: "__default_policy_ID", Statement: [{ Resource: TopicArn }] });
  expect(JSON.parse(Attributes["EffectiveDeliveryPolicy"] ?? "")).toMatchObject({ http: { disableSubscriptionOverrides: false } });
  expect(await create("orders", { DisplayName: "Orders" })).toBe(TopicArn);
  expect(await refusalOf(create("orders", { DisplayName: "other" }))).toMatchObject({
    name: "InvalidParameterException",
    message: "Invalid parameter: Attributes Reason: Topic already exists with different attributes",
    status: 400,
  });
  await sns.send(new TagResourceCommand({ ResourceArn: TopicArn, Tags: [{ Key: "a", Value: "1" }] }));
  await sns.send(new UntagResourceCommand({ ResourceArn: TopicArn, TagKeys: ["k"] }));
  expect((await sns.send(new ListTagsForResourceCommand({ ResourceArn: TopicArn }))).Tags).toEqual([{ Key: "a", Value: "1" }]);
  await sns.send(new DeleteTopicCommand({ TopicArn }));
  await sns.send(new DeleteTopicCommand({ TopicArn }));
  expect(await refusalOf(sns.send(new GetTopicAttributesCommand({ TopicArn })))).toMatchObject({ name: "NotFoundException", message: "Topic does not exist", status: 404 });
  expect(await refusalOf(sns.send(new TagResourceCommand({ ResourceArn: TopicArn, Tags: [] })))).toMatchObject({ name: "ResourceNotFoundException", status: 404 });
});

test("permissions are statements of the policy", async () => {
  const TopicArn = await create("shared");
  const permission = { TopicArn, Label: "other", AWSAccountId: ["111111111111"], ActionName: ["Publish"] };
  await sns.send(new AddPermissionCommand(permission));
  expect((await refusalOf(sns.send(new AddPermissionCommand(permission)))).message).toBe("Invalid parameter: Statement already exists");
  expect((await refusalOf(sns.send(new AddPermissionCommand({ ...permission, Label: "x", ActionName: ["Fly"] })))).message).toBe(
    "Invalid parameter: Policy statement action out of service scope!",
  );
  const statements = async (): Promise<readonly object[]> => {
    const { Attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
    return (JSON.parse(Attributes["Policy"] ?? "") as { Statement: object[] }).Statement;
  };
  expect((await statements()).at(-1)).toEqual({ Sid: "other", Effect: "Allow", Principal: { AWS: "arn:aws:iam::111111111111:root" }, Action: "SNS:Publish", Resource: TopicArn });
  await sns.send(new RemovePermissionCommand({ TopicArn, Label: "other" }));
  expect(await statements()).toHaveLength(1);
});

test("subscriptions are made once, listed, changed and taken away", async () => {
  const TopicArn = await create("news");
  const to = { TopicArn, Protocol: "sqs", Endpoint: queueOf("q") };
  const { SubscriptionArn = "" } = await sns.send(new SubscribeCommand({ ...to, Attributes: { RawMessageDelivery: "TRUE" } }));
  expect(SubscriptionArn).toMatch(new RegExp(`^${TopicArn}:[0-9a-f-]{36}$`));
  expect((await sns.send(new SubscribeCommand({ ...to, ReturnSubscriptionArn: true }))).SubscriptionArn).toBe(SubscriptionArn);
  expect((await refusalOf(sns.send(new SubscribeCommand({ ...to, Attributes: { RawMessageDelivery: "false" } })))).message).toBe(
    "Invalid parameter: Attributes Reason: Subscription already exists with different attributes",
  );
  const listed = { SubscriptionArn, Owner: "000000000000", Protocol: "sqs", Endpoint: queueOf("q"), TopicArn };
  expect((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions).toContainEqual(listed);
  expect((await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions).toEqual([listed]);
  const set = (AttributeName: string, AttributeValue: string) => sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));
  await set("FilterPolicy", '{"kind":["a"]}');
  await set("RedrivePolicy", JSON.stringify({ deadLetterTargetArn: queueOf("dead") }));
  const attributes = async () => (await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))).Attributes;
  expect(await attributes()).toMatchObject({
    SubscriptionArn, TopicArn, Protocol: "sqs", Endpoint: queueOf("q"), RawMessageDelivery: "true", PendingConfirmation: "false",
    ConfirmationWasAuthenticated: "true", SubscriptionPrincipal: "arn:aws:iam::000000000000:root", FilterPolicy: '{"kind":["a"]}', FilterPolicyScope: "MessageAttributes",
  });
  await set("FilterPolicy", "");
  expect(await attributes()).not.toHaveProperty("FilterPolicy");
  const texts: readonly (readonly [string, string, string])[] = [
    ["RawMessageDelivery", "x", "RawMessageDelivery: Invalid value [x]. Must be true or false."],
    ["FilterPolicyScope", "x", "FilterPolicyScope: Invalid value [x]. Please use either MessageBody or MessageAttributes"],
    ["RedrivePolicy", '{"deadLetterTargetArn":"x"}', "RedrivePolicy: deadLetterTargetArn is an invalid arn"],
    ["RedrivePolicy", '{"maxReceiveCount":1}', "RedrivePolicy: invalid JSON. Attribute maxReceiveCount is unknown."],
    ["FilterPolicy", '{"a":{"b":["c"]}}', "Filter policy scope MessageAttributes does not support nested filter policy"],
    ["FilterPolicy", '{"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]}', "FilterPolicy: Filter policy can not have more than 5 keys"],
    ["Other", "x", "AttributeName"],
  ];
  for (const [name, value, text] of texts) expect((await refusalOf(set(name, value))).message).toBe(`Invalid parameter: ${text}`);
  expect((await refusalOf(set("FilterPolicy", '{"a":[]}'))).message).toMatch(/^Invalid parameter: FilterPolicy: Empty arrays are not allowed\n at \[Source: \(String\)/);
  await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  expect(await refusalOf(sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn })))).toMatchObject({ message: "Subscription does not exist", status: 404 });
});

test("what cannot be subscribed, set or called is refused by name", async () => {
  const TopicArn = await create("strict");
  const subscribe = (Protocol: string, Endpoint: string) => sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint }));
  const refused: readonly (readonly [Promise<unknown>, RegExp])[] = [
    [subscribe("pigeon", "x"), /^Invalid parameter: Amazon SNS does not support this protocol string: pigeon$/],
    [subscribe("sqs", "http://q"), /^Invalid parameter: SQS endpoint ARN$/],
    [subscribe("sqs", queueOf("q.fifo")), /FIFO SQS Queues can not be subscribed to standard SNS topics$/],
    [subscribe("https", "https://169.254.169.254/"), /^Invalid parameter: Protocol https is not supported by Lambent/],
    [sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: "KmsMasterKeyId", AttributeValue: "alias/x" })), /KmsMasterKeyId is not supported by Lambent/],
    [sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: "FifoTopic", AttributeValue: "true" })), /^Invalid parameter: AttributeName$/],
    [sns.send(new GetTopicAttributesCommand({ TopicArn: "x" })), /^Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1$/],
    [create("a b"), /^Invalid parameter: Topic Name$/],
    [sns.send(new SetSMSAttributesCommand({ attributes: {} })), /SetSMSAttributes/],
  ];
  for (const [call, text] of refused) expect((await refusalOf(call)).message).toMatch(text);
});
