// `lambent dev DIR`: runs a function from a folder and reloads it when the folder changes, until Ctrl-C; then what is there
// is deployed as an ordinary package.
import { readFileSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { parseEnv } from "node:util";
import { Command, InvalidArgumentError } from "commander";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { Settings } from "../config.ts";
import type { DevelopEvent } from "../engine/development/developing.ts";
import { CommandError } from "./command-error.ts";
import { type Connection, connectionOf, getAdmin, lambdaClientOf, postAdmin } from "./connection.ts";
import { deployCode, ensureFunction, type WantedFunction } from "./dev-function.ts";
import { interruption } from "./interrupt.ts";
import { jsonLinesOf } from "./json-lines.ts";
import { type LogLine, textOf } from "./logs.ts";
import { packFolder } from "./pack-folder.ts";
import { addSettingsFlags, settingsOf } from "./settings-flags.ts";

interface Options {
  readonly function?: string;
  readonly runtime?: string;
  readonly handler?: string;
  readonly timeout?: number;
  readonly memorySize?: number;
  readonly env: readonly string[];
  readonly envFile?: string;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

export function devCommand(): Command {
  const command = new Command("dev")
    .description("Run a function from a folder: what is saved there runs in the next invoke. Shows its logs. With Ctrl-C what is in the folder is deployed as a package.")
    .argument("[DIR]", "folder of the code", ".")
    .option("--function <NAME>", "the function; made if it is not there. The folder's name when left out")
    .option("--runtime <ID>", "e.g. nodejs26.x; found out from the folder when left out")
    .option("--handler <NAME>", "e.g. index.handler")
    .option("--timeout <SECONDS>", "of an invoke", wholeNumber)
    .option("--memory-size <MB>", "of the function", wholeNumber)
    .option("--env <KEY=VALUE>", "environment variable of the function; may be given again", (text: string, before: readonly string[]) => [...before, text], [])
    .option("--env-file <FILE>", "environment variables of the function as KEY=VALUE lines");
  addSettingsFlags(command, ["port", "host", "dataDirectory", "region", "account"]);
  return command.action((directory: string, options: Options) => develop(resolve(directory), options, settingsOf(command)));
}

async function develop(folder: string, options: Options, settings: Settings): Promise<void> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new CommandError(`${folder} is no folder`);
  const interrupted = interruption();
  const connection = await connectionOf(settings);
  const client = await lambdaClientOf(connection);
  const wanted = wantedOf(folder, options);
  await ensureFunction(client, folder, { connection, settings, wanted });
  const hangUp = new AbortController();
  const events = await postAdmin(connection, "/_lambent/dev", { function: wanted.name, folder }, hangUp.signal);
  print(`${wanted.name} runs from ${folder}. Ctrl-C ends it and deploys what is there.`);
  const following = Promise.all([showEvents(events, hangUp.signal), showLogs(connection, wanted.name, hangUp.signal)]);
  const ending = new Promise<void>((onInterrupt) => interrupted.addEventListener("abort", () => onInterrupt(), { once: true }));
  // Only an interruption ends it well: streams that end by themselves tell of a Lambent that stopped.
  await Promise.race([ending, following]);
  if (!interrupted.aborted) throw new CommandError(`Lambent has stopped: ${wanted.name} is again what was deployed before. Your files are as they are`);
  await deploy(client, wanted.name, folder);
  hangUp.abort();
  await following;
}

/** While the folder still runs: between the two no invoke meets older code. */
async function deploy(client: LambdaClient, name: string, folder: string): Promise<void> {
  try {
    await deployCode(client, name, await packFolder(folder));
  } catch (error) {
    throw new CommandError(`${name} could not be deployed from ${folder} and is again what was deployed before: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  print(`${name} is deployed as it was in ${folder}.`);
}

async function showEvents(response: Response, signal: AbortSignal): Promise<void> {
  for await (const event of jsonLinesOf<DevelopEvent>(response, signal)) print(`${new Date().toISOString()} ${lineOf(event)}`);
}

function lineOf(event: DevelopEvent): string {
  switch (event.kind) {
    case "loaded":
      return `LOADED in ${event.ms.toFixed(0)} ms${changes(event.files)}`;
    case "failed":
      return `FAILED to load${changes(event.files)}: the next invoke tries again and reports it`;
    case "refused":
      return `CANNOT LOAD: ${event.message}`;
    default:
      return event satisfies never;
  }
}

function changes(files: readonly string[]): string {
  if (files.length === 0) return "";
  const more = files.length > 3 ? ` and ${files.length - 3} more` : "";
  return ` after a change of ${files.slice(0, 3).join(", ")}${more}`;
}

async function showLogs(connection: Connection, name: string, signal: AbortSignal): Promise<void> {
  const response = await getAdmin(connection, "/_lambent/logs", { function: name, limit: "0", follow: "true" }, signal);
  for await (const line of jsonLinesOf<LogLine>(response, signal)) process.stdout.write(textOf(line));
}

function wantedOf(folder: string, { function: named, env, envFile, ...rest }: Options): WantedFunction {
  const name = named ?? basename(folder).replaceAll(/[^\w-]/g, "-");
  if (!/^[\w-]{1,64}$/.test(name)) throw new CommandError(`${JSON.stringify(name)} cannot be the name of a function: give one with --function`);
  const given = [...(envFile === undefined ? [] : Object.entries(variablesOf(envFile))), ...env.map(assignmentOf)];
  return { name, ...rest, environment: given.length === 0 ? undefined : Object.fromEntries(given) };
}

function variablesOf(file: string): Readonly<Record<string, string>> {
  try {
    return parseEnv(readFileSync(file, "utf8")) as Readonly<Record<string, string>>;
  } catch (error) {
    throw new CommandError(`--env-file ${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function assignmentOf(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new CommandError(`--env ${text}: must be KEY=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("must be a whole number");
  return Number(text);
}
