// Whether a request was signed by the holder of a key that we know, for now and for here.
import type { Clock } from "../../core/clock.ts";
import type { WireRequest } from "../../protocol/wire.ts";
import type { Authorization } from "./authorization.ts";
import { canonicalRequest } from "./canonical-request.ts";
import { type CredentialStore, isSameSecret, isSessionKey, type KnownKey } from "./credentials.ts";
import {
  badToken,
  expiredToken,
  incompleteSignature,
  linkExpired,
  malformedDate,
  malformedLink,
  missingDate,
  signatureExpired,
  signatureMismatch,
  signatureNotYetCurrent,
  unknownKey,
  unsignedHeader,
  wrongDay,
} from "./faults.ts";
import { type SigningScope, signRequest, signingScope } from "./signing.ts";

/** Either way, as the refusals themselves say. */
const skewMs = 15 * 60_000;
/** X-Amz-Expires: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
const longestLinkSeconds = 7 * 24 * 3600;

/** The key that signed, and what chunks of the body are signed with. */
export interface Verified {
  readonly key: KnownKey;
  readonly scope: SigningScope;
}

export interface Verification {
  readonly request: WireRequest;
  readonly authorization: Authorization;
  /** Last line of the canonical request. */
  readonly payloadHash: string;
}

/** The checks that need nothing of the body. Throws AWS's refusal. */
export function checkBeforeBody(
  request: WireRequest,
  authorization: Authorization,
  credentials: CredentialStore,
  clock: Clock,
): Verified {
  const { signedHeaders, signature, form } = authorization;
  const missing = Object.entries({ SignedHeaders: signedHeaders, Signature: signature }).filter(([, text]) => text === "");
  if (missing.length > 0) throw incompleteSignature(missing.map(([name]) => name));
  const parameters = form === "presigned" ? new URLSearchParams(request.query) : undefined;
  const time = signingTime(request, parameters);
  checkTime(time, parameters, clock.now());
  if (authorization.day !== time.slice(0, 8)) throw wrongDay(authorization.day, time);

  const key = credentials.find(authorization.accessKeyId);
  // A session key that nobody knows was one of an environment that has ended.
  if (key === undefined) throw isSessionKey(authorization.accessKeyId) ? expiredToken() : unknownKey();
  checkToken(key, request.headers["x-amz-security-token"] ?? parameters?.get("X-Amz-Security-Token") ?? undefined);
  checkSignedHeaders(request, signedHeaders.split(";"));
  return { key, scope: signingScope(key, authorization, time) };
}

export function checkSignature({ request, authorization, payloadHash }: Verification, scope: SigningScope): void {
  const { service, signedHeaders, signature } = authorization;
  const expected = signRequest(scope, canonicalRequest(request, service, signedHeaders.split(";"), payloadHash));
  if (!isSameSecret(signature, expected)) throw signatureMismatch();
}

/** Basic ISO form, `20261121T120000Z`. */
function signingTime({ headers }: WireRequest, parameters: URLSearchParams | undefined): string {
  const basic = parameters === undefined ? headers["x-amz-date"] : parameters.get("X-Amz-Date");
  if (typeof basic === "string") {
    if (Number.isNaN(parseTime(basic))) throw malformedDate(basic);
    return basic;
  }
  if (parameters !== undefined) throw malformedLink("The X-Amz-Date parameter is missing.");
  if (headers["date"] === undefined) throw missingDate();
  const timeMs = Date.parse(headers["date"]);
  if (Number.isNaN(timeMs)) throw malformedDate(headers["date"]);
  return formatTime(timeMs);
}

function checkTime(time: string, parameters: URLSearchParams | undefined, nowMs: number): void {
  const signedMs = parseTime(time);
  if (signedMs > nowMs + skewMs) throw signatureNotYetCurrent(time, formatTime(nowMs + skewMs), formatTime(nowMs));
  if (parameters === undefined) {
    if (signedMs < nowMs - skewMs) throw signatureExpired(time, formatTime(nowMs - skewMs), formatTime(nowMs));
    return;
  }
  const lifetime = parameters.get("X-Amz-Expires") ?? "";
  if (!/^\d{1,9}$/.test(lifetime)) throw malformedLink("X-Amz-Expires should be a number");
  const lifetimeSeconds = Number(lifetime);
  if (lifetimeSeconds > longestLinkSeconds) {
    throw malformedLink("X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds");
  }
  const untilMs = signedMs + lifetimeSeconds * 1000;
  if (untilMs < nowMs) throw linkExpired(formatTime(untilMs), formatTime(nowMs));
}

/** A session key is worth nothing without its token; a long-term key has none. */
function checkToken(key: KnownKey, given: string | undefined): void {
  if (key.sessionToken === undefined ? given === undefined : given !== undefined && isSameSecret(given, key.sessionToken)) return;
  throw badToken();
}

/** Host and everything that AWS gives a meaning must be covered, or whoever sees the request could change it. */
function checkSignedHeaders({ headers }: WireRequest, signed: readonly string[]): void {
  if (!signed.includes("host")) throw unsignedHeader("Host");
  for (const name of signed) {
    if (!Object.hasOwn(headers, name)) throw signatureMismatch();
  }
  for (const name in headers) {
    if (name.startsWith("x-amz-") && !signed.includes(name)) throw unsignedHeader(name);
  }
}

function parseTime(time: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time);
  if (parts === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

const formatTime = (timeMs: number): string => new Date(timeMs).toISOString().replace(/[-:]|\.\d{3}/g, "");
