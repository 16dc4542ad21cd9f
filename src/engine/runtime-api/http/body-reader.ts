// What reads one body of a request, however its end is told (body-framing.ts chooses).

/** Names in lower case. Only a chunked body has any (RFC 9112 section 7.1.2). */
export type Trailers = ReadonlyMap<string, string>;

export interface BodyReader {
  /** Uses bytes from `at`; returns how many. Not called once `done`. */
  push(bytes: Buffer, at: number): number;
  readonly done: boolean;
  /** Complete once `done`. */
  readonly trailers: Trailers;
}

export const noTrailers: Trailers = new Map();
