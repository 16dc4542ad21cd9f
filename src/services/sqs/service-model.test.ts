// The service against a reference model: any sequence of sends, receives, changes, deletions and steps of time, on a
// standard and a FIFO queue. Which messages come first in a standard queue is not promised, and not compared.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import type { AccountId, CallContext, Region } from "../../core/context.ts";
import { systemIds } from "../../core/ids.ts";
import { silentLogger } from "../../observe/logger.ts";
import { openMemoryStore } from "../../store/memory/memory-store.ts";
import type { SqsInput, SqsOperation, SqsOutput } from "./api.ts";
import { openSqs } from "./open-sqs.ts";
import { sqsService } from "./service.ts";

const context: CallContext = {
  account: "000000000000" as AccountId,
  region: "us-east-1" as Region,
  principal: { kind: "anonymous" },
  requestId: systemIds.requestId(),
  trace: undefined,
  sourceArn: undefined,
  sourceAccount: undefined,
  sourceAddress: "internal",
  userAgent: undefined,
  endpoint: "http://localhost",
  connection: { signal: new AbortController().signal },
};

const retentionSeconds = 60;
const names = ["standard", "ordered.fifo"] as const;
type Name = (typeof names)[number];

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("send" as const),
      name: fc.constantFrom(...names),
      group: fc.constantFrom("a", "b", "c"),
      duplicateOf: fc.option(fc.nat(5), { nil: undefined }),
      delaySeconds: fc.constantFrom(0, 0, 0, 7),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("receive" as const), name: fc.constantFrom(...names), most: fc.integer({ min: 1, max: 10 }), seconds: fc.constantFrom(0, 5, 20) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("delete" as const), handle: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("change" as const), handle: fc.nat(), seconds: fc.constantFrom(0, 3, 30) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("advance" as const), seconds: fc.constantFrom(1, 5, 15, 40) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type StepOf<Kind extends Step["kind"]> = Extract<Step, { readonly kind: Kind }>;

interface ModelMessage {
  readonly body: string;
  readonly group: string;
  readonly sentAtMs: number;
  visibleAtMs: number;
  receives: number;
  handle: string | undefined;
}

class ModelRun {
  readonly clock = new ManualClock();
  readonly #call: <Operation extends SqsOperation>(operation: Operation, input: SqsInput<Operation>) => Promise<SqsOutput<Operation>>;
  readonly #messages: Record<Name, ModelMessage[]> = { standard: [], "ordered.fifo": [] };
  readonly #handles: { readonly name: Name; readonly handle: string; readonly body: string }[] = [];
  readonly #duplicates = new Map<string, number>();
  #sends = 0;

  constructor(call: typeof ModelRun.prototype.call, clock: ManualClock) {
    this.#call = call;
    this.clock = clock;
  }

  get call(): <Operation extends SqsOperation>(operation: Operation, input: SqsInput<Operation>) => Promise<SqsOutput<Operation>> {
    return this.#call;
  }

  async take(next: Step): Promise<void> {
    if (next.kind === "send") await this.#send(next);
    else if (next.kind === "receive") await this.#receive(next);
    else if (next.kind === "delete") await this.#delete(next);
    else if (next.kind === "change") await this.#change(next);
    else this.clock.advance(next.seconds * 1000);
  }

  async compareCounts(): Promise<void> {
    const nowMs = this.clock.now();
    for (const name of names) {
      const alive = this.#alive(name);
      const hidden = alive.filter(({ visibleAtMs }) => visibleAtMs > nowMs);
      const flying = hidden.filter(({ receives }) => receives > 0).length;
      const { Attributes } = await this.#call("GetQueueAttributes", { QueueUrl: name, AttributeNames: ["All"] });
      expect(Attributes).toMatchObject({
        ApproximateNumberOfMessages: String(alive.length - hidden.length),
        ApproximateNumberOfMessagesNotVisible: String(flying),
        ApproximateNumberOfMessagesDelayed: String(hidden.length - flying),
      });
    }
  }

