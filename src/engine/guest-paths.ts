// Functions name files by the paths that they have on AWS; a driver without a mount namespace has others.
import { join } from "node:path";
import type { GuestPaths } from "../sandbox/sandbox.ts";

/** Of options of a language, which name files among other things: `-javaagent:/opt/agent.jar=level=1`. */
export const optionsInsideGuest = (options: string, { optRoot, taskRoot }: Pick<GuestPaths, "optRoot" | "taskRoot">): string =>
  options.replaceAll(/(?<![^\s:=,"'])\/(opt|var\/task)(?=\/)/g, (_whole, root) => (root === "opt" ? optRoot : taskRoot));

/** Of a path below /opt or /var/task; any other is the same in the guest. */
export function insideGuest(path: string, { optRoot, taskRoot }: Pick<GuestPaths, "optRoot" | "taskRoot">): string {
  if (path.startsWith("/opt/")) return join(optRoot, path.slice("/opt".length));
  if (path.startsWith("/var/task/")) return join(taskRoot, path.slice("/var/task".length));
  return path;
}

/** The other way round: a text that people read, with AWS's paths in place of ours. */
export const asOnAws = (text: string, { optRoot, taskRoot }: Pick<GuestPaths, "optRoot" | "taskRoot">): string =>
  text.replaceAll(taskRoot, "/var/task").replaceAll(optRoot, "/opt");
