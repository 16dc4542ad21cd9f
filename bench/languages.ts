// The languages in which many functions are measured: their hello function, and the bare program that does the same.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSettings } from "../src/config.ts";
import { openRuntimes } from "../src/main.ts";
import type { FunctionPlan } from "./lambent.ts";

export interface Language {
  readonly name: string;
  readonly plan: FunctionPlan;
  /** Undefined: it is its own bare program. */
  readonly bare: readonly [program: string, ...args: string[]] | undefined;
}

const fixture = (file: string): string => fileURLToPath(new URL(`fixtures/${file}`, import.meta.url));

/** Those that this machine has, and of them those whose name has `only` in it; what is missing is said. */
export async function measuredLanguages(only = ""): Promise<readonly Language[]> {
  const node: Language = { name: "Node.js", plan: { files: { "index.mjs": readFileSync(fixture("hello.mjs")) } }, bare: [process.execPath, fixture("bare-hello.mjs")] };
  return [node, ...(await python()), ...compiled()].filter(({ name }) => name.includes(only));
}

async function python(): Promise<readonly Language[]> {
  const known = await openRuntimes(readSettings({ logLevel: "error" }, undefined)).list();
  const runtime = (["python3.14", "python3.13", "python3.12", "python3.11"] as const).find((id) => known.some((status) => status.id === id && status.state === "ready"));
  const program = known.flatMap((status) => (status.id === runtime && status.state === "ready" ? [status.versions[0]?.program] : []))[0];
  if (runtime === undefined || program === undefined) {
    console.log("Python is not measured: none of AWS's versions is installed");
    return [];
  }
  return [{ name: "Python", plan: { runtime, files: { "index.py": readFileSync(fixture("hello.py")) } }, bare: [program, fixture("bare-hello.py")] }];
}

function compiled(): readonly Language[] {
  const folder = mkdtempSync(join(tmpdir(), "lambent-bench-"));
  try {
    execFileSync("cc", ["-O2", "-static", "-o", join(folder, "bootstrap"), fixture("bootstrap.c")], { stdio: "ignore" });
    return [{ name: "static", plan: { runtime: "provided.al2023", files: { bootstrap: readFileSync(join(folder, "bootstrap")) } }, bare: undefined }];
  } catch {
    console.log("a static program is not measured: there is no C compiler");
    return [];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
