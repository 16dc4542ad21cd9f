// The Telemetry API and the Logs API before an unmodified client: extensions on AWS's own library for Rust.
// https://docs.rs/lambda-extension
import { copyFile, mkdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { built, locate, Missing, step } from "../harness/build-cache.ts";
import { startRealEngine, type RealEngine } from "../harness/real-engine.ts";

/** By the API that each uses: the program looks at its own name. */
const names = ["telemetry", "logs"] as const;

/** A folder for each API, as a layer has it. */
function build(): Promise<string> {
  const compiler = locate("cargo", join(homedir(), ".cargo", "bin"));
  const steps = ["build", "--release", "--locked", "--target-dir", "target"];
  return built({
    sources: new URL("../fixtures/clients/rust-extension", import.meta.url).pathname,
    recipe: [...steps, ...names],
    isSlow: true,
    async build(draft) {
      await step(compiler, steps, draft);
      for (const name of names) {
        await mkdir(join(draft, name, "extensions"), { recursive: true });
        await copyFile(join(draft, "target", "release", "watcher"), join(draft, name, "extensions", name));
      }
      await rm(join(draft, "target"), { recursive: true });
    },
  });
}

let engine: RealEngine | undefined;
let missing = "";
beforeAll(async () => {
  try {
    const folder = await build();
    engine = await startRealEngine();
    for (const name of names) engine.putFolder(`${name}-layer`, join(folder, name));
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    missing = error.message;
  }
}, 900_000);
afterAll(() => engine?.stop());

const soon = { timeout: 10_000, interval: 10 };

const ofTelemetry = ["InitStart", "TelemetrySubscription", "Function", "InitRuntimeDone", "Extension", "InitReport", "Start", "Function", "RuntimeDone", "Report"];
const ofLogs = ["LogsSubscription", "Function", "Extension", "Start", "Function", "RuntimeDone", "End", "Report"];

test.for([
  ["telemetry", ofTelemetry],
  ["logs", ofLogs],
] as const)("lambda-extension 1.1.1 understands every record of the %s API", async ([name, expected], { skip }) => {
  if (engine === undefined) {
    skip(missing);
    return;
  }
  const files = { "index.js": "console.log('static'); exports.handler = async (event) => { console.log('handled'); return event; };" };
  const layers = [{ arn: "arn:aws:lambda:eu-west-1:123456789012:layer:l:1", code: { sha256: `${name}-layer`, sizeBytes: 1, unzippedBytes: 1 } }];
  const { logs, put, invoke } = engine;
  await put(`heard-by-${name}`, files, { layers });
  await invoke(`heard-by-${name}`, 1);
  const heard = (): string[] => logs.linesOf(`heard-by-${name}`).flatMap((line) => /^HEARD (?:Platform)?(\w+)/.exec(line)?.[1] ?? []);
  // A batch that gathered while the environment stood still comes with the next invoke.
  const reported = async (): Promise<boolean> => {
    await invoke(`heard-by-${name}`, 2);
    return heard().includes("Report");
  };
  await expect.poll(reported, soon).toBe(true);
  expect(heard().slice(0, expected.length)).toEqual(expected);
  // A new deployment ends the former environment.
  await put(`heard-by-${name}`, files, { layers });
  await expect.poll(() => logs.linesOf(`heard-by-${name}`), soon).toContain("SHUTDOWN spindown");
});
