// Who calls, from where, on whose account. Every handler, trigger and service takes account, region and principal
// from here: none of them is global.
import type { SessionSource } from "./credentials.ts";
import type { RequestId } from "./ids.ts";

declare const accountBrand: unique symbol;
/** Twelve digits. */
export type AccountId = string & { readonly [accountBrand]: true };
declare const regionBrand: unique symbol;
/** E.g. `eu-west-1`. */
export type Region = string & { readonly [regionBrand]: true };

const accountPattern = /^\d{12}$/;
// The region part of an ARN in Lambda's own model, see data/constraints/lambda.json (FunctionName).
const regionPattern = /^(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d$/;

export const isAccountId = (text: string): text is AccountId => accountPattern.test(text);
export const isRegion = (text: string): text is Region => regionPattern.test(text);

/** Account and region that a request speaks for; CallContext is one. */
export interface Scope {
  readonly account: AccountId;
  readonly region: Region;
}

export type Principal =
  /** Nobody proved who they are: authentication is off, or the request was not signed. Acts as the account's root. */
  | { readonly kind: "anonymous" }
  /** A verified access key of the operator. */
  | { readonly kind: "root"; readonly accessKeyId: string }
  /** Credentials that a function holds for its execution role. */
  | ({ readonly kind: "role"; readonly accessKeyId: string; readonly roleArn: string } & SessionSource)
  /** An AWS service on its own account, e.g. `s3.amazonaws.com`: never on the wire, only between services (Cloud). */
  | { readonly kind: "service"; readonly service: string };

export interface CallContext extends Scope {
  /** The caller's own; once a call on another account's resource is allowed, that account. */
  readonly account: AccountId;
  readonly principal: Principal;
  readonly requestId: RequestId;
  /** Value of the caller's `X-Amzn-Trace-Id`, lineage included. */
  readonly trace: string | undefined;
  /** The resource on whose behalf an AWS service calls, e.g. a bucket or a rule. */
  readonly sourceArn: string | undefined;
  /** The account of that resource. */
  readonly sourceAccount: AccountId | undefined;
  /** IP address of the peer, or `internal`. */
  readonly sourceAddress: string;
  /** The caller's `User-Agent`; undefined of calls inside. */
  readonly userAgent: string | undefined;
  /** Base URL under which the caller reached us, without a trailing slash: links we hand out start with it. */
  readonly endpoint: string;
  /** Its signal, made for the first who asks, aborts when the caller has gone. */
  readonly connection: { readonly signal: AbortSignal };
}
