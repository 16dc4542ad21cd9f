// House rules that no lint rule states: sizes over all of src, comments, names, and what never stands in a committed
// file. What holds for one file or function by itself (.oxlintrc.json: max-lines, max-classes-per-file, …) is not here.
import { execFileSync, spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";

const budgets = {
  /** Lines of a file that one in twenty may exceed. */
  fileP95Lines: 400,
  /** `as` in a thousand lines. */
  assertionsPerThousandLines: 3,
  commentShare: { least: 0.1, most: 0.3 },
};

/** Words that say nothing. `process` is one as a verb, at the start of a function's name: `process-tree.ts` has a process. */
const emptyWords = new Set(["manager", "helper", "helpers", "handle", "data", "info", "util", "utils", "common", "shared", "misc"]);

const wordsOf = (name: string): string[] =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);

const linesOf = (text: string): string[] => text.trimEnd().split("\n");

const isComment = (line: string): boolean => /^\s*(?:\/\/|\/\*|\*)/.test(line);

/** What one source file breaks. */
export function brokenBySource(file: string, text: string): string[] {
  const broken: string[] = [];
  const name = path.basename(file);
  if (name === "index.ts") broken.push("index.ts names nothing");
  for (const word of wordsOf(name)) if (emptyWords.has(word)) broken.push(`file name says "${word}"`);
  if (/^export \*/m.test(text)) broken.push("export * hides what is exported");
  if (!/^(?:#!|\/\/|\/\*\*)/.test(text)) broken.push("begins without saying what it is for");
  for (const [, exported = ""] of text.matchAll(/^export (?:async )?(?:function\*?|const|class) (\w+)/gm)) {
    const empty = wordsOf(exported).find((word) => emptyWords.has(word));
    if (empty !== undefined) broken.push(`${exported} says "${empty}"`);
  }
  for (const [, verb] of text.matchAll(/^export (?:async )?function\*? (process[A-Z]\w*)/gm)) broken.push(`${verb} says "process"`);
  return broken;
}

/** What no committed file holds: folders of someone's machine, hosts that packages came from. */
export function brokenByText(text: string): string[] {
  const paths = text.match(/(?<![\w.~}-])\/(?:work|root|Users)\/[\w./-]+/g) ?? [];
  const hosts = text.match(/"resolved": "https?:[^"]+"|https?:\/\/(?:registry|artifactory)\.[^\s"'`)]+/g) ?? [];
  return [...paths.map((found) => `machine path ${found}`), ...hosts.map((found) => `registry host ${found}`)];
}

/** What all sources together break. */
export function brokenBySizes(texts: readonly string[], assertions: number): string[] {
  const sizes = texts.map((text) => linesOf(text).length).toSorted((a, b) => a - b);
  const p95 = sizes[Math.ceil(sizes.length * 0.95) - 1] ?? 0;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const density = (1_000 * assertions) / total;
  const share = texts.flatMap(linesOf).filter(isComment).length / total;
  const broken: string[] = [];
  if (p95 > budgets.fileP95Lines) broken.push(`one file in twenty has more than ${p95} lines`);
  if (density > budgets.assertionsPerThousandLines) broken.push(`${density.toFixed(1)} type assertions in a thousand lines`);
  if (share < budgets.commentShare.least || share > budgets.commentShare.most) {
    broken.push(`${(100 * share).toFixed(1)} % of the lines are comments`);
  }
  return broken;
}

function countAssertions(root: string): number {
  const options = ["-c", "tools/type-assertions.oxlintrc.json", "-f", "json", "src"];
  const { stdout } = spawnSync(path.join(root, "node_modules/.bin/oxlint"), options, { cwd: root, encoding: "utf8" });
  const report: { diagnostics: unknown[] } = JSON.parse(stdout);
  return report.diagnostics.length;
}

if (import.meta.main) {
  const root = path.join(import.meta.dirname, "..");
  const read = (file: string): string => readFileSync(path.join(root, file), "utf8");
  const sources = globSync(["src/**/*.ts", "tools/*.ts"], { cwd: root }).filter((file) => !/\.(?:test|case)\.ts$/.test(file));
  const committed = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0").filter(Boolean);
  const found = [
    ...sources.flatMap((file) => brokenBySource(file, read(file)).map((rule) => `${file}: ${rule}`)),
    ...committed.flatMap((file) => brokenByText(read(file)).map((rule) => `${file}: ${rule}`)),
    ...brokenBySizes(sources.filter((file) => file.startsWith("src/")).map(read), countAssertions(root)),
  ];
  for (const line of found) console.error(line);
  process.exitCode = found.length > 0 ? 1 : 0;
}
