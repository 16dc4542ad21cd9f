// The head of a streamed response, however it is cut into chunks.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StreamedInvoke } from "../../../engine/engine.ts";
import type { WireResponse } from "../../../protocol/wire.ts";
import { integrationResponseType, streamedResponse } from "./streamed-response.ts";

const nuls = "\0".repeat(8);

interface Played {
  readonly streamed: StreamedInvoke;
  readonly asked: { chunks: number; left: number };
}

function played(chunks: readonly Uint8Array[], { contentType = integrationResponseType, errorType }: { contentType?: string; errorType?: string } = {}): Played {
  const asked = { chunks: 0, left: 0 };
  const body: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => body,
    next: async () => {
      const value = chunks[asked.chunks];
      asked.chunks += 1;
      return value === undefined ? { done: true, value } : { done: false, value };
    },
    return: async () => {
      asked.left += 1;
      return { done: true, value: undefined };
    },
  };
  const error = errorType === undefined ? undefined : { errorType, payload: Buffer.from("{}") };
  return { asked, streamed: { executedVersion: "1", trace: "t", isStreamed: true, contentType, body, completed: Promise.resolve({ error, logTail: undefined }) } };
}

const bodyOf = (response: WireResponse | undefined): AsyncIterable<Uint8Array> => {
  const body = response?.body;
  if (typeof body !== "object" || !(Symbol.asyncIterator in body)) throw new TypeError("no stream");
  return body;
};
const textOf = async (response: WireResponse | undefined): Promise<string> => Buffer.concat(await Array.fromAsync(bodyOf(response))).toString();

const cut = (bytes: Buffer, places: readonly number[]): Buffer[] => {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((left, right) => left - right);
  return ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end));
};

describe("a head", () => {
  test("is read wherever the chunks are cut, and every byte of the body is there", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), fc.array(fc.nat(), { maxLength: 20 }), async (text, places) => {
        const prelude = JSON.stringify({ statusCode: 201, headers: { "X-Text": "a" }, cookies: ["a=b"], ignored: text });
        const { streamed } = played(cut(Buffer.from(`${prelude}${nuls}${text}${nuls}`), places));
        const response = await streamedResponse(streamed);
        expect(response).toMatchObject({ status: 201, headers: { "x-text": "a", "set-cookie": ["a=b"], "content-type": "application/octet-stream" } });
        expect(await textOf(response)).toBe(`${text}${nuls}`);
      }),
    );
  });

  test("is an answer before the body has begun", async () => {
    const { streamed, asked } = played([Buffer.from(`{}${nuls}`), Buffer.from("later")]);
    expect(await streamedResponse(streamed)).toMatchObject({ status: 200 });
    expect(asked.chunks).toBe(1);
  });

  test("of any length is looked through once", async () => {
    const chunks = Array.from({ length: 300_000 }, () => Buffer.from("x"));
    const { streamed, asked } = played(chunks);
    expect(await streamedResponse(streamed)).toBeUndefined();
    expect(asked).toEqual({ chunks: 256 * 1024 + 1, left: 1 });
  });

  test.each([
    ["no JSON", `{"statusCode":200${nuls}body`],
    ["no object", `[]${nuls}body`],
    ["no status", `{"statusCode":1000}${nuls}body`],
    ["not ended", '{"statusCode":200}'],
    ["not there", ""],
  ])("that is %s is none, and its function may run on", async (_what, text) => {
    const { streamed, asked } = played([Buffer.from(text)]);
    expect(await streamedResponse(streamed)).toBeUndefined();
    expect(asked.left).toBe(1);
  });
});

test("a type that no header can have is none", async () => {
  expect(await streamedResponse(played([], { contentType: "text/plain\r\nx: y" }).streamed)).toBeUndefined();
});

test("who leaves the body leaves the function's", async () => {
  const { streamed, asked } = played([Buffer.from("a"), Buffer.from("b")], { contentType: "text/plain" });
  const response = await streamedResponse(streamed);
  for await (const _ of bodyOf(response)) break;
  expect(asked).toEqual({ chunks: 1, left: 1 });
});

test("a body whose function failed does not end as if it had not", async () => {
  const response = await streamedResponse(played([Buffer.from("a")], { contentType: "text/plain", errorType: "Error" }).streamed);
  await expect(textOf(response)).rejects.toMatchObject({ code: "FunctionUrlResponseBrokenOff" });
});
