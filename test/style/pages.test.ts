// The pages that a newcomer reads first name and link only what is there.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const rooms = ["bench", "bin", "data", "docs", "guest", "src", "test", "tools"];
const places = rooms.flatMap((room) => [
  `/${room}`,
  ...readdirSync(new URL(room, root), { recursive: true, encoding: "utf8" }).map((path) => `/${room}/${path}`),
]);

/** By their full path or the end of it: `engine/invoke.ts`, `lifecycle.ts`, `store/sqlite/`. */
const isThere = (name: string): boolean => {
  const end = `/${name.replace(/\/$/, "")}`;
  return places.some((place) => place.endsWith(end));
};

describe.each(["README.md", "CONTRIBUTING.md", "docs/ARCHITECTURE.md"])("%s", (path) => {
  const page = new URL(path, root);
  const text = readFileSync(page, "utf8");

  test("names files and folders that exist", () => {
    const names = [...text.matchAll(/`(\w[\w./-]*(?:\/|\.(?:ts|py|md|json|cjs)))`/g)].map(([, name = ""]) => name);
    expect(names.filter((name) => !isThere(name) && !existsSync(new URL(name, root)))).toEqual([]);
  });

  test("links files that exist", () => {
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, target = ""]) => target);
    expect(targets.length).toBeGreaterThan(0);
    expect(targets.filter((target) => !existsSync(new URL(target, page)))).toEqual([]);
  });
});
