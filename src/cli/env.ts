// `lambent env`: what to export so that AWS tools speak to Lambent.
import { Command } from "commander";
import { connectionOf, environmentOf } from "./connection.ts";
import { addSettingsFlags, settingsOf } from "./settings-flags.ts";

export function envCommand(): Command {
  const command = new Command("env").description('Print what AWS tools need, for a shell: eval "$(lambent env)".');
  addSettingsFlags(command, ["port", "host", "dataDirectory", "region", "account"]);
  return command.action(async () => {
    const connection = await connectionOf(settingsOf(command));
    process.stdout.write(exportLines(environmentOf(connection)));
  });
}

/** `export NAME='value'` lines; values are quoted for a POSIX shell. */
export const exportLines = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `export ${name}=${/^[\w:/.[\]+=-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`}\n`)
    .join("");
