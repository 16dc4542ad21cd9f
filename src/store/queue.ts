// Queues: messages that are handed out at least once, kept until a commit deletes them. A queue exists as soon as
// something was sent to it.
import type { Json } from "./json.ts";

export interface Queues {
  /**
   * Takes up to `limit` messages that are due: each is hidden for `visibilityMs` and counted as received, on disk,
   * before this resolves. With `waitMs` it waits for the first message, waking at once when one is sent or falls due.
   * An abort ends the wait; messages already taken are still handed over.
   */
  receive(queue: string, request: ReceiveRequest): Promise<readonly ReceivedMessage[]>;
  /** Messages in the order sent, hidden ones too, without taking them. */
  browse(queue: string, page: { readonly after?: number; readonly limit: number }): Promise<readonly QueuedMessage[]>;
  counts(queue: string): Promise<QueueCounts>;
  /** Queues that something was sent to and that have not been purged since. */
  names(which?: QueueSelection): Promise<readonly string[]>;
  /**
   * What may be received, without taking it: for whoever has the queue to himself (lanes.ts). In the order in which it
   * falls due, of a group its first only, up to the first that is not due yet, which is the last one of the page then.
   */
  due(queue: string, page: DuePage): Promise<readonly QueuedMessage[]>;
  /**
   * Calls back after each durable commit for every message that it sent to a queue whose name begins with `prefix`,
   * put off there, or freed by settling the one before it in its group. Returns the function that ends the watch.
   */
  watch(prefix: string, listener: (news: QueueNews) => void): () => void;
}

export interface QueueSelection {
  /** Names that begin so. */
  readonly prefix?: string;
  /** Those that hold a message now, hidden or not. */
  readonly holding?: true;
}

export interface DuePage {
  /** The last one of the page before. */
  readonly after?: Pick<QueuedMessage, "visibleAtMs" | "sequence"> | undefined;
  readonly limit: number;
  /** Of JSON text: the page ends with the message that exceeds them. */
  readonly characters: number;
}

export interface QueueNews {
  readonly queue: string;
  /** When there is something to receive; Unix epoch milliseconds. */
  readonly dueAtMs: number;
  /** What was just sent; undefined where it waits behind others, or where nothing new was sent. */
  readonly sent?: SentNews;
  /** Sequence of what was put off. */
  readonly postponed?: number;
}

export interface ReceiveRequest {
  readonly limit: number;
  /** 0: at once visible again, but counted. */
  readonly visibilityMs: number;
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
  /** What was sent longer ago is deleted in place of being handed out. */
  readonly retentionMs?: number;
  readonly deadLetter?: DeadLetterRule;
  /** With so many in flight the receive rejects with InFlightLimit. */
  readonly mostInFlight?: number;
  /**
   * Names the receive. Made once more under the same id within `windowMs`, it gives the same messages and receipts, and
   * hides them anew, as long as all of them are held and none has been changed.
   */
  readonly attempt?: { readonly id: string; readonly windowMs: number };
}

/** Moves what was received so often already to another queue, in the same step in which it would be handed out. */
export interface DeadLetterRule {
  readonly queue: string;
  readonly afterReceives: number;
  /** Kept with the message: where it came from. */
  readonly origin: string;
}

/** As many messages are in flight as the receive may have. */
export class InFlightLimit extends Error {
  constructor(queue: string) {
    super(`${queue} has as many messages in flight as it may have`);
    this.name = "InFlightLimit";
  }
}

export interface QueuedMessage {
  /** As given to `send-message`. */
  readonly id: string;
  /** Place in the queue; grows, with gaps. */
  readonly sequence: number;
  readonly value: Json;
  readonly group?: string;
  readonly receiveCount: number;
  readonly sentAtMs: number;
  /** When it may be received next, as far as time decides it. */
  readonly visibleAtMs: number;
  /** Of a message that a dead-letter rule has moved, what the rule says. One of a group is as new where it came to. */
  readonly origin?: string;
}

export interface ReceivedMessage extends QueuedMessage {
  /** Names this receive of the message; a later receive makes it stale. */
  readonly receipt: string;
  readonly firstReceivedAtMs: number;
  /** Of this receive. */
  readonly receivedAtMs: number;
}

export interface QueueCounts {
  /** All others: due ones, and those that wait behind one of their group. */
  readonly visible: number;
  /** Received before and hidden now. */
  readonly inFlight: number;
  /** Never received and not due yet. */
  readonly delayed: number;
}

export interface SentNews {
  /** Of its JSON text. */
  readonly characters: number;
  read(): QueuedMessage;
}

export type QueueOperation =
  | {
      readonly kind: "send-message";
      readonly queue: string;
      /** The sender's name for the message, e.g. a UUID. */
      readonly id: string;
      readonly value: Json;
      readonly delayMs?: number;
      /**
       * Members of a group are handed out in the order sent: one that is hidden (in flight or delayed) holds back
       * those behind it. One receive may take a run of them.
       */
      readonly group?: string;
      /** A second send of the same `id` within `windowMs` of the first stores nothing and answers with the first. */
      readonly deduplication?: { readonly id: string; readonly windowMs: number };
    }
  /** Deletes the message unless the receipt is lost. With `expect`, a receipt that is not held fails the commit. */
  | {
      readonly kind: "delete-message";
      readonly queue: string;
      readonly receipt: string;
      readonly expect?: "held";
      /** An expired receipt does nothing, as a lost one. */
      readonly onlyHeld?: true;
    }
  /** Hides the message for `visibilityMs` from now, 0: shows it. Otherwise as `delete-message`. */
  | {
      readonly kind: "change-visibility";
      readonly queue: string;
      readonly receipt: string;
      readonly visibilityMs: number;
      readonly expect?: "held";
      readonly onlyHeld?: true;
    }
  /**
   * For whoever has the queue to himself and takes messages by `due`: deletes one that was dealt with. One that is not
   * there fails the commit, so that what is committed along with it happens once.
   */
  | { readonly kind: "settle-message"; readonly queue: string; readonly sequence: number }
  /** Likewise: keeps it in its place with another value, to be received again after `delayMs`. */
  | {
      readonly kind: "postpone-message";
      readonly queue: string;
      readonly sequence: number;
      readonly value: Json;
      readonly delayMs: number;
    }
  /** Deletes what was sent before that time, oldest first, hidden or not, at most 1,000 messages. */
  | { readonly kind: "expire-messages"; readonly queue: string; readonly sentBeforeMs: number }
  /** Forgets the queue: messages, receipts and deduplication ids. Takes the same time however many there are. */
  | { readonly kind: "purge-queue"; readonly queue: string };

/** Held: the latest receive, its time not over. Expired: latest, time over. Lost: received again, or deleted. */
export type ReceiptState = "held" | "expired" | "lost";

export interface SentMessage {
  readonly id: string;
  readonly sequence: number;
  /** True: nothing was stored, id and sequence are those of the first. */
  readonly duplicate: boolean;
}

export interface QueueResults {
  readonly "send-message": SentMessage;
  /** Freed: another of its group, held back so far, is now first. Remains: the message is there, the receipt did nothing. */
  readonly "delete-message": { readonly found: ReceiptState; readonly freed: boolean; readonly remains: boolean };
  readonly "change-visibility": { readonly found: ReceiptState };
  /** Freed: as of `delete-message`. */
  readonly "settle-message": { readonly freed: boolean };
  readonly "postpone-message": null;
  readonly "expire-messages": { readonly expired: number };
  readonly "purge-queue": null;
}
