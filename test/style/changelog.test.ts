import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const lines = readFileSync(new URL("../../CHANGELOG.md", import.meta.url), "utf8").trimEnd().split("\n");
const headings = lines.filter((line) => line.startsWith("#"));

// https://keepachangelog.com/en/1.1.0/
const kinds = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

test("begins with what is not released yet, then the versions with their dates", () => {
  const [title, first, ...versions] = headings.filter((line) => !line.startsWith("### "));
  expect(title).toBe("# Changelog");
  expect(first).toBe("## [Unreleased]");
  for (const version of versions) expect(version).toMatch(/^## \[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}$/);
});

test("sorts changes by their kind", () => {
  for (const heading of headings.filter((line) => line.startsWith("### "))) expect(kinds).toContain(heading.slice(4));
});

test("tells one change a line", () => {
  const told = lines.slice(lines.indexOf("## [Unreleased]")).filter((line) => line !== "" && !line.startsWith("#"));
  expect(told.length).toBeGreaterThan(0);
  for (const line of told) expect(line).toMatch(/^(?:- |\[[^\]]+\]: https:\/\/)\S/);
});
