// The one owner of randomness that reaches users: request ids, revision ids, tokens.
import { randomBytes, randomUUID } from "node:crypto";

declare const requestIdBrand: unique symbol;
/** UUID v4 of one API call or one invocation. */
export type RequestId = string & { readonly [requestIdBrand]: true };

export interface Ids {
  /** UUID v4. */
  uuid(): string;
  requestId(): RequestId;
  /** `bytes` random bytes as lower-case hex. */
  hex(bytes: number): string;
}

/** The kernel is asked for randomness a page at a time, as node:crypto does for its own UUIDs. */
const poolBytes = 4096;

function createIds(): Ids {
  let pool = Buffer.alloc(0);
  let used = 0;
  return {
    uuid: () => randomUUID(),
    requestId: () => randomUUID() as RequestId,
    hex: (bytes) => {
      if (bytes > poolBytes) return randomBytes(bytes).toString("hex");
      if (used + bytes > pool.length) [pool, used] = [randomBytes(poolBytes), 0];
      used += bytes;
      return pool.toString("hex", used - bytes, used);
    },
  };
}

export const systemIds: Ids = createIds();
