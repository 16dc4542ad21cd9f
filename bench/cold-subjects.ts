// What cold starts are measured on: functions in the languages of this machine, and the bare program beside each.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { readSettings } from "../src/config.ts";
import { openRuntimes } from "../src/main.ts";
import type { FunctionPlan } from "./lambent.ts";
import { staticBootstrap } from "./static-bootstrap.ts";

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** Of the bare program, or of a program that is nothing but its start: milliseconds. */
export type ColdPromise = { readonly kind: "of bare"; readonly p50: number; readonly p99?: number } | { readonly kind: "absolute"; readonly p50Ms: number };

export interface ColdSubject {
  readonly name: string;
  readonly bare: { readonly name: string; readonly command: Command } | undefined;
  readonly plan: Omit<FunctionPlan, "memoryMiB">;
  readonly promise: ColdPromise;
  /** Whether it loads nothing but itself. */
  readonly isHello: boolean;
  /** How far apart they come where the usual rate is more than two processors can boot. */
  readonly paceMs?: number;
}

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const text = (name: string): Buffer => readFileSync(fixture(name));

export const helloNode: ColdSubject = {
  name: "Node.js",
  bare: { name: "node hello.mjs", command: [process.execPath, fixture("bare-hello.mjs")] },
  plan: { files: { "index.mjs": text("hello.mjs") } },
  promise: { kind: "of bare", p50: 0.2, p99: 0.75 },
  isHello: true,
};

/** What cannot be measured here is left out, with a word. `folder`: for what has to be built. */
export async function coldSubjects(folder: string): Promise<readonly ColdSubject[]> {
  const [pythons, [ruby]] = await Promise.all([installed("python"), installed("ruby")]);
  return [
    helloNode,
    ...pythonSubjects(pythons),
    ...(ruby === undefined ? [] : [rubySubject(ruby)]),
    ...orWithout("Java", () => [javaSubject(folder)]),
    ...orWithout("static", () => [staticSubject()]),
    await sdkSubject(folder),
  ];
}

function orWithout(name: string, build: () => readonly ColdSubject[]): readonly ColdSubject[] {
  try {
    return build();
  } catch (error) {
    process.stderr.write(`${name} is left out: ${error instanceof Error ? error.message.split("\n", 1)[0] : String(error)}\n`);
    return [];
  }
}

interface Installed {
  readonly id: string;
  readonly program: string;
}

/** The runtimes of a language that are on this machine, the newest first. */
async function installed(language: string): Promise<readonly Installed[]> {
  const known = await openRuntimes(readSettings({ logLevel: "error" }, undefined)).list();
  const found = known.flatMap((status) => (status.state === "ready" && status.id.startsWith(language) ? [{ id: status.id, program: status.versions[0]?.program ?? language }] : []));
  if (found.length === 0) process.stderr.write(`${language} is not installed and left out\n`);
  return found;
}

/** The one with boto3 on the newest Python that has a boto3 of its own to compare with. */
function pythonSubjects(pythons: readonly Installed[]): readonly ColdSubject[] {
  const withBoto3 = pythons.find(({ program }) => imports(program, "boto3"));
  if (withBoto3 === undefined) process.stderr.write("boto3 is left out: no Python here has it\n");
  return [
    ...pythons.slice(0, 1).map((python) => pythonSubject("Python", "hello.py", "bare-hello.py", python)),
    ...(withBoto3 === undefined ? [] : [pythonSubject("Python, boto3 of the runtime", "boto3_clients.py", "boto3_clients.py", withBoto3)]),
  ];
}

const pythonSubject = (name: string, file: string, bareFile: string, { id, program }: Installed): ColdSubject => ({
  name,
  bare: { name: `python3 ${bareFile}`, command: [program, fixture(bareFile)] },
  plan: { runtime: id, files: { "index.py": text(file) } },
  promise: { kind: "of bare", p50: 0.4 },
  isHello: file === "hello.py",
});

function imports(python: string, name: string): boolean {
  try {
    execFileSync(python, ["-c", `import ${name}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Of `ruby hello.rb`, which loads RubyGems. */
const rubySubject = ({ id, program }: Installed): ColdSubject => ({
  name: "Ruby",
  bare: { name: "ruby hello.rb", command: [program, fixture("bare-hello.rb")] },
  plan: { runtime: id, files: { "index.rb": text("hello.rb") } },
  promise: { kind: "of bare", p50: 1 },
  isHello: true,
});

function javaSubject(folder: string): ColdSubject {
  const classes = join(folder, "java");
  mkdirSync(classes, { recursive: true });
  execFileSync("javac", ["-d", classes, fixture("Hello.java")], { stdio: "pipe" });
  const version = /^javac (\d+)/.exec(execFileSync("javac", ["-version"]).toString())?.[1] ?? "";
  return {
    name: "Java",
    bare: { name: "java Hello", command: ["java", "-cp", classes, "Hello"] },
    plan: { runtime: `java${version}`, handler: "Hello::handle", files: { "Hello.class": readFileSync(join(classes, "Hello.class")) } },
    promise: { kind: "of bare", p50: 0.3 },
    isHello: true,
    // A boot takes 0.25 s of processor time.
    paceMs: 500,
  };
}

function staticSubject(): ColdSubject {
  return {
    name: "static custom runtime",
    bare: undefined,
    plan: { runtime: "provided.al2023", files: { bootstrap: staticBootstrap() } },
    promise: { kind: "absolute", p50Ms: 6 },
    isHello: true,
  };
}

/** The official clients in one file, as bundlers make it. */
async function sdkSubject(folder: string): Promise<ColdSubject> {
  const file = join(folder, "sdk", "index.cjs");
  const bundle = await rolldown({ input: fixture("sdk-clients.mjs"), platform: "node", logLevel: "silent" });
  await bundle.write({ file, format: "cjs", minify: true, codeSplitting: false });
  await bundle.close();
  return {
    name: "Node.js, AWS SDK bundled",
    bare: { name: "node, the same bundle", command: [process.execPath, fixture("bare-sdk.cjs"), file] },
    plan: { files: { "index.cjs": readFileSync(file) } },
    promise: { kind: "of bare", p50: 0.6 },
    isHello: false,
  };
}
