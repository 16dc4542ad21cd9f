import { describe, expect, test } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { systemIds } from "../core/ids.ts";
import { traceFor } from "./trace.ts";

const clock = new ManualClock(0x5759e988 * 1000);

describe("the trace of an invoke", () => {
  test("is the caller's", () => {
    const sent = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0";
    expect(traceFor(sent, clock, systemIds)).toBe(sent);
  });

  test.each([undefined, "", "Root=1", `Root=1-5759e988-bd862e3fe1be46a994272793;${"x".repeat(2000)}`, "Root=1-5759e988-bd862e3fe1be46a994272793;\u0000"])(
    "begins anew when the caller sent %j",
    (sent) => {
      expect(traceFor(sent, clock, systemIds)).toMatch(/^Root=1-5759e988-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/);
    },
  );
});
