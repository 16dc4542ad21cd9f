// Which runtime and handler a folder of code is for, where its files say so.
import { readdir } from "node:fs/promises";
import { extname } from "node:path";
import type { Settings } from "../config.ts";
import { CommandError } from "./command-error.ts";

export interface DetectedRuntime {
  readonly runtime: string;
  readonly handler: string;
}

/** Names of modules that people give their handler, the commonest first. */
const moduleNames = ["index", "handler", "app", "lambda_function", "main"];

interface Family {
  readonly runtimes: RegExp;
  readonly extensions: readonly string[];
  /** As AWS's console calls it in a new function. */
  readonly exported: string;
}

const families: readonly Family[] = [
  { runtimes: /^nodejs/, extensions: [".mjs", ".js", ".cjs"], exported: "handler" },
  { runtimes: /^python/, extensions: [".py"], exported: "lambda_handler" },
  { runtimes: /^ruby/, extensions: [".rb"], exported: "lambda_handler" },
];

/** Of the languages that are on this machine the newest version. Rejects with what to give instead. */
export async function detectRuntime(folder: string, settings: Settings): Promise<DetectedRuntime> {
  const files = new Set(await readdir(folder));
  const { openRuntimes } = await import("../main.ts");
  if (files.has("bootstrap")) return { runtime: "provided.al2023", handler: "bootstrap" };
  for (const { runtimes, extensions, exported } of families) {
    const module = moduleNames.find((name) => extensions.some((extension) => files.has(`${name}${extension}`)));
    const installed = module === undefined ? [] : (await openRuntimes(settings).list()).filter(({ id, state }) => state === "ready" && runtimes.test(id));
    const newest = installed.map(({ id }) => id).sort((a, b) => b.localeCompare(a, "en", { numeric: true }))[0];
    if (module !== undefined && newest !== undefined) return { runtime: newest, handler: `${module}.${exported}` };
  }
  const seen = [...new Set(Array.from(files, (name) => extname(name)).filter((extension) => extension !== ""))].join(", ");
  throw new CommandError(`what ${folder} holds (${seen === "" ? "nothing" : seen}) does not say what it runs on: give --runtime and --handler, e.g. --runtime nodejs26.x --handler index.handler`);
}
