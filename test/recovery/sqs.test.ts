// Kills a server under a load of SQS with SIGKILL, again and again on one data directory: nothing that was acknowledged is
// lost, nothing deleted comes again, groups keep their order and duplicates stay one message. A move task goes on by itself.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { expect, onTestFinished, test, vi } from "vitest";
import { sleep, systemClock } from "../../src/core/clock.ts";
import { temporaryFolder } from "../harness/lambent.ts";
import { SqsLoad } from "./sqs-load.ts";

const kills = 40;
const bin = fileURLToPath(new URL("../../bin/lambent.js", import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function startServer(port: number, data: string): Promise<ChildProcess> {
  const args = [bin, "start", "--port", String(port), "--data", data, "--log-level", "error", "--isolation", "none"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    if (printed.includes("AWS_SECRET_ACCESS_KEY")) return child;
  }
  throw new Error(`the server did not start: ${printed}`);
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "close");
}

const clientOn = (port: number): SQSClient =>
  new SQSClient({ endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", credentials: { accessKeyId: "000000000000", secretAccessKey: "lambent" }, maxAttempts: 1 });

test(`${kills} kills lose no acknowledged message, bring back no deleted one, and keep order and duplicates`, { timeout: 240_000 }, async () => {
  const [port, data] = [await freePort(), temporaryFolder("sqs-recovery")];
  let server = await startServer(port, data);
  const sqs = clientOn(port);
  const create = async (QueueName: string, Attributes: Record<string, string> = {}): Promise<string> => (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? "";
  const load = new SqsLoad({ standard: await create("standard"), fifo: await create("ordered.fifo", { FifoQueue: "true", ContentBasedDeduplication: "true" }) });
  for (let round = 0; round < kills; round += 1) {
    await Promise.all([sleep(systemClock, 20 + Math.random() * 300).then(() => kill(server)), load.run(sqs)]);
    server = await startServer(port, data);
  }
  await load.drain(sqs);
  // What a killed consumer had in its hands is hidden for a second more.
  await vi.waitFor(async () => {
    await load.drain(sqs);
    const left = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: "standard", AttributeNames: ["All"] }));
    expect([left.Attributes?.ApproximateNumberOfMessages, left.Attributes?.ApproximateNumberOfMessagesNotVisible]).toEqual(["0", "0"]);
    load.account();
  }, { timeout: 20_000, interval: 100 });
  expect(load.sent.size).toBeGreaterThan(kills);
  await kill(server);
});

test("a move task goes on after a kill, and moves each message once", { timeout: 120_000 }, async () => {
  const [port, data] = [await freePort(), temporaryFolder("sqs-moves")];
  let server = await startServer(port, data);
  const sqs = clientOn(port);
  const arnOf = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;
  for (const QueueName of ["dead", "target"]) await sqs.send(new CreateQueueCommand({ QueueName }));
  await sqs.send(new CreateQueueCommand({ QueueName: "source", Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf("dead"), maxReceiveCount: 1 }) } }));
  const bodies = Array.from({ length: 30 }, (_, place) => `m${place}`);
  for (const from of [0, 10, 20]) {
    const Entries = bodies.slice(from, from + 10).map((MessageBody, place) => ({ Id: String(place), MessageBody }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: "dead", Entries }));
  }
  await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf("dead"), DestinationArn: arnOf("target"), MaxNumberOfMessagesPerSecond: 10 }));
  await kill(server);
  server = await startServer(port, data);
  await vi.waitFor(async () => {
    const { Results: [task] = [] } = await sqs.send(new ListMessageMoveTasksCommand({ SourceArn: arnOf("dead") }));
    // How many is approximate: a kill between a move and its count leaves that one out.
    expect(task).toMatchObject({ Status: "COMPLETED" });
  }, { timeout: 90_000, interval: 200 });
  const moved: string[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: "target", MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) break;
    moved.push(...Messages.map(({ Body = "" }) => Body));
  }
  expect(moved.toSorted()).toEqual(bodies.toSorted());
  await kill(server);
});
