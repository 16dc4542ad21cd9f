// `lambent invoke NAME`: runs one event, and keeps it for `lambent replay` when asked to.
import { readFileSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { formatRecording, recordedBody, type Recording } from "../core/recording.ts";
import { CommandError } from "./command-error.ts";
import { connectionOf, lambdaClientOf, postAdmin } from "./connection.ts";
import { runEvent } from "./run-event.ts";
import { addSettingsFlags, settingsOf } from "./settings-flags.ts";

interface Options {
  readonly payload: string;
  readonly qualifier?: string;
  readonly clientContext?: string;
  readonly log?: boolean;
  readonly record?: true | string;
}

export function invokeCommand(): Command {
  const command = new Command("invoke")
    .description("Run a function with one event and print its response. Ends with status 1 when the function fails.")
    .argument("<NAME>", "function name")
    .option("--payload <FILE|JSON|->", "the event: JSON, a file of it, or - for standard input", "{}")
    .option("--qualifier <Q>", "version or alias")
    .option("--client-context <JSON>", "what the function finds in its context")
    .option("--log", "show the end of its log, on standard error")
    .option("--record [FILE]", "keep event and response for lambent replay: in a file, or with Lambent. They may hold secrets");
  addSettingsFlags(command, ["port", "host", "dataDirectory", "region", "account"]);
  return command.action(async (name: string, options: Options) => {
    const { qualifier, clientContext, log, record } = options;
    const connection = await connectionOf(settingsOf(command));
    const recordedAt = new Date().toISOString();
    const payload = payloadOf(options.payload);
    const { response, ...result } = await runEvent(await lambdaClientOf(connection), { name, qualifier, clientContext, payload });
    if (record !== undefined) {
      const recording: Recording = {
        lambentRecording: 1,
        function: name,
        ...(qualifier === undefined ? {} : { qualifier }),
        ...(clientContext === undefined ? {} : { clientContext }),
        recordedAt,
        event: recordedBody(payload),
        ...result,
      };
      const text = formatRecording(recording);
      if (typeof record === "string") writeFileSync(record, text, { mode: 0o600 });
      else await postAdmin(connection, "/_lambent/recordings/keep", { function: name, text });
    }
    if (log === true) process.stderr.write(`${result.log.trimEnd()}\n`);
    process.stdout.write(`${Buffer.from(response).toString()}\n`);
    if (result.outcome.functionError !== undefined) process.exitCode = 1;
  });
}

/** What is JSON is the event; everything else names a file. */
function payloadOf(given: string): Buffer {
  if (given === "-") return readFileSync(0);
  try {
    JSON.parse(given);
    return Buffer.from(given);
  } catch {
    // No JSON.
  }
  try {
    return readFileSync(given);
  } catch (error) {
    throw new CommandError(`--payload: ${given} is neither JSON nor a file that can be read`, { cause: error });
  }
}
