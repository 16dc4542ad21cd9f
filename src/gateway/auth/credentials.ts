// The access keys that requests may be signed with: the operator's, and those that functions hold for their roles.
import { timingSafeEqual } from "node:crypto";
import { type AccountId, isAccountId, type Principal } from "../../core/context.ts";
import type { RoleCredentials, SessionCredentials, SessionSource } from "../../core/credentials.ts";
import type { Ids } from "../../core/ids.ts";

export interface OperatorKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface KnownKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** What `x-amz-security-token` must be; undefined for keys without one. */
  readonly sessionToken: string | undefined;
  readonly principal: Principal;
  /** The account that the key belongs to; undefined: the default one. */
  readonly account: AccountId | undefined;
  /** Signing keys derived from this one, by scope: four HMACs that every request of a day shares. */
  readonly signingKeys: Map<string, Buffer>;
}

const sessionKeyPrefix = "ASIA";
// RFC 4648 base32, the alphabet of AWS's key ids.
const keyIdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

export class CredentialStore implements RoleCredentials {
  readonly #ids: Ids;
  readonly #keys = new Map<string, KnownKey>();

  constructor(ids: Ids, operatorKeys: readonly OperatorKey[]) {
    this.#ids = ids;
    for (const { accessKeyId, secretAccessKey } of operatorKeys) {
      this.#keys.set(accessKeyId, {
        accessKeyId,
        secretAccessKey,
        sessionToken: undefined,
        principal: { kind: "root", accessKeyId },
        account: isAccountId(accessKeyId) ? accessKeyId : undefined,
        signingKeys: new Map(),
      });
    }
  }

  issue(roleArn: string, source: SessionSource): SessionCredentials {
    const accessKeyId = sessionKeyPrefix + keyIdSuffix(this.#ids.hex(16));
    const secretAccessKey = Buffer.from(this.#ids.hex(30), "hex").toString("base64");
    const sessionToken = Buffer.from(this.#ids.hex(96), "hex").toString("base64");
    const account = roleArn.split(":")[4] ?? "";
    this.#keys.set(accessKeyId, {
      accessKeyId,
      secretAccessKey,
      sessionToken,
      principal: { kind: "role", accessKeyId, roleArn, ...source },
      account: isAccountId(account) ? account : undefined,
      signingKeys: new Map(),
    });
    return { accessKeyId, secretAccessKey, sessionToken };
  }

  revoke(accessKeyId: string): void {
    if (accessKeyId.startsWith(sessionKeyPrefix)) this.#keys.delete(accessKeyId);
  }

  find(accessKeyId: string): KnownKey | undefined {
    return this.#keys.get(accessKeyId);
  }
}

/** Whether a key that we do not know looks like one that we may have issued and forgotten. */
export const isSessionKey = (accessKeyId: string): boolean => /^ASIA[A-Z2-7]{16}$/.test(accessKeyId);

/** Compares secrets in a time that does not tell how much of them is right. */
export function isSameSecret(given: string, expected: string): boolean {
  const left = Buffer.from(given);
  const right = Buffer.from(expected);
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}

function keyIdSuffix(hex: string): string {
  return Array.from(Buffer.from(hex, "hex"), (byte) => keyIdAlphabet[byte % keyIdAlphabet.length]).join("");
}
