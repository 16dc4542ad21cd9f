import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { settingsPage } from "../../tools/settings-page.ts";

test("docs/settings.md is what tools/settings-page.ts prints", () => {
  expect(readFileSync(new URL("../../docs/settings.md", import.meta.url), "utf8")).toBe(settingsPage);
});
