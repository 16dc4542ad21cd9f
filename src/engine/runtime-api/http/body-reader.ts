// What reads one body of a request, however its end is told (body-framing.ts chooses).

export interface BodyReader {
  /** Uses bytes from `at`; returns how many. Not called once `done`. */
  push(bytes: Buffer, at: number): number;
  readonly done: boolean;
  /** Complete once `done`. Only a chunked body has any (RFC 9112 section 7.1.2). */
  readonly trailers: ReadonlyMap<string, string>;
}

export const noTrailers: ReadonlyMap<string, string> = new Map();
