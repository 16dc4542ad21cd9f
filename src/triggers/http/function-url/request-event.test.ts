// Requests to events, for whatever clients send; the whole event is in test/wire/lambda/function-url.test.ts.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { requestIdOf } from "../../../../test/harness/engine.ts";
import { eventOf, type EventRequest, type IamCaller } from "./request-event.ts";

interface Event {
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly requestContext: { readonly http: { readonly path: string; readonly userAgent?: string }; readonly time: string; readonly authorizer?: object };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

const plain: EventRequest = { method: "GET", path: "/", query: "", rawHeaders: [], host: "id.lambda-url.eu-west-1.localhost:4566", protocol: "HTTP/1.1", sourceIp: "::1", body: new Uint8Array() };
const eventFor = (request: Partial<EventRequest> = {}, caller?: IamCaller, nowMs = 0): Event =>
  JSON.parse(eventOf({ ...plain, ...request }, { urlId: "id", requestId: requestIdOf("r"), nowMs, trace: "Root=1-0", caller }).toString()) as Event;

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/);
const headerValue = fc.stringMatching(/^[\x21-\x7e\x80-\xff](?:[\x20-\x7e\x80-\xff]{0,20}[\x21-\x7e\x80-\xff])?$/);
const added = ["host", "x-amzn-trace-id", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-port"];
const hops = ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect"];

describe("paths and queries", () => {
  const target = fc.stringMatching(/^[!-~]{0,40}$/);

  test("are there as sent, whatever they hold", () => {
    fc.assert(
      fc.property(target, target, (rest, query) => {
        const path = `/${rest}`;
        const event = eventFor({ path, query });
        expect(event).toMatchObject({ rawPath: path, rawQueryString: query });
        expect(event.requestContext.http.path).toBe(path);
      }),
    );
  });

  test("of pairs that a client encoded are decoded, and joined where a name repeats", () => {
    const pair = fc.tuple(fc.string({ minLength: 1, unit: "grapheme" }), fc.string({ unit: "grapheme" }));
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 8 }), (pairs) => {
        const query = pairs.map((each) => each.map(encodeURIComponent).join("=")).join("&");
        const expected = new Map<string, string[]>();
        for (const [name, value] of pairs) expected.set(name, [...(expected.get(name) ?? []), value]);
        const { queryStringParameters = {} } = eventFor({ query });
        expect(new Map(Object.entries(queryStringParameters))).toEqual(new Map([...expected].map(([name, values]) => [name, values.join(",")])));
      }),
    );
  });

  test("may have names that objects have", () => {
    expect(Object.entries(eventFor({ query: "__proto__=1&constructor=2&toString" }).queryStringParameters ?? {})).toEqual([["__proto__", "1"], ["constructor", "2"], ["toString", ""]]);
  });

  test("without a parameter have none", () => {
    for (const query of ["", "&", "&&"]) expect(eventFor({ query })).not.toHaveProperty("queryStringParameters");
  });
});

describe("headers", () => {
  test("are all there, in lower case, joined in their order, but for those of the connection and cookies", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(token, headerValue), { maxLength: 12 }), (pairs) => {
        const { headers } = eventFor({ rawHeaders: pairs.flat() });
        const expected = new Map<string, string[]>();
        for (const [name, value] of pairs) expected.set(name.toLowerCase(), [...(expected.get(name.toLowerCase()) ?? []), value]);
        for (const name of [...added, ...hops, "cookie"]) expected.delete(name);
        const others = Object.entries(headers).filter(([name]) => !added.includes(name));
        expect(new Map(others)).toEqual(new Map([...expected].map(([name, values]) => [name, values.join(",")])));
      }),
    );
  });

  test("that say who signed are not for the function, and others' stay", () => {
    const rawHeaders = ["Authorization", "AWS4-HMAC-SHA256 …", "X-Amz-Date", "20260101T000000Z"];
    const caller = { accessKey: "AKIA", accountId: "111111111111", callerId: "c", userArn: "a", userId: "u" };
    const signed = eventFor({ rawHeaders }, caller);
    expect(signed.headers).toMatchObject({ "x-amz-date": "20260101T000000Z" });
    expect(signed.headers).not.toHaveProperty("authorization");
    expect(signed.requestContext.authorizer).toEqual({ iam: { ...caller, cognitoIdentity: null, principalOrgId: null } });
    expect(eventFor({ rawHeaders }).headers).toMatchObject({ authorization: "AWS4-HMAC-SHA256 …" });
  });

  test("may be missing", () => {
    const event = eventFor({ host: "id.lambda-url.eu-west-1.localhost" });
    expect(event.headers).toEqual({ host: "id.lambda-url.eu-west-1.localhost", "x-amzn-trace-id": "Root=1-0", "x-forwarded-for": "::1", "x-forwarded-proto": "http", "x-forwarded-port": "80" });
    expect(event.requestContext.http).not.toHaveProperty("userAgent");
  });

  test("with cookies that are none list none", () => {
    expect(eventFor({ rawHeaders: ["Cookie", " ; ;; "] })).not.toHaveProperty("cookies");
  });
});

test("a body reaches the function byte for byte, whatever its type", () => {
  const types = fc.constantFrom("text/plain", "application/json", "application/octet-stream", "image/png", "", "text/html; charset=iso-8859-1");
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), types, fc.boolean(), (body, type, isCompressed) => {
      const event = eventFor({ body, rawHeaders: ["Content-Type", type, ...(isCompressed ? ["Content-Encoding", "gzip"] : [])] });
      expect(Uint8Array.from(Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8"))).toEqual(body);
      if (isCompressed || !/^(?:text|application\/json)/.test(type)) expect(event.isBase64Encoded).toBe(true);
    }),
  );
});

test.each([
  [1_631_055_022_677, "07/Sep/2021:22:50:22 +0000"],
  [0, "01/Jan/1970:00:00:00 +0000"],
  [Date.UTC(2026, 11, 31, 23, 59, 59, 999), "31/Dec/2026:23:59:59 +0000"],
])("the time %i is %s", (nowMs, time) => {
  expect(eventFor({}, undefined, nowMs).requestContext.time).toBe(time);
});
