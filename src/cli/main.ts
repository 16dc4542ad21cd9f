// The command line. One file a command; each is a client of a running Lambent, but for `start`, which runs one. What takes
// long to load, the server and AWS's clients, is loaded by the command that needs it when it runs.
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { SettingsError } from "../config.ts";
import { Fault } from "../core/faults.ts";
import { CommandError } from "./command-error.ts";
import { debugCommand } from "./debug.ts";
import { demoCommand } from "./demo.ts";
import { devCommand } from "./dev.ts";
import { doctorCommand } from "./doctor.ts";
import { envCommand } from "./env.ts";
import { eventsCommand } from "./events.ts";
import { invokeCommand } from "./invoke.ts";
import { layerCommand } from "./layer.ts";
import { logsCommand } from "./logs.ts";
import { recordCommand } from "./record.ts";
import { replayCommand } from "./replay.ts";
import { runtimesCommand } from "./runtimes.ts";
import { signingCommand } from "./signing.ts";
import { startCommand } from "./start.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };

const program = new Command("lambent")
  .description("AWS Lambda on your own machines: one process, one port, unmodified AWS clients.")
  .version(version)
  .addCommand(startCommand(version))
  .addCommand(envCommand())
  .addCommand(demoCommand())
  .addCommand(invokeCommand())
  .addCommand(logsCommand())
  .addCommand(eventsCommand())
  .addCommand(debugCommand())
  .addCommand(devCommand())
  .addCommand(recordCommand())
  .addCommand(replayCommand())
  .addCommand(layerCommand())
  .addCommand(runtimesCommand())
  .addCommand(signingCommand())
  .addCommand(doctorCommand());

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`lambent: ${!(error instanceof Error) ? String(error) : isPlain(error) ? error.message : error.stack}\n`);
  process.exitCode = 1;
}

/**
 * What a person typed, a Lambent that is not there, or what AWS's API refused (the official client marks it with
 * `$fault`): the sentence is enough. Anything else is ours: with its stack.
 */
function isPlain(error: Error): boolean {
  return [SettingsError, CommanderError, CommandError, Fault].some((kind) => error instanceof kind) || "$fault" in error;
}
