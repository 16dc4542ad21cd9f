// Keeps web pages out (docs/ARCHITECTURE.md, Security). A loopback port is reachable from every page that a browser of this
// machine shows: by posting to it, or by pointing a name of the page's own at 127.0.0.1 (DNS rebinding). So the
// name in Host must be one of ours, and what a browser marks as its own is refused.
import { isIP } from "node:net";
import { remembered } from "../core/remembered.ts";
import type { Exchange } from "./exchange.ts";
import { browserNotAllowed, hostNotAllowed } from "./faults.ts";

export interface GuardPolicy {
  /** Further host names; `*.example.com` covers every name below example.com. */
  readonly allowHosts: readonly string[];
  /** Origins, `https://app.example.com`, whose pages may call. */
  readonly allowOrigins: readonly string[];
}

const ownHosts: readonly string[] = ["localhost", "*.localhost"];

/** Whether a name in Host is ours. */
export function hostGuard(policy: GuardPolicy): (exchange: Exchange) => boolean {
  const hosts = [...ownHosts, ...policy.allowHosts].map((host) => host.toLowerCase());
  const allowedOf = remembered((host) => allowed(host, hosts));
  return ({ request: { headers }, peer }) => {
    const verdict = headers["host"] === undefined ? false : allowedOf(headers["host"]);
    return typeof verdict === "boolean" ? verdict : verdict === peer.localAddress;
  };
}

export function guard(policy: GuardPolicy): (exchange: Exchange) => void {
  const isOwnHost = hostGuard(policy);
  const origins = new Set(policy.allowOrigins.map((origin) => origin.toLowerCase().replace(/\/$/, "")));
  return (exchange) => {
    const { method, headers } = exchange.request;
    const { host, origin } = headers;
    if (!isOwnHost(exchange)) throw hostNotAllowed(host);

    const fetchSite = headers["sec-fetch-site"];
    if (origin === undefined && (fetchSite === undefined || fetchSite === "none")) return;
    // A browser leaves Origin out of a page's GET to its own origin, which then is the one in Host.
    const page = (origin ?? (fetchSite === "same-origin" ? `http://${host}` : "")).toLowerCase();
    if (!origins.has(page)) throw browserNotAllowed(origin);
    exchange.responseHeaders = {
      "access-control-allow-origin": page,
      "access-control-expose-headers": "*",
      vary: "Origin",
    };
    if (method === "OPTIONS" && headers["access-control-request-method"] !== undefined) answerPreflight(exchange);
  };
}

/** Whether this host may be asked for, or the one address of ours where it may. */
function allowed(host: string, patterns: readonly string[]): boolean | string {
  const name = hostName(host.toLowerCase());
  if (name === undefined) return false;
  const address = name.startsWith("[") ? name.slice(1, -1) : name;
  // An address cannot be pointed elsewhere: the one that the caller connected to is ours.
  if (isIP(address) !== 0) return address.startsWith("127.") || address === "::1" || address;
  return patterns.some((pattern) =>
    pattern.startsWith("*.") ? name.length > pattern.length - 1 && name.endsWith(pattern.slice(1)) : name === pattern,
  );
}

/** Host without its port; undefined when it is none. */
function hostName(host: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/.exec(host)?.[1];
}

/** https://fetch.spec.whatwg.org/#http-cors-protocol, without credentials. */
function answerPreflight(exchange: Exchange): void {
  const { headers } = exchange.request;
  exchange.response = {
    status: 204,
    headers: {
      "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
      "access-control-allow-headers": headers["access-control-request-headers"] ?? "",
      "access-control-max-age": "600",
    },
    body: undefined,
  };
}
