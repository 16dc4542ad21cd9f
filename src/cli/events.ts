// `lambent events [LANE]`, `lambent events replay ID`: what was accepted and is not dealt with, and what was given up.
import { Command } from "commander";
import type { EventsAnswer, GivenUpEvent, WaitingEvent } from "../admin/event-routes.ts";
import { connectionOf, getAdmin, postAdmin } from "./connection.ts";
import { addSettingsFlags, settingsOf } from "./settings-flags.ts";

const print = (line: string): void => void process.stdout.write(`${line}\n`);

interface EventsOptions {
  readonly json?: boolean;
}

export function eventsCommand(): Command {
  const command = new Command("events")
    .description("Show asynchronous invokes and deliveries: what waits, what is on its way, what was given up and why.")
    .argument("[LANE]", "show each event of this lane")
    .option("--json", "for programs");
  addSettingsFlags(command, ["port", "host", "dataDirectory", "region", "account"]);
  command.action(async (lane: string | undefined, { json }: EventsOptions) => {
    const response = await getAdmin(await connectionOf(settingsOf(command)), "/_lambent/events", lane === undefined ? {} : { lane });
    const text = await response.text();
    if (json === true) process.stdout.write(text);
    else if (lane === undefined) printOverview(JSON.parse(text) as EventsAnswer);
    else printLane((JSON.parse(text) as { readonly events: readonly WaitingEvent[] }).events);
  });
  return command.addCommand(replayCommand(command));
}

/** Takes the flags of `events`. */
const replayCommand = (events: Command): Command =>
  new Command("replay")
    .description("Send an event or a delivery again that was given up, as it was.")
    .argument("<ID>", "its id: of an event the request id")
    .action(async (id: string) => {
      const response = await postAdmin(await connectionOf(settingsOf(events)), "/_lambent/events/replay", { id });
      const { lane } = (await response.json()) as { readonly lane: string };
      print(`${id} is in ${lane} again.`);
    });

function printOverview({ lanes, givenUp }: EventsAnswer): void {
  if (lanes.length === 0) print("Nothing waits.");
  else print(`${"running".padStart(8)}${"waiting".padStart(9)}${"later".padStart(9)}  lane`);
  for (const { lane, running, waiting, later } of lanes) {
    print(`${String(running).padStart(8)}${String(waiting).padStart(9)}${String(later).padStart(9)}  ${lane}`);
  }
  if (givenUp.length > 0) print("\nGiven up, newest first:");
  for (const event of givenUp) print(givenUpLine(event));
}

/** A message may have any characters: one line each, whatever a function has thrown. */
function givenUpLine({ id, lane, reason, message, failedAtMs, deadLetteredTo }: GivenUpEvent): string {
  const where = deadLetteredTo.length === 0 ? "" : `  (sent to ${deadLetteredTo.join(", ")})`;
  return `${new Date(failedAtMs).toISOString()}  ${id}  ${lane}  ${reason}${message === "" ? "" : `: ${JSON.stringify(message)}`}${where}`;
}

function printLane(events: readonly WaitingEvent[]): void {
  if (events.length === 0) print("Nothing is in this lane.");
  for (const { id, state, sentAtMs, dueAtMs } of events) {
    print(`${new Date(sentAtMs).toISOString()}  ${id}  ${state}${state === "later" ? ` until ${new Date(dueAtMs).toISOString()}` : ""}`);
  }
}
