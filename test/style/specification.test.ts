import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const page = new URL("../../docs/SPECIFICATION.md", import.meta.url);

// A row of a table with a number in it is a figure; it links what proves it, or says that nothing does yet.
describe.skipIf(!existsSync(page))("docs/SPECIFICATION.md (skipped: not written yet)", () => {
  const rows = existsSync(page) ? readFileSync(page, "utf8").split("\n").filter((line) => /^\|.*\d/.test(line)) : [];

  test("promises figures", () => {
    expect(rows.length).toBeGreaterThan(0);
  });

  test.each(rows)("%s", (row) => {
    const proofs = [...row.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target = ""]) => target);
    if (proofs.length === 0) expect(row).toMatch(/\bpending\b/i);
    for (const proof of proofs) expect(existsSync(new URL(proof, page)), proof).toBe(true);
    if (proofs.length > 0) expect(proofs.join(" ")).toMatch(/bench\/|\.test\.ts|test\//);
  });
});
