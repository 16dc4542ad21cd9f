// Two accounts on one instance with --auth on: what one may do with the queues of the other, and what a function does with
// those of its own account by the URL that it is told.
import {
  AddPermissionCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { invoke } from "../../harness/functions.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../../harness/lambent.ts";
import { createQueue, refusalOf, sqsClient } from "../../harness/sqs.ts";

const [owner, guest] = ["111111111111", "222222222222"];
const dataDirectory = temporaryFolder("sqs-policies");
const start = (account: string) => startTestLambent({ auth: "on", memory: "false", dataDirectory, account, logLevel: "error" });
const arnOf = (name: string): string => `arn:aws:sqs:us-east-1:${owner}:${name}`;

let lambent: TestLambent;
let sqs: SQSClient;
const urlOf = (name: string): string => `${lambent.endpoint}/${owner}/${name}`;
const restartAs = async (account: string): Promise<void> => {
  await lambent[Symbol.asyncDispose]();
  lambent = await start(account);
  sqs = sqsClient(lambent);
};

beforeAll(async () => {
  lambent = await start(owner);
  sqs = sqsClient(lambent);
  for (const name of ["private", "shared", "locked"]) await createQueue(sqs, name);
  await sqs.send(new AddPermissionCommand({ QueueUrl: urlOf("shared"), Label: "guest", AWSAccountIds: [guest], Actions: ["SendMessage", "GetQueueUrl", "PurgeQueue"] }));
  const deny = { Effect: "Deny", Principal: "*", Action: "sqs:SendMessage", Resource: arnOf("locked") };
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: urlOf("locked"), Attributes: { Policy: JSON.stringify({ Version: "2012-10-17", Statement: deny }) } }));
});
afterAll(() => lambent[Symbol.asyncDispose]());

test("the owner needs no policy, and is held to what one denies", async () => {
  await sqs.send(new SendMessageCommand({ QueueUrl: urlOf("private"), MessageBody: "x" }));
  expect(await refusalOf(sqs.send(new SendMessageCommand({ QueueUrl: urlOf("locked"), MessageBody: "x" })))).toMatchObject({
    code: "AccessDenied",
    status: 403,
    message: expect.stringContaining("explicit deny"),
  });
  expect((await fetch(`${urlOf("private")}?Action=ReceiveMessage&Version=2012-11-05`)).status).toBe(403);
});

test("a function uses its account's queues by the URL that its endpoint gives it, and receives what the host sent", async () => {
  await createFunction(
    lambent.lambda,
    "consumer",
    {
      "index.mjs": `
        import { SQSClient, DeleteMessageCommand, GetQueueUrlCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
        export const handler = async ({ own, given }) => {
          const client = new SQSClient();
          const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: own }));
          const { Messages: [message] } = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, MessageSystemAttributeNames: ["SenderId"] }));
          await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
          // As a host put it into an environment variable: its own name for us.
          await client.send(new SendMessageCommand({ QueueUrl: given, MessageBody: "from " + message.Body }));
          return QueueUrl;
        };`,
    },
    { Role: `arn:aws:iam::${owner}:role/r`, Timeout: 20 },
  );
  await createQueue(sqs, "work");
  await createQueue(sqs, "answers");
  await sqs.send(new SendMessageCommand({ QueueUrl: urlOf("work"), MessageBody: "host" }));
  const { body, error } = await invoke(lambent.lambda, "consumer", { own: "work", given: urlOf("answers") });
  expect(error, JSON.stringify(body)).toBeUndefined();
  expect(body).toMatch(new RegExp(`^http://[^/]+/${owner}/work$`));
  const { Messages: [message] = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: urlOf("answers"), WaitTimeSeconds: 5, MessageSystemAttributeNames: ["SenderId"] }));
  expect(message?.Body).toBe("from host");
  expect(message?.Attributes?.SenderId).toMatch(/^AROA[A-Z2-7]{17}:consumer$/);
});

test("another account may do what the policy says, batches included, and manages nothing", async () => {
  await restartAs(guest);
  await sqs.send(new SendMessageCommand({ QueueUrl: urlOf("shared"), MessageBody: "x" }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: urlOf("shared"), Entries: [{ Id: "1", MessageBody: "x" }] }));
  expect((await sqs.send(new GetQueueUrlCommand({ QueueName: "shared", QueueOwnerAWSAccountId: owner }))).QueueUrl).toBe(urlOf("shared"));
  await sqs.send(new PurgeQueueCommand({ QueueUrl: urlOf("shared") }));
  const denied = { code: "AccessDenied", status: 403 };
  expect(await refusalOf(sqs.send(new ReceiveMessageCommand({ QueueUrl: urlOf("shared") })))).toMatchObject(denied);
  expect(await refusalOf(sqs.send(new SendMessageCommand({ QueueUrl: urlOf("private"), MessageBody: "x" })))).toMatchObject(denied);
  expect(await refusalOf(sqs.send(new SendMessageCommand({ QueueUrl: urlOf("nobody"), MessageBody: "x" })))).toMatchObject(denied);
  expect(await refusalOf(sqs.send(new SetQueueAttributesCommand({ QueueUrl: urlOf("shared"), Attributes: { DelaySeconds: "1" } })))).toMatchObject(denied);
  expect(await refusalOf(sqs.send(new DeleteQueueCommand({ QueueUrl: urlOf("shared") })))).toMatchObject(denied);
  await restartAs(owner);
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: urlOf("shared"), AttributeNames: ["ApproximateNumberOfMessages"] }));
  expect(Attributes).toEqual({ ApproximateNumberOfMessages: "0" });
});
