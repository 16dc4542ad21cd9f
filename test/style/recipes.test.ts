import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";

const folder = new URL("../../docs/adding/", import.meta.url);
const root = new URL("../../", import.meta.url);

const recipes = [
  "a-push-target.md",
  "a-runtime.md",
  "a-sandbox-driver.md",
  "a-service.md",
  "a-setting.md",
  "an-api-operation.md",
  "an-event-source.md",
];

test("there is a recipe for each thing that people add", () => {
  expect(readdirSync(folder).toSorted()).toEqual(recipes);
});

describe.each(recipes)("%s", (name) => {
  const page = new URL(name, folder);
  const text = existsSync(page) ? readFileSync(page, "utf8") : "";

  test("names the places touched and the proof", () => {
    expect(text).toMatch(/^## Places$/m);
    expect(text).toMatch(/^## Proof$/m);
  });

  test("links files that exist", () => {
    const targets = [...text.matchAll(/\]\((?!https:)([^)#]+)[^)]*\)/g)].map(([, target = ""]) => target);
    expect(targets.length).toBeGreaterThan(0);
    expect(targets.filter((target) => !existsSync(new URL(target, page)))).toEqual([]);
  });

  test("names files that exist, or that the recipe makes", () => {
    // `src/services/<name>/` is one to make; pages on rooms to come say so.
    const paths = [...text.matchAll(/`((?:src|data|test|tools|guest|docs|bench)\/[^`<*\s]+)`/g)].map(([, path = ""]) => path);
    const toCome = /arrives? with|does not exist yet/.test(text) ? /^src\/triggers\// : /^$/;
    expect(paths.filter((path) => !toCome.test(path) && !existsSync(new URL(path, root)))).toEqual([]);
  });
});
