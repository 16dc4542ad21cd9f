import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readBody } from "./body.ts";
import { type Handle, echo, gatewayParts, registryOf } from "./echo.case.ts";
import { type Gateway, startGateway } from "./gateway.ts";
import { exchangeRaw, RawConnection } from "./raw-connection.case.ts";

const head = (line: string, ...headers: readonly string[]): string[] => [line, "Host: localhost", ...headers];
const post = (path: string, ...headers: readonly string[]): string[] => head(`POST ${path} HTTP/1.1`, ...headers);
const functionsPath = "/2015-03-31/functions";
const invokePath = "/2015-03-31/functions/f/invocations";

/** What the service got to see, of this test's requests. */
const seen: string[] = [];
const limits = { headTimeoutMs: 200, bodyIdleMs: 100, drainMs: 500 };
let gateway: Gateway;

beforeAll(async () => {
  const handle: Handle = (input, context) => {
    seen.push(input.request.path);
    return echo(input, context);
  };
  gateway = await startGateway(gatewayParts({ registry: registryOf(["lambda"], handle), limits }));
});
afterAll(() => gateway.stop(0));

describe("requests that two readers would cut apart differently are refused, and nothing of them is run", () => {
  test.each<[string, string[]]>([
    ["Content-Length and Transfer-Encoding", [...post(functionsPath, "Content-Length: 5", "Transfer-Encoding: chunked"), "", "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"]],
    ["two lengths", [...post(functionsPath, "Content-Length: 5", "Content-Length: 6"), "", "hello!"]],
    ["the same length twice", [...post(functionsPath, "Content-Length: 5", "Content-Length: 5"), "", "hello"]],
    ["a list of lengths", [...post(functionsPath, "Content-Length: 5, 5"), "", "hello"]],
    ["a length with a sign", [...post(functionsPath, "Content-Length: +5"), "", "hello"]],
    ["a length in hexadecimal", [...post(functionsPath, "Content-Length: 0x5"), "", "hello"]],
    ["a length below zero", [...post(functionsPath, "Content-Length: -1"), "", ""]],
    ["an unknown transfer coding", [...post(functionsPath, "Transfer-Encoding: xchunked"), "", "0\r\n\r\n"]],
    ["chunks in HTTP/1.0", [...head(`POST ${functionsPath} HTTP/1.0`, "Transfer-Encoding: chunked"), "", "0\r\n\r\n"]],
    ["chunked that is not last", [...post(functionsPath, "Transfer-Encoding: chunked, identity"), "", "0\r\n\r\n"]],
    ["a space before the colon", [...post(functionsPath, "Transfer-Encoding : chunked"), "", "0\r\n\r\n"]],
    ["a folded header", [...post(functionsPath, "X-A: b", " Content-Length: 5"), "", "hello"]],
    ["a header without a colon", [...post(functionsPath, "nonsense"), "", ""]],
    ["a zero byte in a header", [...post(functionsPath, "X-A: b\0c"), "", ""]],
    ["a bare carriage return in a header", [...post(functionsPath, "X-A: b\rContent-Length: 5"), "", "hello"]],
    ["two hosts", [...post(functionsPath, "Host: localhost:1"), "", ""]],
    ["two credentials", [...post(functionsPath, "Authorization: a", "Authorization: b"), "", ""]],
    ["no host", [`GET ${functionsPath} HTTP/1.1`, "", ""]],
    ["a whole URL as target", [...head(`GET http://evil.example${functionsPath} HTTP/1.1`), "", ""]],
    ["a target that is no path", [...head("OPTIONS * HTTP/1.1"), "", ""]],
    ["a version of HTTP that is none", [...head(`GET ${functionsPath} HTTP/9.9`), "", ""]],
    ["TLS", ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "", ""]],
  ])("%s", async (_, lines) => {
    seen.length = 0;
    const connection = new RawConnection(gateway.url).send(...lines);
    expect(await connection.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 400 /);
    connection.socket.end();
    await connection.untilClosed();
    expect(seen).toEqual([]);
  });

  test("an HTTP/1.0 request without a host", async () => {
    expect(await exchangeRaw(gateway.url, `GET ${functionsPath} HTTP/1.0`, "", "")).toMatch(/^HTTP\/1\.1 403 /);
  });

  test.each([
    ["a size that is none", "zz\r\nhello\r\n0\r\n\r\n"],
    ["a size beyond all measure", "fffffffffffffffff\r\nhello"],
    ["a size below zero", "-5\r\nhello\r\n0\r\n\r\n"],
    ["data longer than said", "3\r\nhello\r\n0\r\n\r\n"],
    ["extensions without end", `5;${"a".repeat(200_000)}`],
  ])("chunks with %s", async (_, chunks) => {
    const received: string[] = [];
    const handle: Handle = async (input, context) => {
      received.push(Buffer.from(await readBody(input.request.body)).toString());
      return echo(input, context);
    };
    const own = await startGateway(gatewayParts({ registry: registryOf(["lambda"], handle), limits }));
    const text = await exchangeRaw(own.url, ...post(functionsPath, "Transfer-Encoding: chunked"), "", chunks);
    expect(text).not.toMatch(/^HTTP\/1\.1 2/);
    expect(received).toEqual([]);
    await own.stop(0);
  });
});

