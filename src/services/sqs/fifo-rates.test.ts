import { expect, test } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import type { AccountId, Region } from "../../core/context.ts";
import type { SqsOperation } from "./api.ts";
import { fifoRates } from "./fifo-rates.ts";
import { openQueue, type Attributes, type Queue } from "./model/queue.ts";

const queue = (name: string, attributes: Attributes = {}): Queue =>
  openQueue({ account: "000000000000" as AccountId, region: "us-east-1" as Region, name }, { id: name, createdAtMs: 0, modifiedAtMs: 0, attributes, tags: {} });

test("a FIFO queue takes 300 calls of an operation a second, its batches among them", () => {
  const clock = new ManualClock();
  const rates = fifoRates(clock);
  const passed = (of: Queue, operation: SqsOperation, calls: number): number => {
    for (let call = 0; call < calls; call += 1) {
      try {
        rates(of, operation);
      } catch (error) {
        expect(error).toMatchObject({ code: "RequestThrottled", status: 403 });
        return call;
      }
    }
    return calls;
  };
  const slow = queue("slow.fifo");
  expect(passed(slow, "SendMessage", 200)).toBe(200);
  expect(passed(slow, "SendMessageBatch", 200)).toBe(100);
  expect(passed(slow, "ReceiveMessage", 400)).toBe(300);
  clock.advance(500);
  expect(passed(slow, "SendMessage", 400)).toBe(150);
  expect(passed(queue("fast.fifo", { DeduplicationScope: "messageGroup", FifoThroughputLimit: "perMessageGroupId" }), "SendMessage", 1_000)).toBe(1_000);
  expect(passed(queue("standard"), "SendMessage", 1_000)).toBe(1_000);
});
