import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeLogFrame } from "../../../test/harness/scripted-driver.ts";
import { longestLineBytes } from "./line-splitter.ts";
import { LogFrameReader, type FramedMessage } from "./log-frames.ts";

const [textInfo, jsonError] = [0xa55a_000f, 0xa55a_0016];

function read(pieces: readonly Buffer[]): { messages: FramedMessage[]; unframed: string } {
  const messages: FramedMessage[] = [];
  const unframed: Buffer[] = [];
  const reader = new LogFrameReader({ message: (message) => void messages.push(message), unframed: (bytes) => void unframed.push(bytes) });
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return { messages, unframed: Buffer.concat(unframed).toString() };
}

/** As clients of before 2023 wrote it. */
function untimedFrame(message: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(0xa55a_0001, 0);
  header.writeUInt32BE(Buffer.byteLength(message), 4);
  return Buffer.concat([header, Buffer.from(message)]);
}

describe("framed messages", () => {
  test("are whole, with their level and time, without the newline at their end", () => {
    const frames = [encodeLogFrame(textInfo, "two\nlines\n", 1_700_000_000_123), encodeLogFrame(jsonError, "{}", 5), untimedFrame("old\n")];
    expect(read(frames)).toEqual({
      messages: [
        { text: "two\nlines", level: "INFO", timeMs: 1_700_000_000_123 },
        { text: "{}", level: "ERROR", timeMs: 5 },
        { text: "old", level: undefined, timeMs: undefined },
      ],
      unframed: "",
    });
  });

  test.each([
    [0xa55a_0003, undefined],
    [0xa55a_0007, "TRACE"],
    [0xa55a_000a, "DEBUG"],
    [0xa55a_0012, "WARN"],
    [0xa55a_001b, "FATAL"],
  ])("of type %i have the level %s", (type, level) => {
    expect(read([encodeLogFrame(type, "x", 0)]).messages).toMatchObject([{ level }]);
  });

  test("are the same wherever their bytes were cut", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 60 }), { maxLength: 6 }), fc.array(fc.nat(500), { maxLength: 12 }), (texts, cuts) => {
        const bytes = Buffer.concat(texts.map((text, index) => (index % 3 === 2 ? untimedFrame(`${text}\n`) : encodeLogFrame(textInfo, `${text}\n`, 7))));
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).map((to, index) => bytes.subarray(places[index], to));
        expect(read(pieces).messages.map(({ text }) => text)).toEqual(texts);
        expect(read([...bytes].map((byte) => Buffer.from([byte]))).messages.map(({ text }) => text)).toEqual(texts);
      }),
      { numRuns: 200 },
    );
  });

  test("longer than any event are told of in pieces, however long they claim to be", () => {
    const frame = encodeLogFrame(textInfo, "x".repeat(2 * longestLineBytes + 3), 0);
    frame.writeUInt32BE(0xffff_ffff, 4);
    const pieces = Array.from({ length: Math.ceil(frame.length / 65_536) }, (_, index) => frame.subarray(index * 65_536, (index + 1) * 65_536));
    expect(read(pieces).messages.map(({ text }) => text.length)).toEqual([longestLineBytes, longestLineBytes, 3]);
  });

  test("end at the first that is none: from there on all is plain text", () => {
    const { messages, unframed } = read([encodeLogFrame(textInfo, "good", 0), Buffer.from("plain text\n"), encodeLogFrame(textInfo, "x", 0)]);
    expect(messages).toHaveLength(1);
    expect(unframed).toMatch(/^plain text\n/);
  });

  test.each([0xa55a_0000, 0xa55a_001f, 0xa55b_0003, 0x0000_0003])("are not of type %i", (type) => {
    expect(read([encodeLogFrame(type, "x", 0)]).messages).toEqual([]);
  });

  test("hold no more than one event whatever is sent, and lose nothing that is not a header", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }).map((random) => Buffer.from(random)),
      fc.tuple(fc.integer({ min: 0, max: 0x20 }), fc.string({ maxLength: 40 })).map(([low, text]) => encodeLogFrame(0xa55a_0000 + low, text, 0)),
    );
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 12 }), (pieces) => {
        const { messages, unframed } = read(pieces);
        const [kept, sent] = [messages.reduce((sum, { text }) => sum + text.length, unframed.length), Buffer.concat(pieces).length];
        expect(kept).toBeLessThanOrEqual(sent);
      }),
      { numRuns: 500 },
    );
  });

  test("may be cut off by the end of their guest", () => {
    expect(read([encodeLogFrame(textInfo, "last words", 0).subarray(0, 20)]).messages).toMatchObject([{ text: "last" }]);
  });
});