  /** Not deleted, and not older than the queue keeps anything. */
  #alive(name: Name): ModelMessage[] {
    return this.#messages[name].filter(({ sentAtMs }) => this.clock.now() - sentAtMs <= retentionSeconds * 1000);
  }

  async #send({ name, group, duplicateOf, delaySeconds }: StepOf<"send">): Promise<void> {
    const nowMs = this.clock.now();
    const isFifo = name === "ordered.fifo";
    const body = isFifo && duplicateOf !== undefined ? `again ${duplicateOf}` : `m${(this.#sends += 1)}`;
    await this.#call("SendMessage", { QueueUrl: name, MessageBody: body, ...(isFifo ? { MessageGroupId: group } : { DelaySeconds: delaySeconds }) });
    const until = this.#duplicates.get(body);
    if (isFifo && until !== undefined && until > nowMs) return;
    if (isFifo) this.#duplicates.set(body, nowMs + 300_000);
    this.#messages[name].push({ body, group, sentAtMs: nowMs, visibleAtMs: nowMs + (isFifo ? 0 : delaySeconds * 1000), receives: 0, handle: undefined });
  }

  async #receive({ name, most, seconds }: StepOf<"receive">): Promise<void> {
    const nowMs = this.clock.now();
    const alive = this.#alive(name);
    // In a FIFO queue the first of a group that is hidden holds back those behind it.
    const isDue = (message: ModelMessage): boolean => message.visibleAtMs <= nowMs;
    const isHeldBack = (message: ModelMessage): boolean => alive.slice(0, alive.indexOf(message)).some((other) => other.group === message.group && !isDue(other));
    const due = alive.filter((message) => isDue(message) && (name === "standard" || !isHeldBack(message)));
    const { Messages = [] } = await this.#call("ReceiveMessage", { QueueUrl: name, MaxNumberOfMessages: most, VisibilityTimeout: seconds, AttributeNames: ["ApproximateReceiveCount" as "All"] });
    const taken = Messages.map(({ Body }) => due.find(({ body }) => body === Body));
    expect(taken).not.toContain(undefined);
    expect(new Set(taken).size).toBe(Math.min(most, due.length));
    if (name !== "standard") {
      for (const group of ["a", "b", "c"]) {
        const run = taken.filter((message) => message?.group === group);
        expect(run).toEqual(due.filter((message) => message.group === group).slice(0, run.length));
      }
    }
    for (const [place, { ReceiptHandle: handle = "", Attributes }] of Messages.entries()) {
      const message = taken[place];
      if (message === undefined) continue;
      message.receives += 1;
      message.visibleAtMs = nowMs + seconds * 1000;
      message.handle = handle;
      this.#handles.push({ name, handle, body: message.body });
      expect(Attributes?.ApproximateReceiveCount).toBe(String(message.receives));
    }
  }

  /** The message that a handle was given for, and whether it is the latest and its time not over. */
  #named(place: number) {
    const used = this.#handles[place % Math.max(1, this.#handles.length)];
    const message = used && this.#messages[used.name].find(({ body, handle }) => body === used.body && handle !== undefined);
    const isLatest = message !== undefined && message.handle === used?.handle;
    return { used, message, isLatest, isHeld: isLatest && message.visibleAtMs > this.clock.now() };
  }

  async #delete({ handle }: StepOf<"delete">): Promise<void> {
    const { used, message, isLatest, isHeld } = this.#named(handle);
    if (used === undefined) return;
    const deleting = this.#call("DeleteMessage", { QueueUrl: used.name, ReceiptHandle: used.handle });
    if (used.name !== "standard" && message !== undefined && !isHeld) {
      // One that is too old is deleted by whatever looks first: both are right.
      if (this.#alive(used.name).includes(message)) await expect(deleting).rejects.toMatchObject({ message: expect.stringContaining("The receipt handle has expired.") });
      else await deleting.catch(() => undefined);
      return;
    }
    await deleting;
    if (isLatest) this.#messages[used.name] = this.#messages[used.name].filter((one) => one !== message);
  }

  async #change({ handle, seconds }: StepOf<"change">): Promise<void> {
    const { used, message, isLatest, isHeld } = this.#named(handle);
    if (used === undefined) return;
    const changing = this.#call("ChangeMessageVisibility", { QueueUrl: used.name, ReceiptHandle: used.handle, VisibilityTimeout: seconds });
    const isTooOld = message !== undefined && !this.#alive(used.name).includes(message);
    if (isTooOld) return void (await changing.catch(() => undefined));
    if (message === undefined || !(used.name === "standard" ? isLatest : isHeld)) {
      await expect(changing).rejects.toMatchObject({ message: expect.stringContaining("not available for visibility timeout change.") });
      return;
    }
    await changing;
    message.visibleAtMs = this.clock.now() + seconds * 1000;
  }
}

test("behaves like the model under any sequence of calls and steps of time", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 80 }), async (steps) => {
      const clock = new ManualClock();
      const store = await openMemoryStore({ clock });
      const { parts, stop } = openSqs({ store, clock, ids: systemIds, log: silentLogger, quotas: "none", ending: new AbortController().signal });
      const table = sqsService(parts) as unknown as Record<string, (input: object, by: CallContext) => Promise<never>>;
      const run = new ModelRun((operation, input) => table[operation]?.(input, context) ?? expect.fail(operation), clock);
      const MessageRetentionPeriod = String(retentionSeconds);
      await run.call("CreateQueue", { QueueName: "standard", Attributes: { MessageRetentionPeriod } });
      await run.call("CreateQueue", { QueueName: "ordered.fifo", Attributes: { MessageRetentionPeriod, FifoQueue: "true", ContentBasedDeduplication: "true" } });
      for (const one of steps) await run.take(one);
      await run.compareCounts();
      await stop();
      await store.close();
    }),
    { numRuns: 150 },
  );
}, 120_000);
