// Signing profiles: who may sign packages. Here is their public half only; whoever signs keeps the private key.
import { createPublicKey, type KeyObject } from "node:crypto";
import { formatSigningProfileVersionArn } from "../core/arn.ts";
import type { Scope } from "../core/context.ts";
import { Collection, type Stored } from "../store/collection.ts";
import type { FunctionRepository } from "./repository.ts";

/** Document `signing-profiles/ARN`. */
export interface SigningProfileRecord {
  /** 2 to 64 of letters, digits and `_`. */
  readonly name: string;
  /** Ten letters and digits. */
  readonly version: string;
  /** SubjectPublicKeyInfo in PEM, on the curve P-384. */
  readonly publicKey: string;
  /** How long signatures are good for. */
  readonly validityMonths: number;
  /** Unix epoch milliseconds. */
  readonly createdMs: number;
  /** Undefined: it is not revoked. None of its signatures counts any more, whenever it was made. */
  readonly revokedMs: number | undefined;
}

export const signingProfiles = new Collection<SigningProfileRecord>("signing-profiles");

export const signingProfileArn = (scope: Scope, { name, version }: SigningProfileRecord): string =>
  formatSigningProfileVersionArn({ ...scope, name }, version);

/** By the ARN of a version. Profiles of other accounts and regions are not known here. */
export const findSigningProfile = (
  repository: FunctionRepository,
  scope: Scope,
  arn: string,
): Promise<Stored<SigningProfileRecord> | undefined> => repository.get(scope, signingProfiles, arn);

/** Of one name, or all. In order of names and times. */
export async function listSigningProfiles(
  repository: FunctionRepository,
  scope: Scope,
  name?: string,
): Promise<readonly Stored<SigningProfileRecord>[]> {
  const all = await repository.scan(scope, signingProfiles);
  return all
    .filter(({ record }) => name === undefined || record.name === name)
    .toSorted(({ record: a }, { record: b }) => (a.name === b.name ? a.createdMs - b.createdMs : a.name < b.name ? -1 : 1));
}

/** Undefined unless it is a public key of the one kind that signatures are made with: ECDSA on P-384. */
export function readPublicKey(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyDetails?.namedCurve === "secp384r1" ? key : undefined;
  } catch {
    return undefined;
  }
}
