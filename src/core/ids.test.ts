import { expect, test } from "vitest";
import { systemIds } from "./ids.ts";

test("hex has two digits a byte and never repeats, also over the edge of what was asked of the kernel", () => {
  const seen = new Set(Array.from({ length: 2000 }, () => systemIds.hex(12)));
  expect(seen.size).toBe(2000);
  for (const hex of seen) expect(hex).toMatch(/^[0-9a-f]{24}$/);
  expect(systemIds.hex(5000)).toMatch(/^[0-9a-f]{10000}$/);
});

test("request ids are version 4 UUIDs", () => {
  expect(systemIds.requestId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
