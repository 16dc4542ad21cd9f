import { describe, expect, test } from "vitest";
import { brokenBySizes, brokenBySource, brokenByText } from "./check-budgets.ts";

const why = "// What it is for.\n";
const file = (lines: number, comments: number): string => "// why\n".repeat(comments) + "code\n".repeat(lines - comments);

describe("a source file", () => {
  test.each([
    ["src/engine/index.ts", why, "index.ts names nothing"],
    ["src/engine/string-utils.ts", why, 'file name says "utils"'],
    ["src/engine/a.ts", `${why}export * from "./b.ts";\n`, "export * hides what is exported"],
    ["src/engine/a.ts", "export const a = 1;\n", "begins without saying what it is for"],
    ["src/engine/a.ts", `${why}export async function handleRequest() {}\n`, 'handleRequest says "handle"'],
    ["src/engine/a.ts", `${why}export class QueueManager {}\n`, 'QueueManager says "manager"'],
    ["src/engine/a.ts", `${why}export function processEvent() {}\n`, 'processEvent says "process"'],
  ])("%s breaks a rule", (name, text, rule) => {
    expect(brokenBySource(name, text)).toEqual([rule]);
  });

  test("with names that say something breaks none", () => {
    const text = `${why}export const handlerOf = 1;\nexport class ProcessSandbox {}\nexport const childProcess = 1;\n`;
    expect(brokenBySource("src/sandbox/process/process-tree.ts", text)).toEqual([]);
  });
});

describe("a committed file", () => {
  const folder = ["", "work", "main", "x.ts"].join("/");
  const host = ["https:/", "registry.example.org", "a.tgz"].join("/");

  test("names no folder of a machine", () => {
    expect(brokenByText(`see ${folder}.`)).toHaveLength(1);
    expect(brokenByText("/var/task, /tmp and docs/work/a are everyone's")).toEqual([]);
  });

  test("names no host that packages came from", () => {
    expect(brokenByText(`"resolved": "${host}"`)).not.toEqual([]);
    expect(brokenByText(`fetch ${host}`)).not.toEqual([]);
    expect(brokenByText('"resolved": "tools/toolchain", https://docs.aws.amazon.com/lambda')).toEqual([]);
  });
});

describe("all sources together", () => {
  test("within the budgets break none", () => {
    expect(brokenBySizes(Array.from({ length: 20 }, () => file(100, 15)), 6)).toEqual([]);
  });

  test.each([
    ["too many long files", Array.from({ length: 10 }, () => file(401, 60)), 0, "one file in twenty has more than 401 lines"],
    ["too many assertions", [file(1_000, 150)].concat(Array.from({ length: 30 }, () => file(1, 0))), 4, "3.9 type assertions in a thousand lines"],
    ["too few comments", [file(100, 7)], 0, "7.0 % of the lines are comments"],
    ["too many comments", [file(100, 31)], 0, "31.0 % of the lines are comments"],
  ])("%s", (_, texts, assertions, rule) => {
    expect(brokenBySizes(texts, assertions)).toEqual([rule]);
  });
});
