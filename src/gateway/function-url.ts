// The front door of function URLs. Requests to them are told from those of AWS's API before anything else, since they
// are the function's own: they may come from a web page, carry any path, body and method, and are authorised by the
// URL's AuthType. What they mean is the room's of the URLs (triggers/http/function-url/).
import { remembered } from "../core/remembered.ts";
import type { WireRequest } from "../protocol/wire.ts";
import { limits } from "../services/lambda/limits.ts";
import type { FunctionUrls, SignedCaller, UrlRequest } from "../triggers/http/function-url/function-urls.ts";
import { type AuthPolicy, claimedAccount, verifySignature } from "./auth/authenticate.ts";
import { parseAuthorization } from "./auth/authorization.ts";
import { wrongRegion, wrongService } from "./auth/faults.ts";
import { cappedRequest } from "./body-cap.ts";
import { readBody } from "./body.ts";
import type { Exchange } from "./exchange.ts";
import { type GuardPolicy, hostGuard } from "./guard.ts";

/** `ID.lambda-url.REGION.localhost:4566`, and the same under whatever other name is allowed. */
const hostPattern = /^(?<urlId>[a-z0-9]+)\.lambda-url\.(?<region>[a-z0-9-]+)\./i;
/** Where a client cannot resolve names below localhost: `/_lambent/url/ID/path`. No bucket has such a name. */
const pathStart = "/_lambent/url/";
const pathPattern = /^\/_lambent\/url\/(?<urlId>[a-zA-Z0-9]+)(?<path>\/.*)?$/;

export function functionUrl(urls: FunctionUrls, guardPolicy: GuardPolicy, auth: AuthPolicy): (exchange: Exchange) => Promise<void> | undefined {
  const isOwnHost = hostGuard(guardPolicy);
  const urlOfHost = remembered(urlNamedBy);
  return (exchange) => {
    const asked = urlOf(exchange.request, urlOfHost);
    // INVARIANT: a name that a web page pointed at us (DNS rebinding) is no host of a URL; the guard refuses it.
    if (asked === undefined || !isOwnHost(exchange)) return undefined;
    // Faults are written as Lambda's.
    exchange.serviceName = "lambda";
    return serve(urls, new IncomingUrlRequest(exchange, asked, auth), exchange);
  };
}

interface AskedUrl {
  readonly urlId: string;
  readonly region: string | undefined;
  /** As the function sees it. */
  readonly path: string;
}

/** Undefined: it is for no URL. */
function urlOf({ headers, path }: WireRequest, urlOfHost: typeof urlNamedBy): AskedUrl | undefined {
  const byHost = urlOfHost(headers["host"] ?? "");
  if (byHost !== undefined) return { ...byHost, path };
  const byPath = path.startsWith(pathStart) ? pathPattern.exec(path)?.groups : undefined;
  return byPath === undefined ? undefined : { urlId: lower(byPath["urlId"]), region: undefined, path: byPath["path"] ?? "/" };
}

function urlNamedBy(host: string): Omit<AskedUrl, "path"> | undefined {
  const parts = hostPattern.exec(host)?.groups;
  return parts && { urlId: lower(parts["urlId"]), region: lower(parts["region"]) };
}

const lower = (text = ""): string => text.toLowerCase();

async function serve(urls: FunctionUrls, request: UrlRequest, exchange: Exchange): Promise<void> {
  exchange.response = await urls.serve(request);
}

class IncomingUrlRequest implements UrlRequest {
  readonly urlId: string;
  readonly region: string | undefined;
  readonly requestId: UrlRequest["requestId"];
  readonly wire: UrlRequest["wire"];
  readonly #exchange: Exchange;
  readonly #auth: AuthPolicy;
  /** As sent: what was signed. */
  #sent: WireRequest;

  constructor(exchange: Exchange, { urlId, region, path }: AskedUrl, auth: AuthPolicy) {
    const { method, query, headers } = exchange.request;
    this.urlId = urlId;
    this.region = region;
    this.requestId = exchange.requestId;
    this.wire = { method, path, query, headers };
    this.#exchange = exchange;
    this.#auth = auth;
    this.#sent = exchange.request;
  }

  get rawHeaders(): readonly string[] {
    return this.#exchange.peer.rawHeaders;
  }

  get protocol(): string {
    return `HTTP/${this.#exchange.peer.httpVersion}`;
  }

  get sourceAddress(): string {
    return this.#exchange.peer.address;
  }

  get endpoint(): string {
    return `http://${this.#sent.headers["host"] ?? ""}`;
  }

  get signal(): AbortSignal {
    return this.#exchange.peer.signal;
  }

  async signedCaller(region: string): Promise<SignedCaller | undefined> {
    const authorization = parseAuthorization(this.#sent);
    if (authorization === undefined) return undefined;
    if (authorization.region !== region) throw wrongRegion(authorization.region);
    if (authorization.service !== "lambda") throw wrongService("lambda");
    const { accessKeyId } = authorization;
    // As for the API: without authentication everybody is who he says he is.
    if (!this.#auth.verify) return { accessKeyId, account: claimedAccount(authorization, this.#auth), principal: { kind: "anonymous" } };
    const { request, account, principal } = await verifySignature(this.#capped(), authorization, this.#auth);
    this.#sent = request;
    return { accessKeyId, account, principal };
  }

  body(): Promise<Uint8Array> {
    return readBody(this.#capped().body);
  }

  #capped(): WireRequest {
    return cappedRequest(this.#sent, limits.requestPayloadBytes, "InvokeFunction");
  }
}
