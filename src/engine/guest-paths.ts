// Functions name files by the paths that they have on AWS; a driver without a mount namespace has others.
import { join } from "node:path";
import type { GuestPaths } from "../sandbox/sandbox.ts";

/** Of a path below /opt or /var/task; any other is the same in the guest. */
export function insideGuest(path: string, { optRoot, taskRoot }: Pick<GuestPaths, "optRoot" | "taskRoot">): string {
  if (path.startsWith("/opt/")) return join(optRoot, path.slice("/opt".length));
  if (path.startsWith("/var/task/")) return join(taskRoot, path.slice("/var/task".length));
  return path;
}
