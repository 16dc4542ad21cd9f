// Events on their way: how many a second EventBridge takes beside a bare server, with a rule that sends each to a queue, and
// how soon a function has handled 10,000 messages of a queue. Everything that is acknowledged is on disk.
// `npm run bench -- events`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateEventSourceMappingCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { atLeast, atMost, printFigures } from "./figures.ts";
import { createHello, lambentProgram } from "./lambent.ts";
import { load } from "./load.ts";
import { answeredAfter, freePort, startProgram } from "./process.ts";
import { post } from "./request.ts";
import { median, rounded } from "./statistics.ts";
import { bareServer } from "./subjects.ts";

const messages = 10_000;

export async function events(rounds = 3, seconds = 1): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), "lambent-bench-"));
  const port = await freePort();
  const lambent = startProgram(lambentProgram(port, data));
  const bare = await bareServer.start();
  const endpoint = `http://127.0.0.1:${port}`;
  const client = { endpoint, region: "us-east-1", credentials: { accessKeyId: "000000000000", secretAccessKey: "lambent" } };
  const sqs = new SQSClient(client);
  try {
    await answeredAfter(`${endpoint}/2015-03-31/functions/`);
    const handledMs: number[] = [];
    await createHello(endpoint, "hello", 1769);
    await post(endpoint, "hello");
    for (let round = 0; round < rounds; round += 1) handledMs.push(await handling(client, sqs, `handled-${round}`));
    const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "events" }));
    await sendRuleTo("events", client);
    const shares: number[] = [];
    const rates: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const { requestsPerSecond: base } = await load(bare.url, 8, seconds);
      const { requestsPerSecond: own } = await load(endpoint, 8, seconds, { file: "events.lua", args: [] });
      const startedMs = performance.now();
      const left = await untilArrived(endpoint);
      if (round === 0) continue;
      shares.push(own / base);
      rates.push(own);
      console.log(`${rounded(own, 0)} events/s, bare ${rounded(base, 0)}/s; the ${left} that were left arrived within ${rounded((performance.now() - startedMs) / 1000, 1)} s`);
    }
    console.log(`${await waiting(sqs, QueueUrl)} events in the queue`);
    printFigures([
      atLeast("EventBridge PutEvents of 10 with a target, 8 connections, events", 0.4, median(shares), "x bare"),
      atMost(`${messages} messages of a queue handled by a warm function, batches of 10`, 3, median(handledMs) / 1000, " s"),
    ]);
  } finally {
    sqs.destroy();
    await Promise.all([lambent.stop(), bare.started.stop()]);
    rmSync(data, { recursive: true });
  }
}

interface Client {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** From the mapping's beginning, with all messages in the queue, until none is left, milliseconds. */
async function handling(client: Client, sqs: SQSClient, name: string): Promise<number> {
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: "900" } }));
  for (let sent = 0; sent < messages; sent += 500) {
    const batches = Array.from({ length: 50 }, () => Array.from({ length: 10 }, (_, place) => ({ Id: `${place}`, MessageBody: "m" })));
    await Promise.all(batches.map((Entries) => sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))));
  }
  const lambda = new LambdaClient(client);
  await lambda.send(new CreateEventSourceMappingCommand({ FunctionName: "hello", EventSourceArn: `arn:aws:sqs:us-east-1:000000000000:${name}` }));
  const startedMs = performance.now();
  while ((await waiting(sqs, QueueUrl)) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  lambda.destroy();
  return performance.now() - startedMs;
}

/** In the queue and in flight. */
async function waiting(sqs: SQSClient, QueueUrl: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  return Number(Attributes["ApproximateNumberOfMessages"]) + Number(Attributes["ApproximateNumberOfMessagesNotVisible"]);
}

async function sendRuleTo(queue: string, client: Client): Promise<void> {
  const bridge = new EventBridgeClient(client);
  await bridge.send(new PutRuleCommand({ Name: "bench", EventPattern: '{"source":["bench"],"detail":{"number":[{"numeric":[">",0]}]}}' }));
  await bridge.send(new PutTargetsCommand({ Rule: "bench", Targets: [{ Id: "q", Arn: `arn:aws:sqs:us-east-1:000000000000:${queue}` }] }));
  bridge.destroy();
}

/** Resolves with how many deliveries were left, when none is. */
async function untilArrived(endpoint: string): Promise<number> {
  let first: number | undefined;
  for (;;) {
    const { lanes } = (await (await fetch(`${endpoint}/_lambent/events`)).json()) as { readonly lanes: readonly { readonly waiting: number; readonly running: number }[] };
    const left = lanes.reduce((sum, { waiting: queued, running }) => sum + queued + running, 0);
    first ??= left;
    if (left === 0) return first;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
