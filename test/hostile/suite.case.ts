// Runs every attempt against servers of one kind and compares what came of it with what is expected. Prints the table, so that a
// verdict that changes is seen beside the others.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Attempt, type Attack, expectedIn, type Seen, type SetupName, setups, type Verdict } from "./attempt.ts";
import { families } from "./families.ts";
import { processesWith } from "./outside.ts";
import { openScene, type AttackedServer, type Scene } from "./scene.ts";

/** At one time, of attempts that do not mind each other. */
const atOnce = 6;

interface Outcome {
  readonly verdict: Verdict;
  /** What the harm was, or what was answered. */
  readonly why: string;
  readonly tookMs?: number;
}

export function describeHostileFunctions(setup: SetupName, whyNot: string | undefined): void {
  describe.skipIf(whyNot !== undefined)(`hostile functions, ${setup}${whyNot === undefined ? "" : ` (${whyNot})`}`, () => {
    let scene: Scene | undefined;
    const outcomes = new Map<Attempt, Promise<Outcome>>();
    const isInPart = ({ onHostNetwork }: Attempt): boolean => setups[setup].runs !== "what differs" || onHostNetwork !== undefined || process.env["HOSTILE_DRIVER"] === setup;
    const attempts = families.flatMap((family) => family.attempts).filter((attempt) => isInPart(attempt) && attempt.name.includes(process.env["HOSTILE_ONLY"] ?? ""));

    beforeAll(async () => {
      const opened = await openScene(setup);
      scene = opened;
      void runAll(opened, attempts, outcomes);
    }, 60_000);
    afterAll(async () => {
      await Promise.allSettled(outcomes.values());
      await scene?.stop();
      console.log(await tableOf(setup, attempts, outcomes));
    }, 60_000);

    for (const attempt of attempts) {
      test(attempt.name, { timeout: 240_000 }, async () => {
        const outcome = (await outcomes.get(attempt)) ?? { verdict: "not tried", why: "" };
        if (!isExpected(attempt, setup, outcome)) expect(`${outcome.verdict} (${outcome.why})`).toBe(expectedIn(setup, attempt));
      });
    }
  });
}

const isExpected = (attempt: Attempt, setup: SetupName, { verdict }: Outcome): boolean =>
  verdict === expectedIn(setup, attempt) || (setup === "process" && attempt.variesByMachine === true);

/** Those that are measured by what else goes on come last, one by one. */
async function runAll(scene: Scene, attempts: readonly Attempt[], outcomes: Map<Attempt, Promise<Outcome>>): Promise<void> {
  const settle = new Map<Attempt, (outcome: Promise<Outcome>) => void>();
  for (const attempt of attempts) outcomes.set(attempt, new Promise((resolve) => settle.set(attempt, resolve)));
  for (const outcome of outcomes.values()) outcome.catch(() => undefined);
  const work = async (queue: Attempt[]): Promise<void> => {
    for (let attempt = queue.shift(); attempt !== undefined; attempt = queue.shift()) {
      const began = performance.now();
      const outcome = make(scene, attempt).then((made) => ({ ...made, tookMs: performance.now() - began }));
      // Told by its test, when that comes to it.
      outcome.catch(() => undefined);
      settle.get(attempt)?.(outcome);
      await outcome.catch(() => undefined);
    }
  };
  const together = attempts.filter(({ alone }) => alone !== true);
  await Promise.all(Array.from({ length: atOnce }, () => work(together)));
  await work(attempts.filter(({ alone }) => alone === true));
}

async function make(scene: Scene, attempt: Attempt): Promise<Outcome> {
  if (expectedIn(scene.setup, attempt) === "not tried") return { verdict: "not tried", why: "nothing would stop it" };
  const server = attempt.onOpenServer === true ? scene.open : scene.guarded;
  const mark = `hostile-${Math.random().toString(16).slice(2, 14)}`;
  try {
    const facts = scene.facts(mark, (await attempt.prepare?.(scene, mark)) ?? {}, server);
    const { memoryMiB, timeoutSeconds, layer, variables } = attempt;
    await server.deploy(mark, { ...codeOf(attempt.attack), memoryMiB, timeoutSeconds, layer, ...(variables === undefined ? {} : { variables }) });
    return await judge(scene, attempt, { server, mark, facts });
  } finally {
    for (const { pid } of processesWith(mark)) process.kill(pid, "SIGKILL");
    await attempt.clean?.(scene, mark);
  }
}

type Under = { readonly server: AttackedServer; readonly mark: string; readonly facts: Seen["facts"] };

async function judge(scene: Scene, attempt: Attempt, { server, mark, facts }: Under): Promise<Outcome> {
  const invoke = server.invoke(mark, facts);
  const meanwhile = attempt.alone === true ? watch(scene, invoke) : undefined;
  const { text, log, functionError, durationMs } = await invoke;
  const { refused } = refusalIn(text);
  const seen: Seen = { scene, facts, functionName: mark, answer: text, log, functionError, durationMs, refused, processes: () => processesWith(mark) };
  let harm = (await attempt.harm(seen)) ?? (await meanwhile) ?? (await scene.trouble());
  // What hides in mounts cannot be taken away.
  await attempt.clean?.(scene, mark);
  const left = await server.end(mark);
  harm ??= left.length > 0 ? `is still there: ${left.map((one) => `${one.pid} ${one.file("cmdline").replaceAll("\0", " ")}`).join(", ")}` : await attempt.harmAtEnd?.(seen);
  if (harm !== undefined) return { verdict: "not contained", why: harm };
  return { verdict: refused === undefined ? "contained" : "refused", why: text.slice(0, 400) };
}

/** What is wrong for others as long as the attempt goes on. */
async function watch(scene: Scene, attempt: Promise<unknown>): Promise<string | undefined> {
  const over = attempt.catch(() => undefined).then(() => "over");
  for (;;) {
    const trouble = await scene.trouble();
    if (trouble !== undefined) return trouble;
    const pause = new Promise<undefined>((done) => setTimeout(done, 20, undefined));
    if ((await Promise.race([over, pause])) === "over") return undefined;
  }
}

function refusalIn(text: string): { readonly refused?: string } {
  const answer: unknown = text === "" ? {} : JSON.parse(text);
  return typeof answer === "object" && answer !== null && "refused" in answer ? { refused: String(answer.refused) } : {};
}

const attackModule = readFileSync(new URL("programs/attack.mjs", import.meta.url), "utf8");

const codeOf = (attack: Attack): { readonly runtime: string; readonly files: Readonly<Record<string, string>> } =>
  typeof attack === "function"
    ? { runtime: "nodejs26.x", files: { "attack.mjs": attackModule, "index.mjs": `import { attack } from "./attack.mjs";\nexport const handler = attack(${attack.toString()});\n` } }
    : attack;

async function tableOf(setup: SetupName, attempts: readonly Attempt[], outcomes: ReadonlyMap<Attempt, Promise<Outcome>>): Promise<string> {
  const lines = [`Hostile functions, ${setup}`];
  for (const attempt of attempts) {
    const outcome: Outcome = (await outcomes.get(attempt)?.catch((error: unknown) => ({ verdict: "not tried", why: String(error) }) as const)) ?? { verdict: "not tried", why: "" };
    lines.push(`${isExpected(attempt, setup, outcome) ? " " : "!"} ${outcome.verdict.padEnd(14)} ${attempt.name.padEnd(32)} ${Math.round(outcome.tookMs ?? 0).toString().padStart(5)} ms ${outcome.why.replaceAll("\n", " ").slice(0, 150)}`);
  }
  return lines.join("\n");
}
