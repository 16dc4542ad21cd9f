// HTTP as the codec sees it: no sockets, no framework.

export interface WireRequest {
  readonly method: string;
  /** Path as received, still percent-encoded, without the query. */
  readonly path: string;
  /** Query as received, without `?`; empty when there is none. */
  readonly query: string;
  /** Names in lower case; repeated headers joined by `, ` as node:http does. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, streamed. Decoders of operations whose input does not stream collect it. */
  readonly body: WireBody;
}

export interface WireBody extends AsyncIterable<Uint8Array> {
  /** All of it; in the place of iterating, where the source has a faster way. Plainly when it is there already. */
  whole?(): Uint8Array | Promise<Uint8Array>;
}

export interface WireResponse {
  readonly status: number;
  /** A list: one line a value. */
  readonly headers: Record<string, string | string[]>;
  readonly body: Uint8Array | string | AsyncIterable<Uint8Array> | undefined;
}
