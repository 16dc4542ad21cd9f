// Runs one function under our own bootstrap and under AWS's official client, and says what each made of it, in a form
// that can be compared: without times and folders, and without the frames of either client in traces.
import { expect } from "vitest";
import type { InvokeOutcome } from "../../../src/engine/engine.ts";
import { requestIdOf } from "../../harness/engine.ts";
import { startRealEngine, type RealEngine } from "../../harness/real-engine.ts";

export interface Probe {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly handler?: string;
  readonly event?: unknown;
  readonly clientContext?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What is known to differ, and why. Whatever is named here must differ. */
  readonly differs?: Readonly<Partial<Record<keyof Made, string>>>;
}

/** What came of a probe. */
export interface Made {
  readonly functionError: string | undefined;
  readonly contentType: string;
  readonly payload: unknown;
  /** Lines of the log between START and END. */
  readonly lines: readonly string[];
}

export interface Side {
  readonly runtime: string;
  /** Of a client that the function brings. */
  readonly bootstrap?: string;
}

interface RunningSide {
  readonly side: Side;
  readonly engine: RealEngine;
}

export class Comparison {
  readonly #sides: readonly RunningSide[];

  constructor(sides: readonly RunningSide[]) {
    this.#sides = sides;
  }

  static async start(...sides: readonly Side[]): Promise<Comparison> {
    return new Comparison(await Promise.all(sides.map(async (side) => ({ side, engine: await startRealEngine() }))));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#sides.map(({ engine }) => engine.stop()));
  }

  run(probe: Probe): Promise<readonly Made[]> {
    return Promise.all(this.#sides.map(({ side, engine }) => runOne(probe, side, engine)));
  }
}

const uuid = "11111111-1111-4111-8111-111111111111";

async function runOne(probe: Probe, { runtime, bootstrap }: Side, engine: RealEngine): Promise<Made> {
  const name = `probe-${probe.name.replaceAll(/[^a-z0-9]+/gi, "-")}`;
  const files = { "a folder that is there": "", ...probe.files, ...(bootstrap === undefined ? {} : { bootstrap }) };
  const { handler, environment = {}, clientContext } = probe;
  await engine.put(name, files, { runtime, environment, timeoutSeconds: 10, ...(handler === undefined ? {} : { handler }) });
  const outcome = await engine.invoke(name, probe.event ?? {}, { requestId: requestIdOf(uuid), clientContext });
  // The runtime may not be done yet when it has answered.
  await expect.poll(() => engine.logs.linesOf(name).some((line) => line.startsWith("END "))).toBe(true);
  const lines = engine.logs.linesOf(name);
  const from = lines.findIndex((line) => line.startsWith("START "));
  const between = lines.slice(from + 1, lines.findIndex((line) => line.startsWith("END ")));
  const own = between.filter((line) => !line.startsWith("INIT_REPORT ")).flatMap((line) => line.split(/\r|\n/)).filter((line) => line !== "");
  return {
    functionError: outcome.functionError,
    contentType: outcome.contentType ?? "application/json",
    payload: payloadOf(outcome),
    lines: own.map(comparable).filter((line) => line !== undefined),
  };
}

function payloadOf({ payload }: InvokeOutcome): unknown {
  const text = Buffer.from(payload).toString("utf8");
  try {
    return JSON.parse(text, (_key, value: unknown) => (Array.isArray(value) ? value.map(comparableItem).filter((item) => item !== undefined) : comparableItem(value)));
  } catch {
    return text;
  }
}

const comparableItem = (value: unknown): unknown => (typeof value === "string" ? comparable(value) : value);

/** Undefined for what only one side can have: a frame of a client's own, in a trace by itself or in a list in a line. */
function comparable(text: string): string | undefined {
  if (/^- .*\/aws-lambda-ric\/(?:dist\/)?index\.mjs$/.test(text)) return undefined;
  if (/^ {2}File "[^"]*\/(?:guest-[0-9a-f]+|awslambdaric)\//.test(text)) return undefined;
  const plain = text
    .replaceAll(/(?:file:\/\/)?\/[^\s"',;()]*\/code\/probe-[\w-]+/g, "<task>")
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "<time>")
    // On what a client calls the handler.
    .replaceAll(/at (?:\w+\.)?handler \((<task>[^)]*)\)/g, "at $1")
    .replaceAll(/,?" {4}at (?:(?!<task>)[^"])*"/g, "")
    .replaceAll(/(\\n)? {4}at (?:(?!<task>|\\n|")[^\n])*(?=\\n|"|\n|$)/g, "")
    .replaceAll(/(\\n|\n)- [^\n"\\]*\/aws-lambda-ric\/(?:dist\/)?index\.mjs/g, "")
    .replaceAll(/,"- [^"]*\/aws-lambda-ric\/(?:dist\/)?index\.mjs"/g, "");
  return plain === "" && text !== "" ? undefined : plain;
}
