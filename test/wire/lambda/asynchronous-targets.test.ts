// What asynchronous invokes leave behind, in the services that get it: dead letters and records in queues of SQS and, over
// an event bus and a rule, of EventBridge; and the same through the AWS CLI and boto3.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { InvokeCommand, PutFunctionEventInvokeConfigCommand, UpdateFunctionConfigurationCommand, GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { arnOf, refusal, waitUntilUpdated } from "../../harness/functions.ts";
import { createFunction, startTestLambent, temporaryFolder, testRole, type TestLambent } from "../../harness/lambent.ts";
import { isInstalled, run } from "../../harness/program.ts";

const bin = fileURLToPath(new URL("../../../bin/lambent.js", import.meta.url));
const fails = { "index.mjs": "export const handler = async ({ word }) => { if (word) throw new TypeError(word); return [1.0]; };" };
const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

let lambent: TestLambent;
let sqs: SQSClient;
let client: { readonly endpoint: string; readonly region: string; readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } };
beforeAll(async () => {
  lambent = await startTestLambent({ retryDelayPercent: "0", logLevel: "error" });
  client = { endpoint: lambent.endpoint, region: "us-east-1", credentials: lambent.running.operator };
  sqs = new SQSClient(client);
});
afterAll(async () => {
  sqs.destroy();
  await lambent[Symbol.asyncDispose]();
});

const createQueue = async (QueueName: string): Promise<string> => (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? "";
const send = async (FunctionName: string, event: unknown): Promise<string | undefined> =>
  (await lambent.lambda.send(new InvokeCommand({ FunctionName, InvocationType: "Event", Payload: JSON.stringify(event) }))).$metadata.requestId;

async function receive(QueueUrl: string) {
  const request = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, MessageAttributeNames: ["All"] });
  const [message] = (await sqs.send(request)).Messages ?? [];
  return message;
}

test("a dead letter has the event as its body, and says in attributes what went wrong", async () => {
  const dead = await createQueue("dead");
  await createFunction(lambent.lambda, "dying", fails, { DeadLetterConfig: { TargetArn: queueArn("dead") } });
  const requestId = await send("dying", { word: "no" });
  expect(await receive(dead)).toMatchObject({
    Body: '{"word":"no"}',
    MessageAttributes: {
      RequestID: { DataType: "String", StringValue: requestId },
      ErrorCode: { DataType: "Number", StringValue: "200" },
      ErrorMessage: { DataType: "String", StringValue: "no" },
    },
  });
});

test("a dead letter reaches the subscribers of a topic", async () => {
  const url = await createQueue("subscribed");
  const sns = new SNSClient(client);
  const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "dead" }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: queueArn("subscribed"), Attributes: { RawMessageDelivery: "true" } }));
  sns.destroy();
  await createFunction(lambent.lambda, "published", fails, { DeadLetterConfig: { TargetArn: TopicArn } });
  const requestId = await send("published", { word: "no" });
  expect(await receive(url)).toMatchObject({ Body: '{"word":"no"}', MessageAttributes: { RequestID: { StringValue: requestId } } });
});

test("DeadLetterConfig is shown where it is set, changed, and taken away; what takes no dead letters is refused", async () => {
  const { lambda } = lambent;
  await createFunction(lambda, "configured", fails, { DeadLetterConfig: { TargetArn: queueArn("a") } });
  const shown = async () => (await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "configured" }))).DeadLetterConfig;
  const update = async (TargetArn: string): Promise<void> => {
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "configured", DeadLetterConfig: { TargetArn } }));
    await waitUntilUpdated(lambda, "configured");
  };
  expect(await shown()).toEqual({ TargetArn: queueArn("a") });
  await update("arn:aws:sns:us-east-1:000000000000:t");
  expect(await shown()).toEqual({ TargetArn: "arn:aws:sns:us-east-1:000000000000:t" });
  await update("");
  expect(await shown()).toBeUndefined();
  await expect(update(arnOf("configured"))).rejects.toMatchObject(refusal(400, "InvalidParameterValueException", /^Invalid dead letter queue ARN: /));
});

