// `lambent doctor`: what is there, what is missing, and the command that mends it.
import { access, constants, mkdir } from "node:fs/promises";
import { Command } from "commander";
import type { Settings } from "../config.ts";
import { connectionOf } from "./connection.ts";
import { addSettingsFlags, settingsOf } from "./settings-flags.ts";

/** One line of the report. `says`: what was found, or the command that mends it. */
interface Finding {
  readonly isGood: boolean;
  readonly what: string;
  readonly says: string;
}

export function doctorCommand(): Command {
  const command = new Command("doctor").description("Say what Lambent finds on this machine and what is missing.");
  addSettingsFlags(command, ["port", "host", "dataDirectory", "runtimesDirectory", "isolation", "ociRuntime", "sandboxSystem"]);
  return command.action(async () => {
    const settings = settingsOf(command);
    const findings = [await lookAtServer(settings), await lookAtData(settings), ...(await lookAtIsolation(settings)), ...(await lookAtRuntimes(settings))];
    for (const { isGood, what, says } of findings) process.stdout.write(`${isGood ? "ok  " : "--  "}${what.padEnd(18)} ${says}\n`);
  });
}

async function lookAtServer(settings: Settings): Promise<Finding> {
  const { endpoint } = await connectionOf(settings);
  try {
    const response = await fetch(`${endpoint}/_lambent/health`);
    return { isGood: response.ok, what: "server", says: `${endpoint} answers ${response.status}` };
  } catch {
    return { isGood: false, what: "server", says: `nothing answers at ${endpoint}: lambent start` };
  }
}

async function lookAtData({ dataDirectory = "." }: Settings): Promise<Finding> {
  try {
    // Made when it is not there, as a start would.
    await mkdir(dataDirectory, { recursive: true });
    await access(dataDirectory, constants.W_OK);
    return { isGood: true, what: "data", says: dataDirectory };
  } catch (error) {
    return { isGood: false, what: "data", says: `${String(error)}: choose another folder with --data` };
  }
}

async function lookAtIsolation(settings: Settings): Promise<readonly Finding[]> {
  const what = "isolation";
  try {
    const { tryIsolation } = await import("../main.ts");
    const { driver, shortcomings } = await tryIsolation(settings);
    if (shortcomings.length > 0) return shortcomings.map((says) => ({ isGood: false, what, says: `${driver}: ${says}` }));
    return [{ isGood: true, what, says: `${driver}: functions run in containers, with all limits` }];
  } catch (error) {
    return [{ isGood: false, what, says: error instanceof Error ? error.message : String(error) }];
  }
}

async function lookAtRuntimes(settings: Settings): Promise<readonly Finding[]> {
  const { openRuntimes } = await import("../main.ts");
  const statuses = await openRuntimes(settings).list();
  return statuses.map((status) => ({
    isGood: status.state === "ready",
    what: status.id,
    says: status.state === "ready" ? status.versions.map(({ version, program }) => `${version}  ${program}`).join(", ") : status.install,
  }));
}
