// SQS beside a bare server and peers: messages sent, sent in batches of ten, received and deleted in batches of ten, all over
// 8 connections, and how soon a waiting receiver has a message; then the same with a million messages in the queue.
// Everything that Lambent acknowledges is on disk. `npm run bench -- sqs`.
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { systemClock } from "../src/core/clock.ts";
import { systemIds } from "../src/core/ids.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { atLeast, atMost, type Figure, printFigures } from "./figures.ts";
import { lambentProgram } from "./lambent.ts";
import { load } from "./load.ts";
import { answeredAfter, freePort, type Program, residentMiB, type Started, startProgram } from "./process.ts";
import { median, rounded } from "./statistics.ts";

const modes = ["send", "batch", "consume"] as const;
type Mode = (typeof modes)[number];
type Rates = Readonly<Record<Mode, number>>;

const connections = 8;
const million = 1_000_000;

interface Subject {
  readonly name: string;
  readonly endpoint: string;
  readonly started: Started;
}

export async function sqs(rounds = 3, seconds = 1): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), "lambent-bench-sqs-"));
  const running: Subject[] = [];
  try {
    const bare = await startBare();
    running.push(bare);
    running.push(await startServer("lambent", (port) => lambentProgram(port, data)));
    for (const { name, program } of peers()) running.push(await startServer(name, program));
    const measured = new Map<string, Rates>();
    for (const subject of running.slice(1)) measured.set(subject.name, await ratesOf(subject, "short", bare, { rounds, seconds }));
    const delayMs = await deliveryMs(running[1]?.endpoint ?? "", "wait-short");

    await running[1]?.started.stop();
    await fillQueue(data);
    running[1] = await startServer("lambent", (port) => lambentProgram(port, data));
    const full = await ratesOf(running[1], "million", bare, { rounds, seconds });
    measured.set("lambent, a million in the queue", full);
    const fullDelayMs = await deliveryMs(running[1].endpoint, "wait-million");
    const residentMib = residentMiB(running[1].started.child.pid ?? 0);
    report(measured, { delayMs, fullDelayMs, residentMib });
  } finally {
    await Promise.all(running.map(({ started }) => started.stop()));
    await rm(data, { recursive: true, force: true });
  }
}

async function startBare(): Promise<Subject> {
  const port = await freePort();
  const started = startProgram({ program: process.execPath, args: [fileURLToPath(new URL("fixtures/bare-server.mjs", import.meta.url)), String(port)] });
  const endpoint = `http://127.0.0.1:${port}`;
  await answeredAfter(endpoint);
  return { name: "bare node:http", endpoint, started };
}

async function startServer(name: string, program: (port: number) => Program): Promise<Subject> {
  const port = await freePort();
  const started = startProgram(program(port));
  const endpoint = `http://127.0.0.1:${port}`;
  await answeredAfter(endpoint);
  return { name, endpoint, started };
}

/** Those that are installed; none of them keeps anything on disk. */
function peers(): readonly { readonly name: string; readonly program: (port: number) => Program }[] {
  const known = [
    { name: "MiniStack", command: "ministack", program: (port: number) => ({ program: "ministack", args: [], environment: { GATEWAY_PORT: String(port) } }) },
    { name: "moto", command: "moto_server", program: (port: number) => ({ program: "moto_server", args: ["-p", String(port)] }) },
  ];
  return known.filter(({ name, command }) => {
    try {
      execFileSync(command, ["--help"], { stdio: "ignore" });
      return true;
    } catch {
      console.log(`${name} is not installed (pip install ${name === "moto" ? "'moto[server]'" : "ministack"}): left out`);
      return false;
    }
  });
}

const clientOf = (endpoint: string): SQSClient => new SQSClient({ endpoint, region: "us-east-1", credentials: { accessKeyId: "000000000000", secretAccessKey: "lambent" } });

async function createQueue(endpoint: string, name: string): Promise<string> {
  const { QueueUrl = "" } = await clientOf(endpoint).send(new CreateQueueCommand({ QueueName: name }));
  return QueueUrl;
}

