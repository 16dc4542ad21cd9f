// Containers without being root of the machine: a user namespace of its own makes the server root of whatever it makes
// there, mounts and networks and further user namespaces. A process with threads cannot enter one, and Node.js has threads
// from the start: so the server starts itself again, by the program that can (util-linux), in the same process.
// https://man7.org/linux/man-pages/man7/user_namespaces.7.html
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** Where `unshare` is on every distribution. */
const unshare = "/usr/bin/unshare";
const own = ["--user", "--map-root-user"];

/** Whether this process is root of the machine, and not of a user namespace that it was started in. */
export function isHostRoot(): boolean {
  return process.getuid?.() === 0 && hasAllIds(readFileSync("/proc/self/uid_map", "utf8"));
}

/** Of the machine's own namespace: every id is itself. */
const hasAllIds = (map: string): boolean => /^\s*0\s+0\s+4294967295\s*$/.test(map);

/** Why this user cannot have a user namespace; undefined: nothing stands in the way. */
export function userNamespaceFault(): string | undefined {
  if (!existsSync(unshare)) return `${unshare} is not there (apt install util-linux)`;
  const { status, error, stderr } = spawnSync(unshare, [...own, "/bin/true"], { encoding: "utf8" });
  if (status === 0) return undefined;
  return `this user may make no user namespaces: ${error?.message ?? stderr.trim()}`;
}

/** Starts this program again, as root of a new user namespace; does not return. Its descriptors beside the first three are lost. */
export function restartInUserNamespace(): never {
  const [, ...args] = process.argv;
  if (process.execve === undefined) throw new Error("this Node.js cannot start another program in its place");
  return process.execve(unshare, ["unshare", ...own, "--", process.execPath, ...process.execArgv, ...args]);
}
