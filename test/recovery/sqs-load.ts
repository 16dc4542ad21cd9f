// What the recovery test of SQS runs against a server that dies: producers that note what was acknowledged, consumers that
// note what they have received and deleted, and the account of it all at the end.
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SendMessageBatchCommand, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "vitest";

export interface LoadQueues {
  readonly standard: string;
  readonly fifo: string;
}

export const groups = ["a", "b", "c"] as const;

export class SqsLoad {
  readonly #queues: LoadQueues;
  /** Bodies that were acknowledged, and those whose answer never came: they may be there or not. */
  readonly sent = new Set<string>();
  readonly doubtful = new Set<string>();
  /** Bodies by how often they were received; those whose deletion was acknowledged. */
  readonly received = new Map<string, number>();
  readonly deleted = new Set<string>();
  /** Of each group, numbers in the order received. */
  readonly orders = new Map<string, number[]>();
  readonly #broken: unknown[] = [];
  #serial = 0;

  constructor(queues: LoadQueues) {
    this.#queues = queues;
  }

  /** Sends and receives until the server is gone. */
  async run(sqs: SQSClient): Promise<void> {
    const until = new AbortController();
    const workers = [() => this.#sendOne(sqs), () => this.#sendTen(sqs), ...groups.map((group) => () => this.#sendInOrder(sqs, group)), () => this.#consume(sqs, this.#queues.standard), () => this.#consume(sqs, this.#queues.fifo)];
    await Promise.all(
      workers.map(async (work) => {
        while (!until.signal.aborted) await work().catch((error: unknown) => this.#ended(error, until));
      }),
    );
  }

  /** Receives what is left of a queue. */
  async drain(sqs: SQSClient): Promise<void> {
    for (const queue of [this.#queues.standard, this.#queues.fifo]) while ((await this.#consume(sqs, queue, 1)) > 0);
  }

  /** Throws unless every acknowledged message was received, none that was deleted came again, and each group came in its order. */
  account(): void {
    expect(this.#broken).toEqual([]);
    expect([...this.sent].filter((body) => !this.received.has(body))).toEqual([]);
    expect([...this.received.keys()].filter((body) => !this.sent.has(body) && !this.doubtful.has(body))).toEqual([]);
    for (const [group, order] of this.orders) {
      // A message may come again after a crash, though none may be passed over: first receives are in order.
      const first = [...new Set(order)];
      expect(first, group).toEqual(first.toSorted((left, right) => left - right));
    }
  }

  /** A server that dies ends the work; a promise that it broke is told in the end. */
  #ended(error: unknown, until: AbortController): void {
    if (error instanceof Error && error.name === "AssertionError") this.#broken.push(error.message);
    until.abort();
  }

  /** A body until its fate is known. */
  async #noted(bodies: readonly string[], send: () => Promise<unknown>): Promise<void> {
    for (const body of bodies) this.doubtful.add(body);
    await send();
    for (const body of bodies) {
      this.doubtful.delete(body);
      this.sent.add(body);
    }
  }

  #body(kind: string): string {
    return `${kind} ${(this.#serial += 1)}`;
  }

  #sendOne(sqs: SQSClient): Promise<void> {
    const body = this.#body("one");
    return this.#noted([body], () => sqs.send(new SendMessageCommand({ QueueUrl: this.#queues.standard, MessageBody: body })));
  }

  #sendTen(sqs: SQSClient): Promise<void> {
    const bodies = Array.from({ length: 10 }, () => this.#body("ten"));
    const Entries = bodies.map((MessageBody, place) => ({ Id: String(place), MessageBody }));
    return this.#noted(bodies, () => sqs.send(new SendMessageBatchCommand({ QueueUrl: this.#queues.standard, Entries })));
  }

  /** The body is its own deduplication id: sent twice, it must come once. */
  #sendInOrder(sqs: SQSClient, group: string): Promise<void> {
    const body = this.#body(group);
    const command = () => new SendMessageCommand({ QueueUrl: this.#queues.fifo, MessageBody: body, MessageGroupId: group });
    return this.#noted([body], async () => {
      await sqs.send(command());
      await sqs.send(command());
    });
  }

  async #consume(sqs: SQSClient, QueueUrl: string, WaitTimeSeconds = 0): Promise<number> {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds, VisibilityTimeout: 1 }));
    if (Messages.length === 0) return 0;
    for (const { Body = "" } of Messages) {
      expect(this.deleted.has(Body), `${Body} came again after its deletion`).toBe(false);
      this.received.set(Body, (this.received.get(Body) ?? 0) + 1);
      const [group = "", serial] = Body.split(" ");
      if (QueueUrl === this.#queues.fifo) this.orders.set(group, [...(this.orders.get(group) ?? []), Number(serial)]);
    }
    const Entries = Messages.map(({ ReceiptHandle }, place) => ({ Id: String(place), ReceiptHandle }));
    const { Successful = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    for (const { Id } of Successful) this.deleted.add(Messages[Number(Id)]?.Body ?? "");
    return Messages.length;
  }
}