/** Messages a second as shares of the bare server's requests a second, taken round by round; the median of each. */
async function ratesOf({ endpoint }: Subject, queue: string, bare: Subject, { rounds, seconds }: { readonly rounds: number; readonly seconds: number }): Promise<Rates> {
  const url = await createQueue(endpoint, queue);
  const ratios: Record<Mode, number[]> = { send: [], batch: [], consume: [] };
  // One round unrecorded: compilers and connection pools warm up.
  for (let round = 0; round <= rounds; round += 1) {
    const { requestsPerSecond: base } = await load(bare.endpoint, connections, seconds);
    for (const mode of modes) {
      const { requestsPerSecond: own } = await load(endpoint, connections, seconds, { file: "sqs.lua", args: [mode, url] });
      if (round > 0) ratios[mode].push(own / base);
      if (round > 0 && process.env["BENCH_VERBOSE"] !== undefined) console.log(`${queue} ${mode}: ${rounded(own, 0)}/s, bare ${rounded(base, 0)}/s`);
    }
  }
  return { send: median(ratios.send), batch: median(ratios.batch), consume: median(ratios.consume) };
}

/** From the call that sends to the answer of the receive that waits for it, with official clients on connections of their own. */
async function deliveryMs(endpoint: string, name: string, times = 200): Promise<number> {
  const QueueUrl = await createQueue(endpoint, name);
  const [sender, receiver] = [clientOf(endpoint), clientOf(endpoint)];
  const taken: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const waiting = receiver.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    // It has to be there first.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const startedMs = performance.now();
    await Promise.all([sender.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" })), waiting.then(() => void taken.push(performance.now() - startedMs))]);
    const { Messages: [message] = [] } = await waiting;
    await receiver.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
  }
  return median(taken);
}

/** Straight into the store, as SendMessage would. */
async function fillQueue(data: string): Promise<void> {
  const server = await startServer("lambent", (port) => lambentProgram(port, data));
  await createQueue(server.endpoint, "million");
  await server.started.stop();
  const store = await openSqliteStore({ directory: data, clock: systemClock });
  const partition = store.partition({ account: "000000000000", region: "us-east-1", service: "sqs" });
  const queue = (await partition.get("queues", "million"))?.value as { readonly id: string };
  const value = { body: "x".repeat(100), md5: "b0a1b1f0e1ab0b4fb4e5ae7e1cdb7ad9", sender: "000000000000" };
  const many = 2_000;
  for (let sent = 0; sent < million; sent += many) {
    await partition.commit(Array.from({ length: many }, () => ({ kind: "send-message", queue: queue.id, id: systemIds.uuid(), value }) as const));
  }
  await store.close();
}

interface More {
  readonly delayMs: number;
  readonly fullDelayMs: number;
  readonly residentMib: number;
}

function report(measured: ReadonlyMap<string, Rates>, { delayMs, fullDelayMs, residentMib }: More): void {
  console.log("| messages a second over requests a second of bare node:http | SendMessage | SendMessageBatch of 10 | received and deleted, by 10 |\n|---|---|---|---|");
  for (const [name, { send, batch, consume }] of measured) console.log(`| ${[name, ...[send, batch, consume].map((ratio) => `${rounded(ratio, 3)}x`)].join(" | ")} |`);
  const [own, full] = [measured.get("lambent"), measured.get("lambent, a million in the queue")];
  if (own === undefined || full === undefined) return;
  const figures: Figure[] = [
    atLeast("SendMessage, 8 connections", 0.2, own.send, "x bare"),
    atLeast("SendMessageBatch of 10, messages", 0.65, own.batch, "x bare"),
    atLeast("received and deleted in batches of 10, messages", 0.3, own.consume, "x bare"),
    atMost("send to a waiting receiver, p50", 3, delayMs, " ms"),
    ...modes.map((mode) => atLeast(`${mode} with a million in the queue`, 0.75, full[mode] / own[mode], "x without")),
    atMost("send to a waiting receiver beside a million, p50", 3, fullDelayMs, " ms"),
    atMost("resident memory with a million in the queue", 300, residentMib, " MiB"),
  ];
  printFigures(figures);
}
