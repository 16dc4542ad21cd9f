// The guest-facing HTTP server on real sockets, with a port that a test plays.
import { connect } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { ask as askPath, invocation, openFront, raw, type Answer, type Asked, type OpenedFront } from "../../../../test/harness/guest-http.ts";
import type { EnvironmentState } from "../../environment/lifecycle.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function open(state?: EnvironmentState): Promise<OpenedFront> {
  const opened = await openFront(state);
  closers.push(() => opened.front.close());
  return opened;
}

const ask = (opened: OpenedFront, path: string, asked?: Asked): Promise<Answer> => askPath(opened, `/2018-06-01${path}`, asked);

const next = "/runtime/invocation/next";
const response = "/runtime/invocation/id-1/response";
const get = { method: "GET" };

describe("next", () => {
  test("waits for an event and gives it with its headers; empty ones are left out", async () => {
    const opened = await open();
    opened.port.onNext = () => setImmediate(() => opened.front.deliver(invocation({ trace: "Root=1-2", clientContext: "" })));
    const { status, headers, body } = await ask(opened, next, get);
    expect(status).toBe(200);
    expect(body).toBe('{"a":1}');
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": "id-1",
      "lambda-runtime-deadline-ms": "1767225600000",
      "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:123456789012:function:f:live",
      "lambda-runtime-trace-id": "Root=1-2",
      "lambda-runtime-invocation-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(headers).not.toHaveProperty("lambda-runtime-client-context");
  });

  test("says who called, and for whom, when it is known", async () => {
    const opened = await open();
    const cognitoIdentity = '{"cognitoIdentityId":"eu-west-1:1","cognitoIdentityPoolId":"eu-west-1:2"}';
    opened.port.onNext = (receiver) => receiver.deliver(invocation({ cognitoIdentity, tenantId: "blue" }));
    const { headers } = await ask(opened, next, get);
    expect(headers["lambda-runtime-cognito-identity"]).toBe(cognitoIdentity);
    expect(headers["lambda-runtime-aws-tenant-id"]).toBe("blue");
    opened.port.state = "idle";
    opened.port.onNext = (receiver) => receiver.deliver(invocation());
    expect(Object.keys((await ask(opened, next, get)).headers).filter((name) => /cognito|tenant/.test(name))).toEqual([]);
  });

  test("does not let a caller's client context write headers", async () => {
    const opened = await open();
    const clientContext = '{"a":\r\nX-Evil: 1\r\n\r\n"é"}';
    opened.port.onNext = () => opened.front.deliver(invocation({ clientContext }));
    const { headers } = await ask(opened, next, get);
    expect(headers).not.toHaveProperty("x-evil");
    expect(Buffer.from(String(headers["lambda-runtime-client-context"]), "latin1").toString()).toBe('{"a": X-Evil: 1 "é"}');
  });

  test("is asked again by a client that lost its connection, and nothing is lost", async () => {
    const opened = await open();
    await raw(opened, ["GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: HOST\r\n\r\n"]);
    expect(opened.port.state).toBe("initialised");
    opened.front.deliver(invocation());
    opened.port.state = "invoking";
    expect((await ask(opened, next, get)).body).toBe('{"a":1}');
  });

  test("gives the event that is with the guest again, as the same attempt", async () => {
    const opened = await open();
    const event = invocation();
    opened.port.onNext = (receiver) => receiver.deliver(event);
    const first = await ask(opened, next, get);
    opened.port.state = "invoking";
    const again = await ask(opened, next, get);
    expect([again.body, again.headers]).toEqual([first.body, first.headers]);
  });

  test("is refused while a response is under way", async () => {
    const { status, body } = await ask(await open("responding"), next, get);
    expect(status).toBe(403);
    expect(JSON.parse(body)).toEqual({
      errorMessage: "State transition from InvocationResponse to Ready failed for runtime. Error: State transition is not allowed",
      errorType: "InvalidStateTransition",
    });
  });
});

