import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Pieces } from "./pieces.ts";

describe("pieces", () => {
  test("are the same bytes in the same order, however they were cut", () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.nat(40_000).map((length) => new Uint8Array(length).fill(length % 251)));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (list) => {
        const pieces = new Pieces();
        for (const one of list) pieces.add(one);
        expect(pieces.bytes).toBe(list.reduce((sum, { length }) => sum + length, 0));
        expect(Buffer.concat([pieces.whole()]).equals(Buffer.concat(list))).toBe(true);
      }),
    );
  });

  test("go on after they were asked for", () => {
    const pieces = new Pieces();
    expect(pieces.whole()).toHaveLength(0);
    for (const text of ["a", "b", "c"]) {
      pieces.add(Buffer.from(text));
      pieces.whole();
    }
    expect(Buffer.from(pieces.whole()).toString()).toBe("abc");
  });

  test("cost no more for being many", () => {
    const pieces = new Pieces();
    const slab = Buffer.alloc(6 * 1024 * 1024, 1);
    for (let at = 0; at < slab.length; at += 1) pieces.add(slab.subarray(at, at + 1));
    expect(Buffer.from(pieces.whole()).equals(slab)).toBe(true);
  });
});
