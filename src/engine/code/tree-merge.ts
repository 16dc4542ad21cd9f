// Several packages as one tree, as an overlay of file systems would show them: what an upper package has hides what a
// lower one has at the same path. Two folders become one; anything else over a folder hides all that is below it.
//
// INVARIANT: packages come from the top down, and nothing is ever written where an upper one has put a file or a link,
// nor below it. So no link of one package leads what another one writes, and every link keeps the real folders above
// it that its own package had: what stayed inside of that one (tree-shape.ts) stays inside of the whole.
import { dirname } from "node:path";
import { readToEnd, type ArchiveVisitor } from "./read-archive.ts";
import type { TreeEntryKind } from "./tree-shape.ts";

export class TreeMerge {
  readonly #writer: ArchiveVisitor;
  /** Of all packages so far, the folders that none of them spells out included. */
  readonly #kinds = new Map<string, TreeEntryKind>();

  constructor(writer: ArchiveVisitor) {
    this.#writer = writer;
  }

  /** For the next package, which lies below all those before it. */
  below(): ArchiveVisitor {
    return {
      directory: async (path) => {
        if (this.#claim(path, "directory")) await this.#writer.directory(path);
      },
      file: async (path, executable, content) => {
        if (this.#claim(path, "file")) await this.#writer.file(path, executable, content);
        else await readToEnd(content);
      },
      symlink: async (path, target) => {
        if (this.#claim(path, "symlink")) await this.#writer.symlink(path, target);
      },
    };
  }

  /** False when an upper package hides it. */
  #claim(path: string, kind: TreeEntryKind): boolean {
    const parent = dirname(path);
    if (parent !== "." && this.#kinds.get(parent) !== "directory" && !this.#claim(parent, "directory")) return false;
    const upper = this.#kinds.get(path);
    if (upper === undefined) {
      this.#kinds.set(path, kind);
      return true;
    }
    return upper === "directory" && kind === "directory";
  }
}
