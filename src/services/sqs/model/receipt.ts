// Receipt handles: what the store calls a receive of a message, and when that was, under a seal that only the queue can
// make. A handle of another queue, or one that somebody made up, is malformed.
import { hash } from "node:crypto";
import type { ReceivedMessage } from "../../../store/queue.ts";
import { receiptMalformed } from "../faults/messages.ts";
import type { Queue } from "./queue.ts";

export interface Receipt {
  /** The store's name of the receive. */
  readonly receipt: string;
  readonly receivedAtMs: number;
}

const sealLength = 22;

/** Cut short, so that nothing can be appended to what it seals. */
const sealOf = ({ record }: Queue, text: string): string => hash("sha256", `${record.id} ${text}`, "base64url").slice(0, sealLength);

export function sealReceipt(queue: Queue, { receipt, receivedAtMs }: Pick<ReceivedMessage, "receipt" | "receivedAtMs">): string {
  const text = `${receipt} ${receivedAtMs}`;
  return Buffer.from(`${sealOf(queue, text)}${text}`, "latin1").toString("base64");
}

const textPattern = /^(?<receipt>\d+-\d+) (?<receivedAtMs>\d{1,16})$/;
/** Of a handle that could be ours; what is longer is not even looked at. */
const longestHandle = 200;

/** Fault: no handle of this queue. */
export function openReceipt(queue: Queue, handle: string): Receipt {
  const opened = handle.length > longestHandle ? "" : Buffer.from(handle, "base64").toString("latin1");
  const text = opened.slice(sealLength);
  const groups = textPattern.exec(text)?.groups;
  if (groups === undefined || sealOf(queue, text) !== opened.slice(0, sealLength)) throw receiptMalformed(handle);
  return { receipt: groups["receipt"] ?? "", receivedAtMs: Number(groups["receivedAtMs"]) };
}
