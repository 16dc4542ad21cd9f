import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeFrame } from "../../../../test/harness/scripted-driver.ts";
import { Fault } from "../../../core/faults.ts";
import { FrameReader, type Frame } from "./frame-reader.ts";

function read(pieces: readonly Buffer[], keepBodyBytes = 100): [number, string, string | undefined][] {
  const frames: Frame[] = [];
  const receiver = { frame: (frame: Frame) => void frames.push(frame), chunk: () => expect.unreachable() };
  const reader = new FrameReader(keepBodyBytes, receiver);
  for (const piece of pieces) reader.push(piece);
  return frames.map(({ type, meta, body }) => [type, meta.toString(), body?.toString()]);
}

const header = (type: number, meta: number, body: number): Buffer => {
  const bytes = Buffer.alloc(9);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt32BE(meta, 1);
  bytes.writeUInt32BE(body, 5);
  return bytes;
};

describe("frames", () => {
  test("are the same wherever their bytes were cut", () => {
    const frame = fc.record({
      type: fc.constantFrom(16, 17, 18, 19),
      meta: fc.string({ maxLength: 20 }),
      body: fc.string({ maxLength: 200 }),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), fc.array(fc.nat(800), { maxLength: 12 }), (frames, cuts) => {
        const bytes = Buffer.concat(frames.map(({ type, meta, body }) => encodeFrame(type, meta, body)));
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).map((to, index) => bytes.subarray(places[index], to));
        const kept = frames.map(({ type, meta, body }) => [type, meta, Buffer.byteLength(body) > 100 ? undefined : body]);
        expect(read(pieces)).toEqual(kept);
        expect(read([...bytes].map((byte) => Buffer.from([byte])))).toEqual(kept);
      }),
      { numRuns: 200 },
    );
  });

  test("hand on chunks as they come, of any length, and keep nothing of them", () => {
    const seen: string[] = [];
    const reader = new FrameReader(100, {
      frame: ({ type }) => void seen.push(`frame ${type}`),
      chunk: (bytes) => void seen.push(`${bytes.length} bytes`),
    });
    const large = encodeFrame(21, "", Buffer.alloc(500));
    reader.push(encodeFrame(20, '{"requestId":"r"}'));
    reader.push(Buffer.concat([encodeFrame(21, "", "abc"), encodeFrame(21, ""), large.subarray(0, 109)]));
    reader.push(large.subarray(109));
    reader.push(Buffer.concat([header(21, 0, 0xffffffff), Buffer.alloc(7)]));
    expect(seen).toEqual(["frame 20", "3 bytes", "100 bytes", "400 bytes", "7 bytes"]);
  });

  test.each([
    ["of a type that is not the guest's", header(1, 0, 0)],
    ["of an unknown type", header(23, 0, 0)],
    ["of a chunk with meta", header(21, 2, 0)],
    ["with a body over 64 MiB", header(17, 2, 64 * 1024 * 1024 + 1)],
    ["with meta that has no end", header(17, 0xffffffff, 0)],
  ])("%s are refused before anything is kept", (_, bytes) => {
    expect(() => read([bytes])).toThrow(Fault);
    expect(() => read([bytes.subarray(0, 4), bytes.subarray(4)])).toThrow(Fault);
  });
});