describe("requests that are too much", () => {
  test("of headers are refused", async () => {
    const text = await exchangeRaw(gateway.url, ...post(functionsPath, `X-A: ${"a".repeat(70_000)}`), "", "");
    expect(text).toMatch(/^HTTP\/1\.1 431 [\s\S]*RequestHeaderSectionTooLarge/);
  });

  test("of head, a byte at a time, are given up", async () => {
    expect(await exchangeRaw(gateway.url, "POST / HTTP/1.1", "Host: loc")).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("of silence inside a body are given up", async () => {
    expect(await exchangeRaw(gateway.url, ...post(functionsPath, "Content-Length: 5"), "", "hel")).toMatch(/^HTTP\/1\.1 408 [\s\S]*Nothing of the request body arrived/);
  });

  test.each([
    [invokePath, 6_291_456, "InvokeFunction"],
    [functionsPath, 70_167_211, "CreateFunction"],
  ])("of body for %s are refused unread", async (path, limitBytes, operation) => {
    const connection = new RawConnection(gateway.url).send(...post(path, `Content-Length: ${limitBytes + 1}`), "", "some");
    const text = await connection.until(/operation"}/);
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toContain(`Request must be smaller than ${limitBytes} bytes for the ${operation} operation`);
    connection.socket.destroy();
  });

  test("of body are refused in Lambda's protocol, whatever curl calls the body", async () => {
    const form = "Content-Type: application/x-www-form-urlencoded";
    const connection = new RawConnection(gateway.url).send(...post(invokePath, "Content-Length: 6291457", form), "", "some");
    expect(await connection.until(/for the InvokeFunction operation/)).toContain('{"message":');
    connection.socket.destroy();
  });

  test("of body, to close the connection after, are read to the end: a reset would hide the answer", async () => {
    const lengthBytes = 6_291_457;
    const connection = new RawConnection(gateway.url, true);
    connection.send(...post(invokePath, `Content-Length: ${lengthBytes}`, "Connection: close"), "", "a");
    await connection.until(/operation"}/);
    connection.send("a".repeat(lengthBytes - 1));
    connection.socket.on("end", () => connection.socket.end());
    expect(await connection.untilClosed()).toMatch(/^HTTP\/1\.1 413 /);
    expect(connection.socket.errored).toBeNull();
  });

  test("of chunked body are refused on the way", async () => {
    const connection = new RawConnection(gateway.url).send(...post(invokePath, "Transfer-Encoding: chunked"), "", "");
    const megabyte = `100000\r\n${"a".repeat(2 ** 20)}\r\n`;
    for (let sent = 0; sent < 7; sent += 1) connection.send(megabyte);
    expect(await connection.until(/operation"}/)).toMatch(/^HTTP\/1\.1 413 /);
    connection.socket.destroy();
  });

  test("of refused body end the connection", async () => {
    const own = await startGateway(gatewayParts({ limits: { ...limits, drainBytes: 1000 } }));
    const connection = new RawConnection(own.url).send(...post(invokePath, "Content-Length: 99999999"), "", "a".repeat(100_000));
    expect(await connection.untilClosed()).toMatch(/^HTTP\/1\.1 413 /);
    await own.stop(0);
  });
});

describe("a client that asks before it sends", () => {
  test("is told to go on when its body is wanted", async () => {
    const connection = new RawConnection(gateway.url).send(...post(functionsPath, "Content-Length: 5", "Expect: 100-continue"), "", "");
    await connection.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    expect(await connection.send("hello").until(/"body":"hello"/)).toContain("HTTP/1.1 200 OK");
    connection.socket.destroy();
  });

  test("is refused without having to send, on a connection that ends", async () => {
    const text = await exchangeRaw(gateway.url, ...post(invokePath, "Content-Length: 99999999", "Expect: 100-continue"), "", "");
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).not.toContain("100 Continue");
  });
});

test("requests share a connection, one after the other or sent together", async () => {
  const connection = new RawConnection(gateway.url);
  const request = (body: string): string => [...post(functionsPath, `Content-Length: ${body.length}`), "", body].join("\r\n");
  await connection.send(request("one")).until(/"body":"one"/);
  const text = await connection.send(request("two") + request("three")).until(/"body":"three"/);
  expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
  expect(text).not.toContain("Transfer-Encoding");
  connection.socket.destroy();
});

test("a body that nobody reads leaves the connection usable", async () => {
  const connection = new RawConnection(gateway.url);
  await connection.send(...post("/nowhere", "Content-Length: 200000"), "", "a".repeat(200_000)).until(/404 Not Found/);
  expect(await connection.send(...post(functionsPath, "Content-Length: 2"), "", "ok").until(/"body":"ok"/)).toContain("200 OK");
  connection.socket.destroy();
});

test("an offer to speak HTTP/2 or WebSocket is declined by answering", async () => {
  const upgrade = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"];
  const connection = new RawConnection(gateway.url).send(...post(functionsPath, ...upgrade, "Content-Length: 2"), "", "ok");
  expect(await connection.until(/"body":"ok"/)).toMatch(/^HTTP\/1\.1 200 OK/);
  connection.socket.destroy();
});

test("HEAD is answered without a body", async () => {
  const text = await exchangeRaw(gateway.url, ...head(`HEAD ${functionsPath} HTTP/1.1`, "Connection: close"), "", "");
  expect(text).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*content-length: \d+[\s\S]*\r\n\r\n$/);
});
