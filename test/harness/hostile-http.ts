// What no client would say to the Runtime API and the Extensions API, and what may be answered to it: requests that are
// malformed, mutated, at the wrong time or too large, for fuzzing with fast-check.
import fc from "fast-check";
import { RawClient, type GuestAddress } from "./guest-http.ts";
import { parseReplies, verdictOf } from "./guest-replies.ts";

/** Everything that a guest may ever be told. */
export const verdicts: ReadonlySet<string> = new Set([
  "100",
  "200",
  "202",
  "400 InvalidRequestID",
  "400 InvalidInvocationId",
  "400 InvalidFunctionResponseMode",
  "400 TruncatedHTTPRequest",
  "400 MalformedHTTPRequest",
  "400 ValidationError",
  "401 Unauthorized",
  "403 InvalidStateTransition",
  "403 Forbidden",
  "403 InvalidRequestFormat",
  "403 Extension.InvalidExtensionName",
  "403 Extension.InvalidEventType",
  "403 Extension.InvalidExtensionState",
  "403 Extension.RegistrationClosed",
  "403 Extension.MissingExtensionIdentifier",
  "403 Extension.InvalidExtensionIdentifier",
  "403 Extension.UnknownExtensionIdentifier",
  "403 Extension.MissingHeader",
  "403 Telemetry.SubscriptionClosed",
  "403 Logs.SubscriptionClosed",
  "404 NotFound",
  "405 MethodNotAllowed",
  "413 RequestEntityTooLarge",
  "431 RequestHeaderFieldsTooLarge",
  "501 NotImplemented",
  "505 HTTPVersionNotSupported",
]);

/** Where the id of the event that is with the guest is to be put in. */
export const eventId = "EVENT-ID";

/** Where an identifier that an extension got is to be put in. */
export const knownIdentifier = "KNOWN-IDENTIFIER";

const path = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(eventId, eventId, eventId, "other", "", "%00", "..", "x".repeat(2100)).map((id) => `/2018-06-01/runtime/invocation/${id}/response`) },
  { weight: 4, arbitrary: fc.constantFrom(eventId, eventId, "other").map((id) => `/2018-06-01/runtime/invocation/${id}/error`) },
  {
    weight: 10,
    arbitrary: fc.constantFrom(
      "/2018-06-01/runtime/invocation/next",
      "/2018-06-01/runtime/init/error",
      "/2022-07-01/telemetry",
      "/2020-08-15/logs",
      "/2018-06-01/runtime/restore/next",
      "/2020-01-01/extension/register",
      "/2020-01-01/extension/event/next",
      "/2020-01-01/extension/init/error",
      "/2020-01-01/extension/exit/error",
      "/2026-01-15/metadata/execution-environment",
      "/2018-06-01/ping?a=b",
      "/nothing",
      "*",
    ),
  },
);

const meaning = fc.constantFrom(
  "Lambda-Runtime-Function-Response-Mode: streaming",
  "Lambda-Runtime-Function-Response-Mode: odd",
  "Lambda-Runtime-Invocation-Id: other",
  "Lambda-Runtime-Function-Error-Type: Function.X",
  "Lambda-Runtime-Function-XRay-Error-Cause: {}",
  "Lambda-Runtime-Function-XRay-Error-Cause: [[[[[[",
  "Content-Type: application/vnd.aws.lambda.error.cause+json",
  "Trailer: Lambda-Runtime-Function-Error-Type",
  "Lambda-Extension-Name: a",
  "Lambda-Extension-Name: b",
  "Lambda-Extension-Name: inside",
  `Lambda-Extension-Identifier: ${knownIdentifier}`,
  "Lambda-Extension-Identifier: me",
  "Lambda-Extension-Identifier: 00000000-0000-4000-8000-000000000000",
  "Lambda-Extension-Function-Error-Type: E",
);

const nuisance = fc.constantFrom(
  "Expect: 100-continue",
  "Connection: close",
  "Connection: keep-alive, upgrade",
  "Upgrade: websocket",
  "Origin: http://evil.example",
  "Host: evil.example",
  " folded: line",
  "No colon at all",
  "Space : before",
  `X-Long: ${"x".repeat(70_000)}`,
  "X-Many: 1\r\n".repeat(300).trimEnd(),
);

