// `lambent debug NAME`: opens the inspector of the language in each new environment of a function, until Ctrl-C.
import { Command, InvalidArgumentError } from "commander";
import type { DebugEvent } from "../engine/development/debugging.ts";
import { connectionOf, postAdmin } from "./connection.ts";
import { interruption } from "./interrupt.ts";
import { jsonLinesOf } from "./json-lines.ts";
import { addSettingsFlags, settingsOf } from "./settings-flags.ts";

interface Options {
  readonly qualifier?: string;
  readonly inspectorPort?: number;
}

type Listening = Extract<DebugEvent, { kind: "listening" }>;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

export function debugCommand(): Command {
  const command = new Command("debug")
    .description("Open the inspector of the language in each new environment of a function, until Ctrl-C. While a debugger is attached the function's timeouts stand still.")
    .argument("<NAME>", "function name")
    .option("--qualifier <Q>", "version or alias; $LATEST when left out")
    .option("--inspector-port <N>", "port of the first environment's inspector, others follow; by default 9229 (Node.js), 5678 (Python) or 5005 (Java)", portNumber);
  addSettingsFlags(command, ["port", "host", "dataDirectory", "region", "account"]);
  return command.action(async (name: string, { qualifier, inspectorPort }: Options) => {
    const signal = interruption();
    const body = { function: name, qualifier, port: inspectorPort };
    const response = await postAdmin(await connectionOf(settingsOf(command)), "/_lambent/debug", body, signal);
    print(`Debugging ${name}: its next environments open an inspector. Ctrl-C ends it.`);
    let isFirst = true;
    for await (const event of jsonLinesOf<DebugEvent>(response, signal)) {
      print(lineOf(event));
      if (event.kind !== "listening") continue;
      if (isFirst) print(howToAttach(name, event));
      isFirst = false;
    }
    print(`Debugging of ${name} has ended: its next environments are plain again.`);
  });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1024 || port > 65_535) throw new InvalidArgumentError("must be a port from 1024 to 65535");
  return port;
}

function lineOf(event: DebugEvent): string {
  const where = `127.0.0.1:${event.port}  environment ${event.environment}`;
  switch (event.kind) {
    case "listening":
      return `${where}  version ${event.version}  listens`;
    case "attached":
      return `${where}  a debugger is attached: timeouts stand still`;
    case "detached":
      return `${where}  no debugger is attached: timeouts go on`;
    case "closed":
      return `${where}  has ended`;
    default:
      return event satisfies never;
  }
}

/** For VS Code, whose three extensions want different words. */
function launchOf(name: string, { protocol, port, taskRoot }: Listening): object {
  const common = { name: `lambent: ${name}`, request: "attach" };
  switch (protocol) {
    case "cdp":
      return { ...common, type: "node", address: "127.0.0.1", port, localRoot: "${workspaceFolder}", remoteRoot: taskRoot, restart: true };
    case "dap":
      return { ...common, type: "debugpy", connect: { host: "127.0.0.1", port }, pathMappings: [{ localRoot: "${workspaceFolder}", remoteRoot: taskRoot }] };
    case "jdwp":
      return { ...common, type: "java", hostName: "127.0.0.1", port };
    default:
      return protocol satisfies never;
  }
}

function howToAttach(name: string, event: Listening): string {
  const launch = JSON.stringify({ version: "0.2.0", configurations: [launchOf(name, event)] }, undefined, 2);
  const chrome = event.protocol === "cdp" ? `\nOr open chrome://inspect and add 127.0.0.1:${event.port} under "Configure".` : "";
  return `\nVS Code, .vscode/launch.json:\n${launch}${chrome}\n`;
}
