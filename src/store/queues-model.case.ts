// Queues against a reference model: a list that is searched from its start at every receive.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { QueuedMessage } from "./queue.ts";
import type { Bench } from "./bench.case.ts";
import type { Partition } from "./store.ts";

export function queueModelCases(bench: Bench): void {
  test("behave like the model under any sequence of sends, receives, changes, deletes and steps of time", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
        const run = new ModelRun(bench, bench.freshPartition());
        for (const one of steps) await run.take(one);
        await run.compareAll();
      }),
      { numRuns: 120 },
    );
  });
}

const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("send" as const),
      delayMs: fc.constantFrom(0, 0, 0, 3, 10),
      group: optional(fc.constantFrom("a", "b")),
      deduplicationId: optional(fc.constantFrom("x", "y")),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("receive" as const), limit: fc.integer({ min: 1, max: 4 }), visibilityMs: fc.constantFrom(0, 5, 10), moves: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("delete" as const), receipt: fc.nat(), held: fc.boolean(), onlyHeld: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("change" as const), receipt: fc.nat(), visibilityMs: fc.constantFrom(0, 4, 20) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("advance" as const), byMs: fc.constantFrom(1, 5, 30) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("expire" as const), ageMs: fc.constantFrom(0, 20, 60) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("purge" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type StepOf<Kind extends Step["kind"]> = Extract<Step, { readonly kind: Kind }>;

interface ModelMessage {
  readonly id: string;
  readonly sequence: number;
  readonly group: string | undefined;
  readonly sentAtMs: number;
  visibleAtMs: number;
  receiveCount: number;
  receipt: string;
}

const queue = "q";
const deadLetter = { queue: "dead", afterReceives: 2, origin: "q" };
const windowMs = 25;

class ModelRun {
  readonly #bench: Bench;
  readonly #partition: Partition;
  #messages: ModelMessage[] = [];
  readonly #dead: string[] = [];
  #duplicates = new Map<string, { readonly id: string; readonly untilMs: number }>();
  readonly #receipts: string[] = ["1-1"];
  #sends = 0;

  constructor(bench: Bench, partition: Partition) {
    this.#bench = bench;
    this.#partition = partition;
  }

  async take(next: Step): Promise<void> {
    if (next.kind === "send") await this.#send(next);
    else if (next.kind === "receive") await this.#receive(next);
    else if (next.kind === "delete") await this.#delete(next);
    else if (next.kind === "change") await this.#change(next);
    else if (next.kind === "advance") this.#bench.clock.advance(next.byMs);
    else if (next.kind === "expire") await this.#expire(next);
    else await this.#purge();
  }

  async compareAll(): Promise<void> {
    const nowMs = this.#bench.clock.now();
    const hidden = this.#messages.filter(({ visibleAtMs }) => visibleAtMs > nowMs);
    const inFlight = hidden.filter(({ receiveCount }) => receiveCount > 0).length;
    const delayed = hidden.length - inFlight;
    expect(await this.#partition.queues.counts(queue)).toEqual({ visible: this.#messages.length - hidden.length, inFlight, delayed });
    const kept = this.#messages.map(({ id, sequence, receiveCount, visibleAtMs }) => ({ id, sequence, receiveCount, visibleAtMs }));
    expect((await this.#partition.queues.browse(queue, { limit: 1_000 })).map(fieldsOf)).toEqual(kept);
    const dead = await this.#partition.queues.browse(deadLetter.queue, { limit: 1_000 });
    expect(dead.map(({ id, origin }) => `${id} ${origin}`).toSorted()).toEqual(this.#dead.map((id) => `${id} q`).toSorted());
  }

  async #send({ delayMs, group, deduplicationId }: StepOf<"send">): Promise<void> {
    const nowMs = this.#bench.clock.now();
    const id = `m${(this.#sends += 1)}`;
    const [sent] = await this.#partition.commit([
      {
        kind: "send-message", queue, id, value: id, delayMs,
        ...(group === undefined ? {} : { group }),
        ...(deduplicationId === undefined ? {} : { deduplication: { id: deduplicationId, windowMs } }),
      },
    ]);
    const first = deduplicationId === undefined ? undefined : this.#duplicates.get(deduplicationId);
    if (first !== undefined && first.untilMs > nowMs) {
      expect(sent).toMatchObject({ id: first.id, duplicate: true });
      return;
    }
    expect(sent).toMatchObject({ id, duplicate: false });
    if (deduplicationId !== undefined) this.#duplicates.set(deduplicationId, { id, untilMs: nowMs + windowMs });
    this.#messages.push({ id, sequence: sent.sequence, group, sentAtMs: nowMs, visibleAtMs: nowMs + delayMs, receiveCount: 0, receipt: "" });
  }

  async #receive({ limit, visibilityMs, moves }: StepOf<"receive">): Promise<void> {
    const nowMs = this.#bench.clock.now();
    const expected = moves ? this.#dueBut(nowMs, limit) : this.#due(nowMs, limit);
    const received = await this.#partition.queues.receive(queue, { limit, visibilityMs, ...(moves ? { deadLetter } : {}) });
    for (const message of expected) {
      message.receiveCount += 1;
      message.visibleAtMs = nowMs + visibilityMs;
    }
    expect(received.map(fieldsOf)).toEqual(expected.map(fieldsOf));
    for (const [place, { receipt }] of received.entries()) {
      const message = expected[place];
      if (message !== undefined) message.receipt = receipt;
      this.#receipts.push(receipt);
    }
  }

  /** Those that stand alone or first in their group, longest visible first; of a group as many as follow visibly. */
  #due(nowMs: number, limit: number): ModelMessage[] {
    return this.#headsDue(nowMs).flatMap((head) => (head.group === undefined ? [head] : this.#runOf(head.group, nowMs))).slice(0, limit);
  }

  /** Those that are due once the dead ones among them are gone; a round more as long as nothing else was found. */
  #dueBut(nowMs: number, limit: number): ModelMessage[] {
    for (;;) {
      // As the store does: as many heads as are asked for, each with its run.
      const heads = this.#headsDue(nowMs).slice(0, limit);
      const taken: ModelMessage[] = [];
      let moved = 0;
      for (const head of heads) {
        const left = limit - taken.length;
        for (const next of left === 0 ? [] : (head.group === undefined ? [head] : this.#runOf(head.group, nowMs)).slice(0, left)) {
          if (next.receiveCount < deadLetter.afterReceives) {
            taken.push(next);
            continue;
          }
          moved += 1;
          this.#dead.push(next.id);
          this.#messages = this.#messages.filter((one) => one !== next);
        }
      }
      if (taken.length > 0 || moved === 0) return taken;
    }
  }

  #headsDue(nowMs: number): ModelMessage[] {
    return this.#messages
      .filter((message) => message.group === undefined || message === this.#messages.find(({ group }) => group === message.group))
      .filter(({ visibleAtMs }) => visibleAtMs <= nowMs)
      .toSorted((a, b) => a.visibleAtMs - b.visibleAtMs || a.sequence - b.sequence);
  }

  #runOf(name: string, nowMs: number): ModelMessage[] {
    const members = this.#messages.filter(({ group }) => group === name);
    const hidden = members.findIndex(({ visibleAtMs }) => visibleAtMs > nowMs);
    return hidden === -1 ? members : members.slice(0, hidden);
  }

  #stateOf(receipt: string) {
    const message = this.#messages.find((one) => one.receipt === receipt);
    if (message === undefined) return { message, found: "lost" };
    return { message, found: message.visibleAtMs > this.#bench.clock.now() ? "held" : "expired" };
  }

  async #delete({ receipt: place, held, onlyHeld }: StepOf<"delete">): Promise<void> {
    const receipt = this.#receipts[place % this.#receipts.length] ?? "";
    const { message, found } = this.#stateOf(receipt);
    const committed = this.#partition.commit([{ kind: "delete-message", queue, receipt, ...(held ? { expect: "held" as const } : {}), ...(onlyHeld ? { onlyHeld } : {}) }]);
    if (held && found !== "held") {
      await expect(committed).rejects.toMatchObject({ name: "CommitConflict", collection: queue, key: receipt });
      return;
    }
    const remains = this.#messages.some(({ sequence }) => sequence === Number(receipt.split("-")[0]));
    if (found === "lost" || (onlyHeld && found === "expired")) {
      expect(await committed).toEqual([{ found, freed: false, remains }]);
      return;
    }
    const wasHead = message?.group !== undefined && this.#messages.find(({ group }) => group === message.group) === message;
    this.#messages = this.#messages.filter((one) => one !== message);
    const freed = wasHead && this.#messages.some(({ group }) => group === message.group);
    expect(await committed).toEqual([{ found, freed, remains: false }]);
  }

  async #change({ receipt: place, visibilityMs }: StepOf<"change">): Promise<void> {
    const receipt = this.#receipts[place % this.#receipts.length] ?? "";
    const { message, found } = this.#stateOf(receipt);
    if (message !== undefined) message.visibleAtMs = this.#bench.clock.now() + visibilityMs;
    expect(await this.#partition.commit([{ kind: "change-visibility", queue, receipt, visibilityMs }])).toEqual([{ found }]);
  }

  async #expire({ ageMs }: StepOf<"expire">): Promise<void> {
    const sentBeforeMs = this.#bench.clock.now() - ageMs;
    const before = this.#messages.length;
    this.#messages = this.#messages.filter(({ sentAtMs }) => sentAtMs >= sentBeforeMs);
    const expired = before - this.#messages.length;
    expect(await this.#partition.commit([{ kind: "expire-messages", queue, sentBeforeMs }])).toEqual([{ expired }]);
  }

  async #purge(): Promise<void> {
    this.#messages = [];
    this.#duplicates = new Map();
    await this.#partition.commit([{ kind: "purge-queue", queue }]);
  }
}

const fieldsOf = ({ id, sequence, receiveCount, visibleAtMs }: QueuedMessage | ModelMessage) => ({ id, sequence, receiveCount, visibleAtMs });