test("a record of success reaches a queue through a rule of a bus", async () => {
  const url = await createQueue("told");
  const events = new EventBridgeClient(client);
  const pattern = { source: ["lambda"], "detail-type": ["Lambda Function Invocation Result - Success"] };
  await events.send(new PutRuleCommand({ Name: "results", EventPattern: JSON.stringify(pattern) }));
  await events.send(new PutTargetsCommand({ Rule: "results", Targets: [{ Id: "q", Arn: queueArn("told") }] }));
  events.destroy();
  const bus = "arn:aws:events:us-east-1:000000000000:event-bus/default";
  await createFunction(lambent.lambda, "fine", fails);
  await lambent.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: "fine", DestinationConfig: { OnSuccess: { Destination: bus } } }));
  const requestId = await send("fine", {});
  expect(JSON.parse((await receive(url))?.Body ?? "")).toMatchObject({
    source: "lambda",
    "detail-type": "Lambda Function Invocation Result - Success",
    resources: [bus, arnOf("fine", "$LATEST")],
    detail: { requestContext: { requestId, condition: "Success" }, responsePayload: [1] },
  });
});

test("a queue that is not there ends in a record that says so", async () => {
  await createFunction(lambent.lambda, "lost", fails);
  await lambent.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: "lost", DestinationConfig: { OnSuccess: { Destination: queueArn("nowhere") } } }));
  await send("lost", {});
  await expect.poll(async () => (await fetch(`${lambent.endpoint}/_lambent/events`)).text()).toMatch(/"reason":"DeliveryRefused","message":"[^"]*The specified queue does not exist/);
});

test("with --auth on the execution role delivers, as far as the target's policy lets it", async () => {
  const data = temporaryFolder("guarded");
  await using guarded = await startTestLambent({ auth: "on", memory: "false", dataDirectory: data, retryDelayPercent: "0", logLevel: "error" });
  const { operator } = guarded.running;
  const queues = new SQSClient({ endpoint: guarded.endpoint, region: "us-east-1", credentials: operator });
  const statement = { Effect: "Deny", Principal: { AWS: testRole }, Action: "sqs:SendMessage", Resource: queueArn("denied") };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  await queues.send(new CreateQueueCommand({ QueueName: "denied", Attributes: { Policy } }));
  const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: "open" }));
  await createFunction(guarded.lambda, "guarded", fails, { DeadLetterConfig: { TargetArn: queueArn("open") } });
  const OnFailure = { Destination: queueArn("denied") };
  await guarded.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: "guarded", MaximumRetryAttempts: 0, DestinationConfig: { OnFailure } }));
  await guarded.lambda.send(new InvokeCommand({ FunctionName: "guarded", InvocationType: "Event", Payload: '{"word":"no"}' }));
  const { Messages } = await queues.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  expect(Messages).toMatchObject([{ Body: '{"word":"no"}' }]);
  const givenUp = async (): Promise<string> => (await run(process.execPath, [bin, "events", "--data", data, "--port", new URL(guarded.endpoint).port], {})).stdout;
  await expect.poll(givenUp, { timeout: 20_000 }).toMatch(/push:arn:aws:sqs:us-east-1:000000000000:denied {2}DeliveryRefused: "[^"]*explicit deny/);
  queues.destroy();
});

test.skipIf(!isInstalled("aws", "--version"))("aws lambda invoke --invocation-type Event (skipped: no aws)", async () => {
  const url = await createQueue("cli");
  await createFunction(lambent.lambda, "by-cli", fails, { DeadLetterConfig: { TargetArn: queueArn("cli") } });
  const args = ["lambda", "invoke", "--function-name", "by-cli", "--invocation-type", "Event", "--payload", '{"word":"cli"}', join(temporaryFolder("cli"), "out")];
  expect(JSON.parse((await run("aws", args, lambent.environment)).stdout)).toEqual({ StatusCode: 202 });
  expect(await receive(url)).toMatchObject({ Body: '{"word":"cli"}' });
});

const program = `
import boto3
client = boto3.client("lambda")
print(client.invoke(FunctionName="by-boto", InvocationType="Event", Payload=b'{"word":"boto"}')["StatusCode"])
print(client.invoke_async(FunctionName="by-boto", InvokeArgs=b'{}')["Status"])
`;

test.skipIf(!isInstalled("python3", "-c", "import boto3"))("boto3 (skipped: no boto3)", async () => {
  const url = await createQueue("boto");
  await createFunction(lambent.lambda, "by-boto", fails, { DeadLetterConfig: { TargetArn: queueArn("boto") } });
  const file = join(temporaryFolder("boto"), "program.py");
  writeFileSync(file, program);
  expect((await run("python3", [file], lambent.environment)).stdout).toBe("202\n202\n");
  expect(await receive(url)).toMatchObject({ Body: '{"word":"boto"}' });
});
