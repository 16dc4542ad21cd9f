// Runs probes on both sides and compares, field by field.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Missing } from "../../harness/build-cache.ts";
import { Comparison, type Made, type Probe, type Side } from "./compare.ts";

const fields = ["functionError", "contentType", "payload", "lines"] as const satisfies readonly (keyof Made)[];

export interface Difference {
  readonly name: string;
  /** Rejects with `Missing` where there is no toolchain for the official client. */
  readonly sides: () => Promise<readonly [ours: Side, official: Side]>;
  readonly probes: readonly Probe[];
}

export function describeDifference({ name, sides, probes }: Difference): void {
  describe(name, () => {
    let comparison: Comparison | undefined;
    let missing: string | undefined;
    beforeAll(async () => {
      try {
        comparison = await Comparison.start(...(await sides()));
      } catch (error) {
        if (!(error instanceof Missing)) throw error;
        missing = error.message;
      }
    }, 900_000);
    afterAll(() => comparison?.stop());

    test.for(probes)("$name", { timeout: 30_000 }, async (probe, { skip }) => {
      if (comparison === undefined) {
        skip(missing);
        return;
      }
      const [ours, official] = await comparison.run(probe);
      for (const field of fields) {
        const why = probe.differs?.[field];
        if (why === undefined) expect(ours?.[field], field).toEqual(official?.[field]);
        else expect(ours?.[field], `${field} is said to differ: ${why}`).not.toEqual(official?.[field]);
      }
    });
  });
}
