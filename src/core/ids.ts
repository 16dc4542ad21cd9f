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

export const systemIds: Ids = {
  uuid: () => randomUUID(),
  requestId: () => randomUUID() as RequestId,
  hex: (bytes) => randomBytes(bytes).toString("hex"),
};
