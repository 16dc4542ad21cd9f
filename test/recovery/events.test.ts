// Kills a server with SIGKILL while it accepts and runs events, again and again on one data directory; then an account
// that knows nothing of Lambent but its API and what functions wrote: each event that was acknowledged with a 202 was
// handled, or lies in the dead-letter queue.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LambdaClient, PutFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect, onTestFinished, test, vi } from "vitest";
import { createFunction, temporaryFolder } from "../harness/lambent.ts";

const kills = 40;
/** Acknowledged events after which a server is killed, at most. */
const mostOfRound = 120;
const senders = 6;
const bin = fileURLToPath(new URL("../../bin/lambent.js", import.meta.url));
const own = { region: "us-east-1", credentials: { accessKeyId: "000000000000", secretAccessKey: "x" } };

/** What becomes of an event, which says so itself. Few crash: each costs three environments. */
const fates = ["fine", "slow", "fails", "crashes"] as const;
type Fate = (typeof fates)[number];
const fateOf = (event: number): Fate => (event % 97 === 0 ? "crashes" : event % 11 === 0 ? "fails" : event % 19 === 0 ? "slow" : "fine");
/** Each in a function of its own, and two of which only one runs at a time. */
const functionOf = (event: number): string => `${fateOf(event) === "crashes" ? "crashing" : "working"}-${event % 2}`;

const handler = `
import { appendFileSync } from "node:fs";
export const handler = async ({ event, fate }) => {
  if (fate === "fails") throw new Error("no");
  if (fate === "crashes") process.exit(1);
  if (fate === "slow") await new Promise((done) => setTimeout(done, 30));
  appendFileSync(process.env.HANDLED, event + "\\n");
};`;

test(`accounts for every event that was acknowledged over ${kills} kills`, { timeout: 600_000 }, async () => {
  const folder = temporaryFolder("events");
  const [handledFile, data, port] = [join(folder, "handled"), join(folder, "data"), await freePort()];
  const endpoint = `http://127.0.0.1:${port}`;
  const acknowledged = new Set<number>();
  let sent = 0;

  for (let kill = 0; kill <= kills; kill += 1) {
    const server = await startServer(port, data);
    if (kill === 0) await deploy(endpoint, handledFile);
    if (kill === kills) {
      await accountFor(acknowledged, { endpoint, handledFile });
      server.kill("SIGTERM");
      await once(server, "close");
      break;
    }
    const closed = once(server, "close");
    const before = acknowledged.size;
    const most = Math.ceil(Math.random() * mostOfRound);
    const load = Array.from({ length: senders }, async () => {
      while (!server.killed) {
        const event = (sent += 1);
        if (await isAcknowledged(endpoint, event)) acknowledged.add(event);
        // Somewhere between two things that the server does; the others are on their way.
        if (acknowledged.size - before >= most) server.kill("SIGKILL");
      }
    });
    await Promise.all([closed, ...load]);
  }
  // The load was real.
  expect(acknowledged.size).toBeGreaterThan(kills * 10);
});

async function deploy(endpoint: string, handledFile: string): Promise<void> {
  const lambda = new LambdaClient({ ...own, endpoint });
  const sqs = new SQSClient({ ...own, endpoint });
  await sqs.send(new CreateQueueCommand({ QueueName: "dead" }));
  const DeadLetterConfig = { TargetArn: "arn:aws:sqs:us-east-1:000000000000:dead" };
  for (const name of ["working-0", "working-1", "crashing-0", "crashing-1"]) {
    await createFunction(lambda, name, { "index.mjs": handler }, { DeadLetterConfig, Environment: { Variables: { HANDLED: handledFile } } });
  }
  for (const FunctionName of ["working-1", "crashing-1"]) await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 }));
  lambda.destroy();
  sqs.destroy();
}

async function isAcknowledged(endpoint: string, event: number): Promise<boolean> {
  try {
    const response = await fetch(`${endpoint}/2015-03-31/functions/${functionOf(event)}/invocations`, {
      method: "POST",
      headers: { "x-amz-invocation-type": "Event" },
      body: JSON.stringify({ event, fate: fateOf(event) }),
    });
    await response.arrayBuffer();
    return response.status === 202;
  } catch {
    // The server died with it: nobody knows whether it was kept.
    return false;
  }
}

interface Account {
  readonly endpoint: string;
  readonly handledFile: string;
}

async function accountFor(acknowledged: ReadonlySet<number>, { endpoint, handledFile }: Account): Promise<void> {
  await vi.waitUntil(
    async () => {
      const { lanes } = (await (await fetch(`${endpoint}/_lambent/events`)).json()) as { readonly lanes: readonly unknown[] };
      return lanes.length === 0;
    },
    { timeout: 300_000, interval: 100 },
  );
  const handled = new Set(readFileSync(handledFile, "utf8").trimEnd().split("\n").map(Number));
  const dead = await deadLetters(endpoint);
  const isLost = (event: number): boolean => !(["fails", "crashes"].includes(fateOf(event)) ? dead : handled).has(event);
  expect([...acknowledged].filter(isLost)).toEqual([]);
  expect([...dead].filter((event) => handled.has(event))).toEqual([]);
}

/** Events in the dead-letter queue, each with the attributes that Lambda gives it. */
async function deadLetters(endpoint: string): Promise<ReadonlySet<number>> {
  const sqs = new SQSClient({ ...own, endpoint });
  const QueueUrl = `${endpoint}/000000000000/dead`;
  const dead = new Set<number>();
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] }));
    if (Messages.length === 0) break;
    for (const { Body = "", MessageAttributes = {} } of Messages) {
      const { event } = JSON.parse(Body) as { readonly event: number };
      dead.add(event);
      expect(MessageAttributes["ErrorCode"]).toMatchObject({ DataType: "Number", StringValue: "200" });
      const message = fateOf(event) === "fails" ? /^no$/ : /exited|exit/;
      expect(MessageAttributes["ErrorMessage"]?.StringValue).toMatch(message);
    }
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: Messages.map(({ ReceiptHandle }, place) => ({ Id: String(place), ReceiptHandle })) }));
  }
  sqs.destroy();
  return dead;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function startServer(port: number, data: string): Promise<ChildProcess> {
  const args = [bin, "start", "--port", String(port), "--data", data, "--log-level", "error", "--isolation", "none", "--retry-delays", "0"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    if (printed.includes("AWS_SECRET_ACCESS_KEY")) return child;
  }
  throw new Error(`the server did not start: ${printed}`);
}