describe("response", () => {
  test("is accepted once", async () => {
    const opened = await open("invoking");
    const first = await ask(opened, response, { body: "1" });
    expect(first).toMatchObject({ status: 202, body: '{"status":"OK"}' });
    expect(opened.port.responses).toEqual([{ kind: "whole", body: Buffer.from("1") }]);
    expect(await ask(opened, response, { body: "2" })).toMatchObject({ status: 403 });
  });

  test("may come in chunks, and with a content type", async () => {
    const opened = await open("invoking");
    const head = "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n";
    expect(await raw(opened, [`${head}Content-Type: a/b\r\n\r\n`, "3\r", "\nab", "c\r\n", "2;x=y\r\nde\r\n0\r\n\r\n"], false)).toMatch(/^HTTP\/1\.1 202 /);
    expect(opened.port.responses).toEqual([{ kind: "whole", body: Buffer.from("abcde"), contentType: "a/b" }]);
  });

  test("over the limit is 413, chunked or not, and the connection goes on", async () => {
    const opened = await open("invoking");
    const tooLarge = { errorMessage: "Exceeded maximum allowed payload size (6291556 bytes).", errorType: "RequestEntityTooLarge" };
    const whole = await ask(opened, response, { body: Buffer.alloc(6_291_557) });
    expect(whole.status).toBe(413);
    expect(JSON.parse(whole.body)).toEqual(tooLarge);
    opened.port.state = "invoking";
    const chunked = await ask(opened, response, { body: Buffer.alloc(7_000_000), headers: { "Transfer-Encoding": "chunked" } });
    expect(chunked.status).toBe(413);
    expect(opened.port.responses).toEqual([{ kind: "too-large" }, { kind: "too-large" }]);
  });

  test("of another request, attempt or mode is 400", async () => {
    const opened = await open("invoking");
    const typeOf = ({ status, body }: Answer): unknown => [status, JSON.parse(body).errorType];
    expect(typeOf(await ask(opened, "/runtime/invocation/other/response"))).toEqual([400, "InvalidRequestID"]);
    const headers = { "Lambda-Runtime-Invocation-Id": "other" };
    expect(typeOf(await ask(opened, response, { headers }))).toEqual([400, "InvalidInvocationId"]);
    expect(opened.port.responses).toEqual([]);
    const mode = { "Lambda-Runtime-Function-Response-Mode": "buffered" };
    expect(typeOf(await ask(opened, response, { headers: mode }))).toEqual([400, "InvalidFunctionResponseMode"]);
    expect(opened.port.responses).toEqual([{ kind: "bad-mode" }]);
  });

  test("that is cut short is told to the invoke", async () => {
    const opened = await open("invoking");
    const answer = await raw(opened, ["POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: HOST\r\nContent-Length: 10\r\n\r\nabc"]);
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*TruncatedHTTPRequest/);
    expect(opened.port.responses).toEqual([{ kind: "truncated" }]);
  });

  test("is asked for by 100 Continue when its client waits", async () => {
    const opened = await open("invoking");
    const answered = new Promise<string>((resolve) => {
      const socket = connect(opened.portNumber, opened.hostname);
      let answer = "";
      socket.on("data", (bytes) => {
        answer += bytes.toString();
        if (answer === "HTTP/1.1 100 Continue\r\n\r\n") socket.write("hello");
      });
      socket.on("close", () => resolve(answer));
      socket.write(`POST /2018-06-01${response} HTTP/1.1\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n`);
    });
    expect(await answered).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 202 /);
  });
});

describe("the other routes", () => {
  test("take errors of invokes and of the init", async () => {
    const opened = await open("invoking");
    const headers = { "Lambda-Runtime-Function-Error-Type": "Function.Mine" };
    expect((await ask(opened, "/runtime/invocation/id-1/error", { headers, body: "{}" })).status).toBe(202);
    expect(opened.port.errors).toEqual([{ errorType: "Function.Mine", body: Buffer.from("{}") }]);
    expect((await ask(opened, "/runtime/init/error", { body: "{}" })).status).toBe(403);
    opened.port.state = "initialising";
    expect((await ask(opened, "/runtime/init/error", { body: "{}" })).status).toBe(202);
    expect(opened.port.initErrors).toEqual([{ errorType: "", body: Buffer.from("{}") }]);
  });

  test("answer pings, and refuse plainly what is not there", async () => {
    const opened = await open();
    expect(await ask(opened, "/ping", get)).toMatchObject({ status: 200, body: "pong" });
    expect((await ask(opened, "/nothing", get)).status).toBe(404);
    expect((await ask(opened, next)).status).toBe(405);
    expect((await ask(opened, "/runtime/restore/next", get)).status).toBe(501);
  });
});

describe("requests that come together", () => {
  test("are answered in order", async () => {
    const opened = await open("invoking");
    const answer = `POST /2018-06-01${response} HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\n\r\n1`;
    const ping = "GET /2018-06-01/ping HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n";
    expect(await raw(opened, [answer + ping], false)).toMatch(/^HTTP\/1\.1 202 [^]*HTTP\/1\.1 200 [^]*pong$/);
  });

  test("after a poll wait for its event, and cannot fill the memory", async () => {
    const opened = await open();
    const poll = `GET /2018-06-01${next} HTTP/1.1\r\nHost: HOST\r\n\r\n`;
    expect(await raw(opened, [poll, Buffer.alloc(100_000, 65)], false)).toBe("");
  });
});

