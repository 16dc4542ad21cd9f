// Who calls, on which account, in which region. The signature is verified where the listener demands it; its
// credential scope names account and region either way.
import type { Clock } from "../../core/clock.ts";
import { type AccountId, isAccountId, isRegion, type Region } from "../../core/context.ts";
import type { WireRequest } from "../../protocol/wire.ts";
import type { Caller, Exchange } from "../exchange.ts";
import { signingNameOf } from "../service-names.ts";
import type { Authorization } from "./authorization.ts";
import type { CredentialStore } from "./credentials.ts";
import { missingToken, wrongRegion, wrongService } from "./faults.ts";
import { payloadOf, unframedUnverified } from "./payload.ts";
import { checkBeforeBody, checkSignature } from "./verify.ts";

export interface AuthPolicy {
  /** Refuse what is not signed with a key that we know. */
  readonly verify: boolean;
  readonly credentials: CredentialStore;
  readonly clock: Clock;
  /** Of callers whose request does not say. */
  readonly account: AccountId;
  readonly region: Region;
}

export function authenticate(policy: AuthPolicy): (exchange: Exchange) => void | Promise<void> {
  return (exchange) => {
    const { route, authorization } = exchange;
    const isOpen = route.kind === "extra" && route.extra.access !== "signed";
    if (policy.verify && !isOpen) return verify(exchange, policy);
    exchange.request = unframedUnverified(exchange.request);
    exchange.caller = {
      account: claimedAccount(authorization, policy),
      region: scopedRegion(authorization, policy),
      principal: { kind: "anonymous" },
    };
    return undefined;
  };
}

async function verify(exchange: Exchange, policy: AuthPolicy): Promise<void> {
  const { route, authorization } = exchange;
  if (authorization === undefined) throw missingToken();
  const region = scopedRegion(authorization, policy);
  // Routes of Lambent's own have no name that clients could sign for: any service's will do.
  const expected = route.kind === "service" ? (signingNameOf.get(route.service.name) ?? route.service.name) : undefined;
  if (expected !== undefined && authorization.service !== expected) throw wrongService(expected);
  const { request, account, principal } = await verifySignature(exchange.request, authorization, policy);
  exchange.request = request;
  exchange.caller = { account, region, principal };
}

interface Verified extends Pick<Caller, "account" | "principal"> {
  /** With a body that checks itself while it is read. */
  readonly request: WireRequest;
}

/** Throws AWS's refusal. Whether the scope is the right one is the caller's to ask before. */
export async function verifySignature(request: WireRequest, authorization: Authorization, policy: AuthPolicy): Promise<Verified> {
  // INVARIANT: nothing of the body is read for a key that we do not know.
  const { key, scope } = checkBeforeBody(request, authorization, policy.credentials, policy.clock);
  const payload = await payloadOf(request, authorization);
  checkSignature({ request, authorization, payloadHash: payload.hash }, scope);
  return { request: payload.checked(scope), account: key.account ?? policy.account, principal: key.principal };
}

export function claimedAccount(authorization: Authorization | undefined, { account, credentials }: Pick<AuthPolicy, "account" | "credentials">): AccountId {
  if (authorization === undefined) return account;
  const { accessKeyId } = authorization;
  return isAccountId(accessKeyId) ? accessKeyId : (credentials.find(accessKeyId)?.account ?? account);
}

function scopedRegion(authorization: Authorization | undefined, policy: AuthPolicy): Region {
  if (authorization === undefined) return policy.region;
  if (!isRegion(authorization.region)) throw wrongRegion(authorization.region);
  return authorization.region;
}
