// `lambent start`: runs Lambent in this process until it is told to stop.
import { Command } from "commander";
import type { Settings } from "../config.ts";
import type { ReadyMessage } from "../library.ts";
import type { RunningLambent } from "../main.ts";
import { environmentOf } from "./connection.ts";
import { exportLines } from "./env.ts";
import { removeServerFile, writeServerFile } from "./server-file.ts";
import { addSettingsFlags, settingsOf } from "./settings-flags.ts";

export function startCommand(version: string): Command {
  const command = new Command("start").description("Start Lambent and serve until SIGINT or SIGTERM.");
  addSettingsFlags(command);
  return command.action(async () => {
    try {
      await serve(settingsOf(command), version);
    } finally {
      // Whether it has served or could not start: the channel would keep this process, and its parent waiting.
      if (process.connected) process.disconnect?.();
    }
  });
}

/** Until it is told to stop. Rejects where it cannot start. */
async function serve(settings: Settings, version: string): Promise<void> {
  const { restartForContainers, startLambentHere } = await import("../main.ts");
  // A parent that started this as a library would lose its channel.
  if (process.send === undefined) restartForContainers(settings);
  // Asked to stop while starting: stop as soon as it stands.
  const stopRequested = stopRequest();
  const lambent = await startLambentHere(settings, version);
  const { endpoint, operator, warnings } = lambent;
  const { region, account, dataDirectory } = settings;
  if (dataDirectory !== undefined) writeServerFile(dataDirectory, { pid: process.pid, endpoint, region, account });
  announce({ endpoint, region, account, credentials: operator });
  if (process.send === undefined) {
    process.stdout.write(welcome(lambent, version, dataDirectory));
    process.stdout.write(exportLines(environmentOf({ endpoint, region, account, operator })));
  }
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);

  await stopRequested;
  // A second signal does not wait for anybody.
  process.once("SIGINT", () => process.exit(130));
  // While the directory is still ours.
  if (dataDirectory !== undefined) removeServerFile(dataDirectory);
  await lambent.stop(settings.stopGraceSeconds * 1000);
}

function stopRequest(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
    // Started as a library: the parent has gone or has closed the door.
    process.once("disconnect", () => resolve());
  });
}

/** Tells the process that started this one as a library. */
function announce(ready: Omit<ReadyMessage, "kind">): void {
  const { accessKeyId, secretAccessKey } = ready.credentials;
  if (process.send === undefined) return;
  process.send({ ...ready, kind: "ready", credentials: { accessKeyId, secretAccessKey } } satisfies ReadyMessage);
}

const welcome = ({ endpoint }: RunningLambent, version: string, dataDirectory: string | undefined): string =>
  `Lambent ${version} listens on ${endpoint}\n` +
  `Data: ${dataDirectory ?? "in memory, gone when Lambent stops"}\n` +
  `Tell your tools (or: eval "$(lambent env)"):\n`;
