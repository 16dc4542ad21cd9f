// The signed bodies are AWS's own examples, byte by byte:
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and …/sigv4-streaming-trailers.html
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import { type Asked, echoOf, gatewayParts, pipelineOf, settings, textOf } from "../echo.case.ts";

const clock = new ManualClock(Date.UTC(2013, 4, 24));
const parts = gatewayParts({ settings: { ...settings, auth: "on", allowHosts: ["s3.amazonaws.com"] } });
const ask = pipelineOf(parts, clock);
const askUnverified = pipelineOf({ ...parts, settings: { ...parts.settings, auth: "off" } }, clock);

const authorization = (signedHeaders: string, signature: string): string =>
  `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=${signedHeaders}, Signature=${signature}`;

const chunk = (data: string, signature: string): string =>
  `${data.length.toString(16)};chunk-signature=${signature}\r\n${data}\r\n`;

const headers = {
  host: "s3.amazonaws.com",
  "x-amz-date": "20130524T000000Z",
  "x-amz-storage-class": "REDUCED_REDUNDANCY",
  "content-encoding": "aws-chunked",
  "x-amz-decoded-content-length": "66560",
};

const data = "a".repeat(66_560);
const chunks = [
  chunk("a".repeat(65_536), "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
  chunk("a".repeat(1024), "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
  "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n",
];
const signed: Asked = {
  method: "PUT",
  path: "/examplebucket/chunkObject.txt",
  headers: {
    ...headers,
    "content-length": "66824",
    "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    authorization: authorization(
      "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
      "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    ),
  },
  body: chunks.join(""),
};

const trailerChunks = [
  chunk("a".repeat(65_536), "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2"),
  chunk("a".repeat(1024), "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7"),
  "0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n",
  "x-amz-checksum-crc32c:sOO8/Q==\n\r\n",
  "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n",
];
const signedTrailer: Asked = {
  method: "PUT",
  path: "/examplebucket/chunkObject.txt",
  headers: {
    ...headers,
    "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "x-amz-trailer": "x-amz-checksum-crc32c",
    authorization: authorization(
      "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
      "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    ),
  },
  body: trailerChunks.join(""),
};

/** The same bytes, cut into pieces of `size`. */
async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe("a body signed chunk by chunk", () => {
  test.each([1_000_000, 4096, 7])("arrives without its framing, in pieces of %i bytes too", async (size) => {
    expect(echoOf(await ask({ ...signed, body: inPieces(chunks.join(""), size) })).body).toBe(data);
  });

  test("may end in signed trailers, which join the headers", async () => {
    expect(echoOf(await ask(signedTrailer))).toMatchObject({ body: data, trailer: "sOO8/Q==" });
  });

  test.each<[string, Asked, [number, string]]>([
    ["data are changed", { ...signed, body: chunks.join("").replace("aaa", "aba") }, [403, "SignatureDoesNotMatch"]],
    ["chunks are swapped", { ...signed, body: [chunks[1], chunks[0], chunks[2]].join("") }, [403, "SignatureDoesNotMatch"]],
    ["a chunk is left out", { ...signed, body: [chunks[0], chunks[2]].join("") }, [403, "SignatureDoesNotMatch"]],
    ["a chunk is unsigned", { ...signed, body: chunks.join("").replace(/;chunk-signature=\w+/, "") }, [403, "SignatureDoesNotMatch"]],
    ["the last chunk is missing", { ...signed, body: [chunks[0], chunks[1]].join("") }, [400, "IncompleteBody"]],
    ["it is cut", { ...signed, body: chunks.join("").slice(0, 1000) }, [400, "IncompleteBody"]],
    ["something follows it", { ...signed, body: `${chunks.join("")}x` }, [400, "IncompleteBody"]],
    ["a chunk's size is none", { ...signed, body: chunks.join("").replace("10000;", "-1;") }, [400, "IncompleteBody"]],
    ["a chunk's size is beyond all measure", { ...signed, body: chunks.join("").replace("10000;", "ffffffffffff;") }, [400, "IncompleteBody"]],
    ["a trailer is changed", { ...signedTrailer, body: trailerChunks.join("").replace("sOO8", "sOO9") }, [403, "SignatureDoesNotMatch"]],
    ["a trailer is missing", { ...signedTrailer, body: trailerChunks.toSpliced(3, 1).join("") }, [400, "MalformedTrailerError"]],
    ["a trailer was not announced", { ...signedTrailer, body: trailerChunks.toSpliced(3, 0, "host:evil\r\n").join("") }, [400, "MalformedTrailerError"]],
  ])("is refused when %s", async (_, asked, expected) => {
    const response = await ask(asked);
    expect([response.status, /<Code>(.*)<\/Code>/.exec(textOf(response))?.[1]]).toEqual(expected);
  });
});

describe("a body that is framed and not signed", () => {
  const unsigned = { path: "/bucket/key", method: "PUT" };
  const framing = (body: string, more: Record<string, string> = {}): Asked => ({
    ...unsigned,
    body,
    headers: {
      "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "x-amz-trailer": "x-amz-checksum-crc32",
      authorization: authorization("host", "0"),
      ...more,
    },
  });

  test("arrives without its framing, verified or not", async () => {
    const response = await askUnverified(framing("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"));
    expect(echoOf(response)).toMatchObject({ body: "hello", trailer: "NhCmhg==" });
    expect(echoOf(await askUnverified(signed)).body).toBe(data);
  });

  test.each([
    ["the announced length is another", framing("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", { "x-amz-decoded-content-length": "6" }), "IncompleteBody"],
    ["a chunk in the middle is small", framing("1\r\nh\r\n4\r\nello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"), "InvalidChunkSizeError"],
    ["it announces a trailer that is no checksum", framing("0\r\nauthorization:x\r\n\r\n", { "x-amz-trailer": "authorization" }), "InvalidRequest"],
    ["its lines never end", framing("a".repeat(100_000)), "IncompleteBody"],
  ])("is refused when %s", async (_, asked, code) => {
    expect(textOf(await askUnverified(asked))).toContain(`<Code>${code}</Code>`);
  });
});
