// Streams: records in the order appended, read from any position by any number of readers, until trimmed.
import type { Json } from "./json.ts";

export interface Streams {
  /** Records behind position `after` (0: from the oldest kept), in order. */
  read(stream: string, page: { readonly after: number; readonly limit: number }): Promise<readonly StreamRecord[]>;
  /** Position of the newest record, 0 in a stream that never had one. Reading on from it yields what comes later. */
  end(stream: string): Promise<number>;
  /** Calls back after each durable commit that appended to the stream. Returns the function that ends the watch. */
  watch(stream: string, listener: () => void): () => void;
}

export interface StreamRecord {
  /** Position; grows, with gaps. */
  readonly sequence: number;
  readonly value: Json;
  readonly appendedAtMs: number;
}

export type StreamOperation =
  | { readonly kind: "append-record"; readonly stream: string; readonly value: Json }
  /** Forgets the records up to and including that position. Takes the same time however many there are. */
  | { readonly kind: "trim-stream"; readonly stream: string; readonly through: number }
  | { readonly kind: "delete-stream"; readonly stream: string };

export interface StreamResults {
  readonly "append-record": { readonly sequence: number };
  readonly "trim-stream": null;
  readonly "delete-stream": null;
}
