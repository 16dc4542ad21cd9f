// Where a file is on the host that a sandbox sees by some path: to tell of a program, before it is started, why it cannot
// be. Links are followed as inside, never to a place of the host that is not shown there.
import { lstatSync, readlinkSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";

/** What is seen where: absolute paths inside, and folders of the host. One of them is `/`. */
export interface ShownFolder {
  readonly target: string;
  readonly source: string;
}

export interface FoundFile {
  readonly hostPath: string;
  readonly stats: Stats;
}

/** As Linux follows them. path_resolution(7) */
const mostLinks = 40;

/** Throws what the kernel says of a path that leads nowhere: ENOENT, ENOTDIR, ELOOP. */
export function findInGuest(path: string, shown: readonly ShownFolder[]): FoundFile {
  const deepestFirst = shown.toSorted((one, other) => other.target.length - one.target.length);
  const onHost = (inside: string): string => {
    const folder = deepestFirst.find(({ target }) => target === "/" || inside === target || inside.startsWith(`${target}/`));
    return join(folder?.source ?? "/", inside.slice(folder === undefined || folder.target === "/" ? 0 : folder.target.length));
  };
  const left = path.split("/");
  let at = "/";
  let stats = lstatSync(onHost(at));
  let links = 0;
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    if (part === "" || part === ".") continue;
    if (!stats.isDirectory()) throw failure("ENOTDIR", path);
    const next = part === ".." ? dirname(at) : join(at, part);
    stats = lstatSync(onHost(next));
    if (!stats.isSymbolicLink()) {
      at = next;
      continue;
    }
    if (++links > mostLinks) throw failure("ELOOP", path);
    const to = readlinkSync(onHost(next));
    left.unshift(...to.split("/"));
    if (to.startsWith("/")) at = "/";
    stats = lstatSync(onHost(at));
  }
  return { hostPath: onHost(at), stats };
}

const failure = (code: string, path: string): Error => Object.assign(new Error(`${path}: ${code}`), { code });
