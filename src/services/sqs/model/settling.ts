// What a receipt handle is used for: deleting a message, and changing how long it stays hidden.
import type { Fault } from "../../../core/faults.ts";
import type { QueueOperation, QueueResults } from "../../../store/queue.ts";
import { invalidVisibility, notAvailableForChange, receiptExpired, visibilityBeyondLimit } from "../faults/messages.ts";
import { limits } from "../limits.ts";
import type { Queue } from "./queue.ts";
import { openReceipt, type Receipt } from "./receipt.ts";

type DeleteOperation = Extract<QueueOperation, { readonly kind: "delete-message" }>;
type ChangeOperation = Extract<QueueOperation, { readonly kind: "change-visibility" }>;

/** On FIFO queues a receipt is worth nothing once its time is over; on standard ones until a later receive. */
export const deleteOperation = ({ messages, isFifo }: Queue, { receipt }: Receipt): DeleteOperation => ({
  kind: "delete-message",
  queue: messages,
  receipt,
  ...(isFifo ? { onlyHeld: true } : {}),
});

/** Undefined: it is deleted, or counts as if it was. */
export const deleteRefusal = ({ isFifo }: Queue, handle: string, { remains }: QueueResults["delete-message"]): Fault | undefined =>
  isFifo && remains ? receiptExpired(handle) : undefined;

interface GivenChange {
  readonly ReceiptHandle: string;
  /** An entry of a batch may leave it out: its message is visible at once. */
  readonly VisibilityTimeout?: number | undefined;
}

/** Faults: a handle that is none, a time beyond what is allowed from the receive on. */
export function changeOperation(queue: Queue, { ReceiptHandle: handle, VisibilityTimeout: seconds = 0 }: GivenChange, nowMs: number): ChangeOperation {
  if (!(seconds >= 0 && seconds <= limits.visibilitySeconds)) throw invalidVisibility(seconds);
  const { receipt, receivedAtMs } = openReceipt(queue, handle);
  const visibilityMs = seconds * 1000;
  if (visibilityMs > 0 && nowMs + visibilityMs - receivedAtMs > limits.visibilitySeconds * 1000) throw visibilityBeyondLimit(seconds);
  return { kind: "change-visibility", queue: queue.messages, receipt, visibilityMs, ...(queue.isFifo ? { onlyHeld: true } : {}) };
}

export const changeRefusal = (handle: string, { found }: QueueResults["change-visibility"], { isFifo }: Queue): Fault | undefined =>
  found === "lost" || (isFifo && found === "expired") ? notAvailableForChange(handle) : undefined;
