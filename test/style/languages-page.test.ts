import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { languagesPage } from "../../tools/languages-page.ts";
import { languages } from "../runtimes/languages.ts";

test("docs/languages.md is what tools/languages-page.ts prints", () => {
  expect(readFileSync(new URL("../../docs/languages.md", import.meta.url), "utf8")).toBe(languagesPage);
});

test("every client of the page runs through the matrix", () => {
  const folder = new URL("../runtimes/", import.meta.url);
  const tests = readdirSync(folder).filter((name) => name.endsWith(".test.ts")).map((name) => readFileSync(new URL(name, folder), "utf8")).join("\n");
  expect(Object.keys(languages).filter((name) => !tests.includes(`languages.${name}.forEach(describeClient)`))).toEqual([]);
});
