// Signatures of packages: a JSON Web Signature (RFC 7515, compact form) over the digest of the zip, made with the key of
// a signing profile: ECDSA on P-384 with SHA-384, as AWS Signer's platform AWSLambda-SHA384-ECDSA uses. The format is in
// docs/decisions/0009-code-signatures.md.
import { sign, verify, type KeyObject } from "node:crypto";
import type { CodeSignature } from "../../functions/function-version.ts";
import { readSignedZip } from "./signed-zip.ts";

export interface SigningRequest {
  /** ARN of the version of the signing profile whose key this is. */
  readonly profileVersionArn: string;
  readonly privateKey: KeyObject;
  readonly jobArn: string;
  /** Unix epoch milliseconds; written in whole seconds. */
  readonly signedAtMs: number;
  readonly expiresAtMs: number;
}

/** The public key of a version of a signing profile; undefined: there is no such version. */
export type FindPublicKey = (profileVersionArn: string) => Promise<KeyObject | undefined>;

const algorithm = "ES384";
const type = "lambent-code-signature";
/** JWS has the two numbers of a signature side by side (RFC 7518, 3.4), not in ASN.1. */
const encoding = "ieee-p1363";

/** The signature of a zip by its SHA-384. */
export function createSignature(digest: Buffer, request: SigningRequest): string {
  const header = { alg: algorithm, typ: type, kid: request.profileVersionArn };
  const claims = {
    jti: request.jobArn,
    iat: Math.floor(request.signedAtMs / 1000),
    exp: Math.floor(request.expiresAtMs / 1000),
    sha384: digest.toString("base64url"),
  };
  const content = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const proof = sign("sha384", Buffer.from(content), { key: request.privateKey, dsaEncoding: encoding });
  return `${content}.${proof.toString("base64url")}`;
}

/** Of a zip with an entry where the signature lies. Whether to trust who signed it, and until when, is not asked here. */
export async function readSignature(path: string, findKey: FindPublicKey): Promise<CodeSignature> {
  const signed = await readSignedZip(path);
  const jws = signed === undefined ? undefined : parseJws(signed.signature);
  if (signed === undefined || jws === undefined) return { kind: "broken" };
  const { profileVersionArn, jobArn, expiresAtMs } = jws;
  const key = await findKey(profileVersionArn);
  if (key === undefined) return { kind: "unknown", profileVersionArn };
  const isSound = jws.digest === signed.digest.toString("base64url") && verify("sha384", jws.content, { key, dsaEncoding: encoding }, jws.proof);
  return isSound ? { kind: "sound", profileVersionArn, jobArn, expiresAtMs } : { kind: "broken" };
}

interface Jws {
  readonly content: Buffer;
  readonly proof: Buffer;
  readonly profileVersionArn: string;
  readonly jobArn: string;
  readonly expiresAtMs: number;
  readonly digest: string;
}

/** Undefined when it is none of ours. INVARIANT: what the header says of the algorithm chooses nothing. */
function parseJws(text: string): Jws | undefined {
  const parts = text.split(".");
  const [header, claims, proof] = parts.map(fromBase64url);
  if (parts.length !== 3 || header === undefined || claims === undefined || proof === undefined) return undefined;
  const { alg, typ, kid } = parseObject(header);
  const { jti, exp, sha384 } = parseObject(claims);
  if (alg !== algorithm || typ !== type || typeof kid !== "string") return undefined;
  if (typeof jti !== "string" || typeof exp !== "number" || typeof sha384 !== "string") return undefined;
  const content = Buffer.from(text.slice(0, text.lastIndexOf(".")));
  return { content, proof, profileVersionArn: kid, jobArn: jti, expiresAtMs: exp * 1000, digest: sha384 };
}

/** Node.js skips what is no base64url: only the one spelling that gives the bytes back is taken. */
function fromBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}

function parseObject(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
