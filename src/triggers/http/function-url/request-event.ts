// A request to a function URL as the event that its function gets: payload format 2.0, to the letter.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
import { isUtf8 } from "node:buffer";
import type { RequestId } from "../../../core/ids.ts";

/** What of the request and its connection goes into an event. */
export interface EventRequest {
  readonly method: string;
  /** As sent, still percent-encoded, without the query. */
  readonly path: string;
  /** As sent, without `?`. */
  readonly query: string;
  /** Name, value, name, value, … as sent: AWS joins repeated headers otherwise than node does, and drops none. */
  readonly rawHeaders: readonly string[];
  /** `ID.lambda-url.REGION.localhost:4566` */
  readonly host: string;
  /** `HTTP/1.1` */
  readonly protocol: string;
  /** Of the peer. */
  readonly sourceIp: string;
  readonly body: Uint8Array;
}

/** Who proved to be whom, for a URL of AuthType AWS_IAM. */
export interface IamCaller {
  readonly accessKey: string;
  readonly accountId: string;
  readonly callerId: string;
  readonly userArn: string;
  readonly userId: string;
}

export interface EventContext {
  readonly urlId: string;
  readonly requestId: RequestId;
  readonly nowMs: number;
  /** The header that the function sees. */
  readonly trace: string;
  /** Undefined: AuthType NONE. */
  readonly caller: IamCaller | undefined;
}

/** UTF-8 JSON. */
export function eventOf(request: EventRequest, context: EventContext): Buffer {
  const { headers, cookies } = headersOf(request, context);
  const { urlId, requestId, nowMs, caller } = context;
  // Members that are undefined are left out, as AWS leaves them out; their order is AWS's.
  const event = {
    version: "2.0",
    routeKey: "$default",
    rawPath: request.path,
    rawQueryString: request.query,
    cookies,
    headers: Object.fromEntries(headers),
    queryStringParameters: parametersOf(request.query),
    requestContext: {
      accountId: caller?.accountId ?? "anonymous",
      apiId: urlId,
      authorizer: caller === undefined ? undefined : { iam: iamOf(caller) },
      domainName: request.host.replace(/:\d+$/, ""),
      domainPrefix: urlId,
      http: {
        method: request.method,
        path: request.path,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headers.get("user-agent"),
      },
      requestId,
      routeKey: "$default",
      stage: "$default",
      time: timeOf(nowMs),
      timeEpoch: nowMs,
    },
    ...bodyOf(request.body, headers),
  };
  return Buffer.from(JSON.stringify(event));
}

/** There are no organizations and no identity pools here. */
const iamOf = ({ accessKey, accountId, callerId, userArn, userId }: IamCaller): object => ({
  accessKey,
  accountId,
  callerId,
  cognitoIdentity: null,
  principalOrgId: null,
  userArn,
  userId,
});

/** Of one connection (RFC 9110, 7.6.1), or between the client and us. */
const hopHeaders: ReadonlySet<string> = new Set(["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect"]);

interface Headers {
  readonly headers: ReadonlyMap<string, string>;
  readonly cookies: readonly string[] | undefined;
}

function headersOf({ rawHeaders, host, sourceIp }: EventRequest, { trace, caller }: EventContext): Headers {
  const headers = new Map<string, string>();
  const cookies: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? "";
    const value = rawHeaders[at + 1] ?? "";
    // Whoever signed did so for us: the function does not see it.
    if (hopHeaders.has(name) || (name === "authorization" && caller !== undefined)) continue;
    if (name === "cookie") cookies.push(...value.split(";").map((cookie) => cookie.trim()).filter((cookie) => cookie !== ""));
    else headers.set(name, joined(headers.get(name), value));
  }
  headers.set("host", host);
  headers.set("x-amzn-trace-id", trace);
  // A load balancer of the user's own may stand before us.
  headers.set("x-forwarded-for", joined(headers.get("x-forwarded-for"), sourceIp));
  // The truth: on AWS it is always https and 443, with the TLS version and cipher in headers of their own.
  headers.set("x-forwarded-proto", "http");
  headers.set("x-forwarded-port", /:(\d+)$/.exec(host)?.[1] ?? "80");
  return { headers, cookies: cookies.length === 0 ? undefined : cookies };
}

const joined = (former: string | undefined, value: string): string => (former === undefined ? value : `${former},${value}`);

/** Undefined when there are none. What is no valid percent-encoding stays as it is, or becomes U+FFFD. */
function parametersOf(query: string): Readonly<Record<string, string>> | undefined {
  if (query === "") return undefined;
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) parameters.set(name, joined(parameters.get(name), value));
  return parameters.size === 0 ? undefined : Object.fromEntries(parameters);
}

const textType = /^(?:text\/|application\/(?:json|javascript|xml)(?:\s*;|$)|[\w.+-]+\/[\w.+-]+\+(?:json|xml)(?:\s*;|$))/i;

/** Text as it is, anything else as base64: also text that is compressed, or in another charset than UTF-8. */
function bodyOf(body: Uint8Array, headers: ReadonlyMap<string, string>): { readonly body?: string; readonly isBase64Encoded: boolean } {
  if (body.byteLength === 0) return { isBase64Encoded: false };
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const isText = textType.test(headers.get("content-type") ?? "") && !headers.has("content-encoding") && isUtf8(bytes);
  return isText ? { body: bytes.toString(), isBase64Encoded: false } : { body: bytes.toString("base64"), isBase64Encoded: true };
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** `07/Sep/2021:22:50:22 +0000` */
function timeOf(timeMs: number): string {
  const [date = "", clock = ""] = new Date(timeMs).toISOString().split("T");
  const [year = "", month = "", day = ""] = date.split("-");
  return `${day}/${months[Number(month) - 1] ?? ""}/${year}:${clock.slice(0, 8)} +0000`;
}