describe("a request that can be read in two ways, or not at all", () => {
  const head = `POST /2018-06-01${response} HTTP/1.1\r\nHost: HOST\r\n`;
  test.each([
    ["two lengths", `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\n12`, 400],
    ["length and chunks", `${head}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ["another coding", `${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, 400],
    ["a signed length", `${head}Content-Length: +1\r\n\r\n1`, 400],
    ["a hexadecimal length", `${head}Content-Length: 0x1\r\n\r\n1`, 400],
    ["a blank before the colon", `${head}Content-Length : 1\r\n\r\n1`, 400],
    ["a folded line", `${head}X-A: 1\r\n 2\r\n\r\n`, 400],
    ["a lone line feed", "GET /2018-06-01/ping HTTP/1.1\nHost: a\n\n", 400],
    ["a carriage return in a value", `${head}X-A: 1\rX-B: 2\r\n\r\n`, 400],
    ["a NUL in a value", `${head}X-A: \0\r\n\r\n`, 400],
    ["no target", "GET HTTP/1.1\r\n\r\n", 400],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
    ["HTTP/1.2", "GET /2018-06-01/ping HTTP/1.2\r\n\r\n", 505],
    ["too many fields", `${head}${"X-A: 1\r\n".repeat(300)}\r\n`, 400],
    ["headers without an end", `${head}X-A: ${"x".repeat(1_200_000)}`, 431],
  ])("is refused: %s", async (_, bytes, status) => {
    const opened = await open("invoking");
    expect(await raw(opened, [bytes])).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(opened.port.responses).toEqual([]);
    expect(await ask(opened, "/ping", get)).toMatchObject({ status: 200 });
  });

  test.each([
    ["a chunk size that is none", `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    ["a chunk size beyond numbers", `${head}Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n`],
    ["a chunk longer than it says", `${head}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n`],
    ["a chunk line without an end", `${head}Transfer-Encoding: chunked\r\n\r\n1;${"x".repeat(5000)}`],
  ])("in the middle of its body fails the invoke: %s", async (_, bytes) => {
    const opened = await open("invoking");
    expect(await raw(opened, [bytes])).toMatch(/^HTTP\/1\.1 400 [^]*Connection: close[^]*TruncatedHTTPRequest"}$/);
    expect(opened.port.responses).toEqual([{ kind: "truncated" }]);
    expect(await ask(opened, "/ping", get)).toMatchObject({ status: 200 });
  });

  test("does no harm, whatever it is", async () => {
    const opened = await open();
    const good = `POST /2018-06-01${response} HTTP/1.1\r\nAccept: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: 1\r\n\r\n`;
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }).map((changes) => {
        const changed = Buffer.from(good);
        for (const [at, value] of changes) changed[at] = value;
        return changed;
      }),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.nat(200), async (message, cut) => {
        opened.port.state = "invoking";
        const answer = await raw(opened, [message.subarray(0, cut), message.subarray(cut)]);
        expect(answer).toMatch(/^(?:$|HTTP\/1\.1 \d{3} )/);
      }),
      { numRuns: 200 },
    );
    expect(await ask(opened, "/ping", get)).toMatchObject({ status: 200 });
  });

  test("is refused in words also where its client sends on", async () => {
    const opened = await open("invoking");
    const answer = await raw(opened, [`${head}X-A: ${"x".repeat(1_200_000)}`, Buffer.alloc(8_000_000, 65)]);
    expect(answer).toMatch(/^HTTP\/1\.1 431 [^]*RequestHeaderFieldsTooLarge"}$/);
  });

  test("may come byte by byte", async () => {
    const opened = await open("invoking");
    const whole = `POST /2018-06-01${response} HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`;
    const { hostname, portNumber } = opened;
    const answered = new Promise<string>((resolve) => {
      const socket = connect({ port: portNumber, host: hostname, noDelay: true });
      let answer = "";
      socket.on("data", (bytes) => (answer += bytes.toString()));
      socket.on("close", () => resolve(answer));
      const send = (at: number): void => {
        if (at < whole.length) socket.write(whole.charAt(at), () => setImmediate(() => send(at + 1)));
      };
      send(0);
    });
    expect(await answered).toMatch(/^HTTP\/1\.1 202 /);
    expect(opened.port.responses).toEqual([{ kind: "whole", body: Buffer.from("abc") }]);
  });
});

describe("a web page", () => {
  test.each<Record<string, string>>([{ Host: "evil.example" }, { Origin: "https://evil.example" }, { "Sec-Fetch-Site": "cross-site" }])(
    "that finds the port gets no event: %o",
    async (headers) => {
      const opened = await open();
      expect((await ask(opened, next, { method: "GET", headers })).status).toBe(403);
      expect(opened.port.state).toBe("initialising");
    },
  );
});

describe("closing", () => {
  test("hangs up on everybody", async () => {
    const opened = await open();
    const polled = raw(opened, [`GET /2018-06-01${next} HTTP/1.1\r\nHost: HOST\r\n\r\n`], false);
    await new Promise<void>((resolve) => (opened.port.onNext = () => resolve()));
    opened.front.close();
    expect(await polled).toBe("");
    await expect(ask(opened, "/ping", get)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
