import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";

// Who knows one driver or service finds the way in every other: these names are in each of them.
const siblings = [
  // `linux` is no driver but what drivers for Linux are made of.
  { folder: "src/sandbox", except: ["linux"], names: ["driver.ts"] },
  { folder: "src/services", except: [], names: ["service.ts", "faults", "limits.ts", "parts.ts", "operations", "model"] },
];

const root = new URL("../../", import.meta.url);

const foldersIn = (folder: string, except: readonly string[]): string[] =>
  readdirSync(new URL(folder, root), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !except.includes(entry.name))
    .map((entry) => `${folder}/${entry.name}`);

describe.each(siblings)("$folder", ({ folder, except, names }) => {
  test.each(foldersIn(folder, except))(`%s has ${names.join(", ")}`, (sibling) => {
    expect(names.filter((name) => !existsSync(new URL(`${sibling}/${name}`, root)))).toEqual([]);
  });
});
