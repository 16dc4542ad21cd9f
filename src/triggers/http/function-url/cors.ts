// Cross-origin requests to a function URL, as its configuration allows them. What browsers make of the headers:
// https://fetch.spec.whatwg.org/#http-cors-protocol
import type { FunctionUrlCors } from "../../../functions/function-url.ts";
import type { WireRequest, WireResponse } from "../../../protocol/wire.ts";
import { asList } from "./response-head.ts";

/** Those that browsers let pages use unasked; what AWS takes where none are configured is not recorded. */
const safelistedMethods = ["GET", "HEAD", "POST"];

type Asked = Pick<WireRequest, "method" | "headers">;

/** The answer to a preflight, without the function and without authentication; undefined: it is none, or nobody configured it. */
export function answerPreflight(cors: FunctionUrlCors | undefined, { method, headers }: Asked): WireResponse | undefined {
  const wanted = headers["access-control-request-method"];
  if (cors === undefined || method !== "OPTIONS" || headers["origin"] === undefined || wanted === undefined) return undefined;
  const response: WireResponse = { status: 200, headers: { "content-type": "application/json" }, body: undefined };
  const origin = allowedOrigin(cors, headers["origin"]);
  const methods = allowed(cors.AllowMethods ?? safelistedMethods, [wanted], cors);
  const asked = headers["access-control-request-headers"];
  const names = allowed(cors.AllowHeaders, asked === undefined ? [] : asked.split(",").map((name) => name.trim()), cors);
  // AWS sends none of them unless all match: the browser then refuses the page.
  if (origin === undefined || methods === undefined || names === undefined) return response;
  Object.assign(response.headers, { "access-control-allow-methods": methods }, originHeaders(cors, origin));
  if (names !== "") response.headers["access-control-allow-headers"] = names;
  if (cors.MaxAge !== undefined) response.headers["access-control-max-age"] = cors.MaxAge.toString();
  return response;
}

/** Adds what is configured to any other answer. What the function sent stays: there may be two of a header, as on AWS. */
export function withCors(response: WireResponse, cors: FunctionUrlCors | undefined, { headers }: Asked): WireResponse {
  const origin = cors === undefined ? undefined : allowedOrigin(cors, headers["origin"]);
  if (cors === undefined || origin === undefined) return response;
  const added = originHeaders(cors, origin);
  if (cors.ExposeHeaders !== undefined && cors.ExposeHeaders.length > 0) added["access-control-expose-headers"] = cors.ExposeHeaders.join(",");
  const all: WireResponse["headers"] = { ...response.headers };
  for (const [name, value] of Object.entries(added)) all[name] = all[name] === undefined ? value : [...asList(all[name]), value];
  return { ...response, headers: all };
}

/** Undefined: none was sent, or it is not allowed. */
function allowedOrigin({ AllowOrigins = [], AllowCredentials }: FunctionUrlCors, origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  // Browsers take no star for requests with credentials.
  if (AllowOrigins.includes("*")) return AllowCredentials === true ? origin : "*";
  return AllowOrigins.some((allowedOne) => allowedOne.toLowerCase() === origin.toLowerCase()) ? origin : undefined;
}

function originHeaders({ AllowCredentials }: FunctionUrlCors, origin: string): Record<string, string> {
  return {
    "access-control-allow-origin": origin,
    ...(AllowCredentials === true ? { "access-control-allow-credentials": "true" } : {}),
    ...(origin === "*" ? {} : { vary: "Origin" }),
  };
}

/** The list as a browser reads it; undefined when something that is wanted is not on it. */
function allowed(list: readonly string[] = [], wanted: readonly string[], { AllowCredentials }: FunctionUrlCors): string | undefined {
  if (list.includes("*")) return AllowCredentials === true ? wanted.join(",") : "*";
  const names = new Set(list.map((name) => name.toLowerCase()));
  return wanted.every((name) => names.has(name.toLowerCase())) ? list.join(",") : undefined;
}
