// Who may publish, and what topics may reach, where permissions are enforced.
import { CreateTopicCommand, PublishCommand, SubscribeCommand } from "@aws-sdk/client-sns";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { startTestLambent, temporaryFolder } from "../../harness/lambent.ts";
import { snsClient } from "../../harness/sns.ts";
import { createQueue, sqsClient } from "../../harness/sqs.ts";

test("a queue gets messages of the topics that its policy names, and of no other", { timeout: 30_000 }, async () => {
  await using lambent = await startTestLambent({ auth: "on", memory: "false", dataDirectory: temporaryFolder("sns-auth") });
  const [sns, sqs] = [snsClient(lambent), sqsClient(lambent)];
  const queueArn = "arn:aws:sqs:us-east-1:000000000000:guarded";
  const allowed = "arn:aws:sns:us-east-1:000000000000:allowed";
  const statement = { Effect: "Allow", Principal: { Service: "sns.amazonaws.com" }, Action: "sqs:SendMessage", Resource: queueArn, Condition: { ArnEquals: { "aws:SourceArn": allowed } } };
  const dead = await createQueue(sqs, "dead", { Policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ ...statement, Resource: "*", Condition: {} }] }) });
  const QueueUrl = await createQueue(sqs, "guarded", { Policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }) });
  for (const Name of ["stranger", "allowed"]) {
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name }));
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:dead" });
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: queueArn, Attributes: { RawMessageDelivery: "true", RedrivePolicy } }));
    await sns.send(new PublishCommand({ TopicArn, Message: Name }));
  }
  const bodyIn = async (url: string) => (await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 10 }))).Messages?.map(({ Body }) => Body);
  expect(await bodyIn(QueueUrl)).toEqual(["allowed"]);
  expect(await bodyIn(dead)).toEqual(["stranger"]);
});
