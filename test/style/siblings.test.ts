import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";

// Who knows one driver or service finds the way in every other: these names are in each of them.
const siblings = [
  { folder: "src/sandbox", names: ["driver.ts"] },
  { folder: "src/services", names: ["service.ts", "faults", "limits.ts", "parts.ts", "operations", "model"] },
];

const root = new URL("../../", import.meta.url);

const foldersIn = (folder: string): string[] =>
  readdirSync(new URL(folder, root), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${folder}/${entry.name}`);

describe.each(siblings)("$folder", ({ folder, names }) => {
  test.each(foldersIn(folder))(`%s has ${names.join(", ")}`, (sibling) => {
    expect(names.filter((name) => !existsSync(new URL(`${sibling}/${name}`, root)))).toEqual([]);
  });
});
