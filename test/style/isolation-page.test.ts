import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isolationPage } from "../../tools/isolation-page.ts";
import { families } from "../hostile/families.ts";

test("docs/isolation.md is what tools/isolation-page.ts prints", () => {
  expect(readFileSync(new URL("../../docs/isolation.md", import.meta.url), "utf8")).toBe(isolationPage);
});

test("each attempt has a name of its own", () => {
  const names = families.flatMap((family) => family.attempts.map(({ name }) => name));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
