// `lambent replay NAME`: runs recorded events against the code of now and shows what came out differently.
import { readFileSync, writeFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { bytesOfBody, formatRecording, parseRecording, type Recording } from "../core/recording.ts";
import type { RecordingText } from "../admin/development/recording-routes.ts";
import { CommandError } from "./command-error.ts";
import { type Connection, connectionOf, lambdaClientOf, postAdmin } from "./connection.ts";
import { jsonLinesOf } from "./json-lines.ts";
import { outcomeDiff } from "./outcome-diff.ts";
import { runEvent, type RunResult } from "./run-event.ts";
import { addSettingsFlags, settingsOf } from "./settings-flags.ts";

interface Options {
  readonly last: number;
  readonly qualifier?: string;
  readonly ignore: readonly string[];
  readonly update?: boolean;
}

/** A recording, and where it is put back. */
interface Replayable {
  readonly recording: Recording;
  readonly replace: (text: string) => Promise<unknown>;
}

type Verdict = "same" | "changed" | "skipped";

const print = (line: string): void => void process.stdout.write(`${line}\n`);

export function replayCommand(): Command {
  const command = new Command("replay")
    .description("Run recorded events again and show what came out differently. Ends with status 1 when anything did.")
    .argument("<NAME>", "function name")
    .argument("[FILES...]", "recordings; those that Lambent has kept of the function when left out")
    .option("--last <N>", "how many of those that Lambent has kept, the newest", count, 100)
    .option("--qualifier <Q>", "version or alias to run instead of the recorded one")
    .option("--ignore <PATH>", "what may differ in a response, e.g. body.items.*.id; may be given again", (text: string, before: readonly string[]) => [...before, text], [])
    .option("--update", "record what came now in place of what differs");
  addSettingsFlags(command, ["port", "host", "dataDirectory", "region", "account"]);
  return command.action(async (name: string, files: readonly string[], options: Options) => {
    const connection = await connectionOf(settingsOf(command));
    const client = await lambdaClientOf(connection);
    const found = files.length > 0 ? files.map(readFile) : await keptBy(connection, name, options.last);
    if (found.length === 0) throw new CommandError(`nothing of ${name} is recorded: lambent record ${name}, or lambent invoke ${name} --record`);
    const verdicts: Verdict[] = [];
    for (const replayable of found) verdicts.push(await replay(client, name, replayable, options));
    const counted = (verdict: Verdict): number => verdicts.filter((other) => other === verdict).length;
    const [same, changed, skipped] = [counted("same"), counted("changed"), counted("skipped")];
    print(`${verdicts.length} replayed: ${same} same, ${changed} ${options.update === true ? "updated" : "changed"}${skipped === 0 ? "" : `, ${skipped} skipped`}`);
    if (changed > 0 && options.update !== true) process.exitCode = 1;
  });
}

async function replay(client: LambdaClient, name: string, { recording, replace }: Replayable, { qualifier, ignore, update }: Options): Promise<Verdict> {
  const payload = bytesOfBody(recording.event);
  const label = `${recording.recordedAt}  ${recording.requestId}`;
  if (payload === undefined) {
    print(`skipped  ${label}  its event was too large to be kept`);
    return "skipped";
  }
  const result = await runEvent(client, { name, qualifier: qualifier ?? recording.qualifier, clientContext: recording.clientContext, payload });
  const lines = outcomeDiff(recording.outcome, result.outcome, ignore);
  print(`${lines === undefined ? "same   " : "changed"}  ${label}  ${recording.durationMs.toFixed(0)} ms, now ${result.durationMs.toFixed(0)} ms`);
  for (const line of lines ?? []) print(`    ${line}`);
  if (lines !== undefined && update === true) await replace(formatRecording(updated(recording, result)));
  return lines === undefined ? "same" : "changed";
}

/** Time and request stay: they name the recording. */
const updated = (recording: Recording, { outcome, durationMs, log, executedVersion }: RunResult): Recording => ({ ...recording, outcome, durationMs, log, executedVersion });

function readFile(path: string): Replayable {
  try {
    return { recording: parseRecording(readFileSync(path, "utf8")), replace: async (text) => writeFileSync(path, text) };
  } catch (error) {
    throw new CommandError(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function keptBy(connection: Connection, name: string, last: number): Promise<readonly Replayable[]> {
  const response = await postAdmin(connection, "/_lambent/recordings/last", { function: name, count: last });
  const found: Replayable[] = [];
  for await (const { text } of jsonLinesOf<RecordingText>(response)) {
    found.push({ recording: parseRecording(text), replace: (newText) => postAdmin(connection, "/_lambent/recordings/keep", { function: name, text: newText }) });
  }
  return found;
}

function count(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 1000) throw new InvalidArgumentError("must be a whole number from 1 to 1000");
  return number;
}
