import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { systemIds } from "../core/ids.ts";
import type { Lineage } from "../functions/recursion-config.ts";
import { traceFor } from "./trace.ts";

const clock = new ManualClock(0x5759e988 * 1000);
const root = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
const own: Lineage = { id: "a87bd80c", recursiveLoop: "Terminate" };
const trace = (sent: string | undefined, through = own): string => traceFor(sent, through, clock, systemIds);

describe("the trace of an invoke", () => {
  test("is the caller's, with the function that it comes through", () => {
    expect(trace(root)).toBe(`${root};Lineage=a87bd80c:0`);
  });

  test.each([undefined, "", "Root=1", `Root=1-5759e988-bd862e3fe1be46a994272793;${"x".repeat(2000)}`, "Root=1-5759e988-bd862e3fe1be46a994272793;\u0000"])(
    "begins anew when the caller sent %j",
    (sent) => {
      expect(trace(sent)).toMatch(/^Root=1-5759e988-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=a87bd80c:0$/);
    },
  );
});

describe("the lineage", () => {
  test.each([
    ["a first pass", "", "a87bd80c:0"],
    ["a second", "a87bd80c:0", "a87bd80c:1"],
    ["AWS's newer form", "1:a87bd80c:4", "a87bd80c:5"],
    ["another function", "68fd508a:5", "68fd508a:5|a87bd80c:0"],
    ["the last of several", "a87bd80c:1|68fd508a:5|c512fbe3:2", "68fd508a:5|c512fbe3:2|a87bd80c:2"],
    ["boto3's encoding", "a87bd80c:1%7C68fd508a:5", "68fd508a:5|a87bd80c:2"],
    ["the higher of two", "a87bd80c:7|a87bd80c:1", "a87bd80c:8"],
    ["what is no entry", "a87bd80c:-1|x|:|a87bd80c:1e9|a87bd80c:999999|__proto__:1|A87BD80C:1", "a87bd80c:0"],
  ])("counts %s", (_what, sent, counted) => {
    expect(trace(`${root};Lineage=${sent}`)).toBe(`${root};Lineage=${counted}`);
  });

  test("is taken from wherever it stands, also when there are two", () => {
    expect(trace(`Lineage=a87bd80c:3;${root};Lineage=68fd508a:1`)).toBe(`${root};Lineage=68fd508a:1|a87bd80c:4`);
  });

  test("stops a chain after 16 passes through the function", () => {
    let sent = trace(undefined);
    for (let pass = 2; pass <= 16; pass++) sent = trace(sent);
    expect(sent).toMatch(/Lineage=a87bd80c:15$/);
    expect(() => trace(sent)).toThrow(expect.objectContaining({ code: "RecursiveInvocationException", status: 400 }));
    expect(trace(sent, { ...own, id: "68fd508a" })).toMatch(/Lineage=a87bd80c:15\|68fd508a:0$/);
  });

  test("lets a chain go on through a function that allows it, and counts on without end", () => {
    const allowed: Lineage = { ...own, recursiveLoop: "Allow" };
    expect(trace(`${root};Lineage=a87bd80c:15`, allowed)).toMatch(/Lineage=a87bd80c:16$/);
    expect(trace(`${root};Lineage=a87bd80c:99999`, allowed)).toMatch(/Lineage=a87bd80c:99999$/);
  });

  test("is told on whatever else the caller's trace has, so that no chain loses count", () => {
    const field = fc.string({ unit: fc.constantFrom("a", "Z", "0", "=", ":", "|", "%", "-", ".", " ", ";", "Lineage=", "a87bd80c:3"), maxLength: 90 });
    fc.assert(
      fc.property(field, field, (before, after) => {
        let sent = trace(`${before};${root};${after}`, { ...own, recursiveLoop: "Allow" });
        expect(sent.length).toBeLessThan(1100);
        for (let pass = 1; pass < 16; pass++) sent = trace(encodeURI(sent).replaceAll("%25", "%"), { ...own, recursiveLoop: "Allow" });
        expect(() => trace(sent)).toThrow("recursive loop");
      }),
    );
  });

  test("stays short, whatever number of functions a chain comes through, and forgets those of long ago", () => {
    let sent: string | undefined;
    for (let n = 0; n < 1000; n++) sent = trace(sent, { ...own, id: n.toString(16).padStart(8, "0") });
    expect(sent?.length).toBeLessThan(512);
    expect(sent?.split("|")).toHaveLength(32);
    expect(sent).toMatch(/\|000003e7:0$/);
  });
});
