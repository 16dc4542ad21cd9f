// `lambent logs NAME [-f]`, `lambent logs --group GROUP`: what functions printed.
import { Command, InvalidArgumentError } from "commander";
import { CommandError } from "./command-error.ts";
import { connectionOf, getAdmin } from "./connection.ts";
import { jsonLinesOf } from "./json-lines.ts";
import { addSettingsFlags, settingsOf } from "./settings-flags.ts";

/** As the log routes answer. */
export interface LogLine {
  readonly timeMs: number;
  readonly message: string;
}

interface LogOptions {
  readonly follow?: boolean;
  readonly group?: string;
  readonly lines: string;
}

export function logsCommand(): Command {
  const command = new Command("logs")
    .description("Show what a function printed.")
    .argument("[NAME]", "function name")
    .option("-g, --group <GROUP>", "a whole log group, which functions may share, in place of one function")
    .option("-f, --follow", "go on with the lines that come")
    .option("-n, --lines <N>", "lines of the past", wholeNumber, "1000");
  addSettingsFlags(command, ["port", "host", "dataDirectory", "region", "account"]);
  return command.action(async (name: string | undefined, { follow, group, lines }: LogOptions) => {
    if ((name === undefined) === (group === undefined)) throw new CommandError("give the name of a function, or a log group with --group");
    const connection = await connectionOf(settingsOf(command));
    const place: Readonly<Record<string, string>> = group === undefined ? { function: name ?? "" } : { group };
    const query = { ...place, limit: lines, follow: String(follow === true) };
    const response = await getAdmin(connection, "/_lambent/logs", query);
    let shown = 0;
    for await (const line of jsonLinesOf<LogLine>(response)) {
      shown++;
      process.stdout.write(textOf(line));
    }
    // A misspelt name, region or account looks the same to the reader as a function that was never invoked.
    if (shown === 0 && lines !== "0") {
      process.stderr.write(`lambent: ${name ?? group} has logged nothing in ${connection.region} of account ${connection.account}\n`);
    }
  });
}

/** Node.js runtimes join the lines of one message by carriage returns, which would overwrite each other here. */
export const textOf = ({ timeMs, message }: LogLine): string => `${new Date(timeMs).toISOString()} ${message.trimEnd().replaceAll("\r", "\n")}\n`;

function wholeNumber(text: string): string {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("must be a whole number");
  return text;
}
