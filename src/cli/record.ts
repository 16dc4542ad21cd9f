// `lambent record NAME`: keeps every invoke of a function, whoever calls it, until Ctrl-C.
import { Command } from "commander";
import type { RecordEvent } from "../engine/development/recorder.ts";
import { connectionOf, postAdmin } from "./connection.ts";
import { interruption } from "./interrupt.ts";
import { jsonLinesOf } from "./json-lines.ts";
import { addSettingsFlags, settingsOf } from "./settings-flags.ts";

const print = (line: string): void => void process.stdout.write(`${line}\n`);

export function recordCommand(): Command {
  const command = new Command("record")
    .description("Keep each event that a function gets and what came of it, whoever calls, until Ctrl-C. For lambent replay. Recordings hold what callers send, secrets included.")
    .argument("<NAME>", "function name");
  addSettingsFlags(command, ["port", "host", "dataDirectory", "region", "account"]);
  return command.action(async (name: string) => {
    const signal = interruption();
    const response = await postAdmin(await connectionOf(settingsOf(command)), "/_lambent/recordings/record", { function: name }, signal);
    print(`Recording ${name}. Ctrl-C ends it; lambent replay ${name} runs what was recorded again.`);
    let count = 0;
    for await (const { path, functionError, durationMs } of jsonLinesOf<RecordEvent>(response, signal)) {
      count += 1;
      print(`${durationMs.toFixed(0).padStart(6)} ms  ${functionError === undefined ? "answered" : "failed  "}  ${path}`);
    }
    print(`${count} invokes of ${name} are recorded.`);
  });
}
