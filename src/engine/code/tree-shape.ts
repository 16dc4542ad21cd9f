// The names of a package as a tree. Refuses what could be read in two ways or would be written outside: absolute and
// climbing paths, a name twice, an entry below a file or a symbolic link, a link that leads out.
import { posix } from "node:path";
import { badEntry } from "./faults.ts";

const mostEntries = 200_000;
const longestNameBytes = 255;
const longestPathBytes = 2048;

export type TreeEntryKind = "file" | "directory" | "symlink";

export class TreeShape {
  readonly #kinds = new Map<string, TreeEntryKind>();

  /** Returns the path without empty and `.` parts; undefined for the root itself. */
  add(name: string, kind: TreeEntryKind): string | undefined {
    const parts = name.split("/").filter((part) => part !== "" && part !== ".");
    if (name.includes("\0") || name.startsWith("/") || /^[a-zA-Z]:/.test(name)) throw badEntry(`bad path: ${name}`);
    if (parts.includes("..")) throw badEntry(`path leads out: ${name}`);
    if (parts.some((part) => Buffer.byteLength(part) > longestNameBytes)) throw badEntry("a name is too long");
    const path = parts.join("/");
    if (Buffer.byteLength(path) > longestPathBytes) throw badEntry("a path is too long");
    if (path === "") {
      if (kind !== "directory") throw badEntry("an entry without a name");
      return undefined;
    }
    this.#addParents(parts);
    this.#addOnce(path, kind);
    return path;
  }

  #addParents(parts: readonly string[]): void {
    let parent = "";
    for (const part of parts.slice(0, -1)) {
      parent = parent === "" ? part : `${parent}/${part}`;
      this.#addOnce(parent, "directory");
    }
  }

  #addOnce(path: string, kind: TreeEntryKind): void {
    const former = this.#kinds.get(path);
    if (former === undefined) {
      if (this.#kinds.size >= mostEntries) throw badEntry(`more than ${mostEntries} entries`);
      this.#kinds.set(path, kind);
    } else if (former !== "directory" || kind !== "directory") {
      throw badEntry(`twice: ${path}`);
    }
  }
}

/** Whether a link at `path` stays in the tree, whatever other links lie on its way. */
export function staysInside(path: string, target: string): boolean {
  if (target === "" || target.includes("\0") || target.startsWith("/")) return false;
  const parts = target.split("/").filter((part) => part !== "" && part !== ".");
  // INVARIANT: `..` climbs real folders only. Behind a name it could climb from wherever that name, a link, leads.
  const firstName = parts.findIndex((part) => part !== "..");
  if (firstName !== -1 && parts.slice(firstName).includes("..")) return false;
  const lands = posix.join(posix.dirname(path), target);
  return lands !== ".." && !lands.startsWith("../");
}