const headers = fc.oneof(
  { weight: 3, arbitrary: fc.array(meaning, { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.array(fc.oneof(meaning, nuisance), { maxLength: 4 }) },
);

const content = fc.oneof(
  fc.constantFrom(
    "",
    "{}",
    '{"events":["INVOKE"]}', '{"events":["SHUTDOWN","x"]}', '{"errorMessage":1,"errorCause":{"paths":[1]}}',
  ),
  fc.string({ maxLength: 60 }),
  fc.nat(200_000).map((length) => "z".repeat(length)),
);

const chunks = (text: string, sizes: readonly number[]): string => {
  let at = 0;
  let coded = "";
  for (const size of sizes) {
    const piece = text.slice(at, at + size + 1);
    at += size + 1;
    if (piece !== "") coded += `${Buffer.byteLength(piece).toString(16)};e=${size}\r\n${piece}\r\n`;
  }
  return coded;
};

/** The headers that say where the body ends, and the body, which may keep to them. */
const framed = fc.oneof(
  { weight: 6, arbitrary: content.map((text) => [`Content-Length: ${Buffer.byteLength(text)}`, text] as const) },
  { weight: 1, arbitrary: fc.tuple(content, fc.nat(100)).map(([text, length]) => [`Content-Length: ${length}`, text] as const) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(content, fc.array(fc.nat(5000), { maxLength: 6 }), fc.constantFrom("0\r\n\r\n", "0\r\nLambda-Runtime-Function-Error-Type: Function.Y\r\n\r\n", "0\r\nbad\r\n\r\n", ""))
      .map(([text, sizes, end]) => ["Transfer-Encoding: chunked", chunks(text, sizes) + end] as const),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom("5\r\nab", "zz\r\n", "-1\r\n", "ffffffff\r\nx", "1\r\nab\r\n", "0\r\n".repeat(3), "\n\n", `1;${"x".repeat(2000)}`)
      .map((body) => ["Transfer-Encoding: chunked", body] as const),
  },
  { weight: 1, arbitrary: fc.constantFrom("Content-Length: +1", "Content-Length: 1\r\nContent-Length: 2", "Transfer-Encoding: gzip").map((line) => [line, "x"] as const) },
);

const anything = fc
  .tuple(fc.constantFrom("GET", "POST", "POST", "PUT", "get", "DELETE"), path, headers, framed, fc.constantFrom("1.1", "1.1", "1.1", "1.0", "2.0"))
  .map(([method, target, fields, [framing, body], version]) => `${method} ${target} HTTP/${version}\r\n${[...fields, framing].join("\r\n")}\r\n\r\n${body}`);

const runtimeApi = "/2018-06-01/runtime";
const extensionApi = "/2020-01-01/extension";

/** What is said right, if not at the right time. */
const plausible = fc
  .tuple(
    fc.constantFrom(
      `GET ${runtimeApi}/invocation/next`,
      `POST ${runtimeApi}/invocation/${eventId}/response`,
      `POST ${runtimeApi}/invocation/${eventId}/response`,
      `POST ${runtimeApi}/invocation/${eventId}/error`,
      `POST ${runtimeApi}/init/error`,
      `POST ${extensionApi}/register`,
      `POST ${extensionApi}/register`,
      `GET ${extensionApi}/event/next`,
      `GET ${extensionApi}/event/next`,
      `POST ${extensionApi}/init/error`,
      `POST ${extensionApi}/exit/error`,
      "GET /2026-01-15/metadata/execution-environment",
    ),
    fc.array(meaning, { minLength: 1, maxLength: 3 }),
    content,
  )
  .map(([line, fields, text]) => `${line} HTTP/1.1\r\n${fields.join("\r\n")}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);

const subscription = fc
  .tuple(fc.constantFrom(["2022-07-01/telemetry", "2022-12-13"], ["2020-08-15/logs", "2021-03-18"]), fc.constantFrom("platform", "function", "odd"))
  .map(([[target, version], type]) => {
    const text = `{"schemaVersion":"${version}","types":["${type}"],"destination":{"protocol":"TCP","port":1}}`;
    return `PUT /${target} HTTP/1.1\r\nLambda-Extension-Identifier: ${knownIdentifier}\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
  });

/** Rare, for they take their time. */
const huge = fc.constantFrom(
  `POST ${runtimeApi}/invocation/${eventId}/response HTTP/1.1\r\nContent-Length: 6291557\r\n\r\n${"x".repeat(6_291_557)}`,
  `POST ${extensionApi}/register HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n${" ".repeat(1_048_577)}`,
  `GET /2018-06-01/ping HTTP/1.1\r\nX-Huge: ${"x".repeat(1_200_000)}`,
);

export const hostileRequest = fc.oneof({ weight: 100, arbitrary: anything }, { weight: 150, arbitrary: plausible }, { weight: 5, arbitrary: subscription }, { weight: 1, arbitrary: huge });

/** Several on one connection, in pieces, some bytes of them changed; how the connection then ends. */
export const conversation = fc.record({
  requests: fc.array(hostileRequest, { minLength: 1, maxLength: 3 }),
  changes: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 3 }) }),
  cuts: fc.array(fc.nat(2000), { maxLength: 3 }),
  ending: fc.constantFrom("end", "end", "reset"),
});

type Conversation = typeof conversation extends fc.Arbitrary<infer Value> ? Value : never;

/** Has it; returns what was answered on the way. */
export async function converse(
  address: GuestAddress,
  { requests, changes, cuts, ending }: Conversation,
  put: { readonly requestId: string; readonly identifier: string },
): Promise<readonly string[]> {
  const text = requests.join("").replaceAll(eventId, put.requestId).replaceAll(knownIdentifier, put.identifier);
  const bytes = Buffer.from(text, "latin1");
  for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
  const client = new RawClient(address);
  let from = 0;
  for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
    if (cut > from) await client.write(bytes.subarray(from, cut));
    from = Math.max(from, cut);
  }
  if (ending === "end") client.end();
  else client.reset();
  return parseReplies(await client.closed, true).map(verdictOf);
}
