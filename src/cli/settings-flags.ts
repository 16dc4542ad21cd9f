// Turns the settings table into flags of a command, and the flags given back into settings.
import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { type GivenSettings, readSettings, type SettingKey, type Settings, settingKeys, settingsTable } from "../config.ts";

const defaultFile = "lambent.json";

/** Adds the flags of these settings, all of them unless named, and `--config`. */
export function addSettingsFlags(command: Command, keys: readonly SettingKey[] = settingKeys()): Command {
  for (const key of keys) {
    const { flag, placeholder, summary, fallback, variable } = settingsTable[key];
    const option = new Option(placeholder === undefined ? `--${flag}` : `--${flag} <${placeholder}>`, summary);
    if (fallback !== undefined && fallback !== "" && placeholder !== undefined) option.default(undefined, fallback);
    command.addOption(option);
    option.description = `${summary} (${variable})`;
  }
  return command.option("--config <FILE>", `Settings as a JSON object whose keys are the flags. (default: ${defaultFile}, if it is there)`);
}

/** Settings from the command's flags, the environment, the configuration file and the defaults, in that order. */
export function settingsOf(command: Command): Settings {
  const options: Readonly<Record<string, string | true | undefined>> = command.opts();
  const flags: GivenSettings = {};
  for (const key of settingKeys()) {
    const given = options[attributeOf(settingsTable[key].flag)];
    if (given !== undefined) flags[key] = given === true ? "true" : given;
  }
  const named = options["config"];
  const file = typeof named === "string" ? named : existsSync(defaultFile) ? defaultFile : undefined;
  return readSettings(flags, file);
}

/** commander's name for the value of `--some-flag`: `someFlag`. */
const attributeOf = (flag: string): string => flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
