// Finds the AWS SDK packages that a function's own code names. The code is hostile and only read: bounded in every
// direction, and a name is one only if it can mean nothing else than a package of the registry to npm and to the file system.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** Every package of the scope is matched by this; no version, URL, path or option is. */
export const sdkNamePattern = /^@aws-sdk\/[a-z0-9][a-z0-9-]{0,99}$/;

// A string literal that is such a name, or a path inside of the package.
const literalPattern = /["'`](@aws-sdk\/[a-z0-9][a-z0-9-]{0,99})(?:\/[^"'`\n\\]{0,200})?["'`]/g;
const sourcePattern = /\.[cm]?js$/;

const mostEntries = 5_000;
const mostBytes = 32 * 1024 * 1024;
/** AWS has some 430 clients: who names more is not going to use them. */
const mostNames = 500;
const deepest = 16;

interface Scan {
  entriesLeft: number;
  bytesLeft: number;
  readonly named: Set<string>;
  readonly packaged: Set<string>;
}

/** Names that are imported in one of the trees and that no node_modules of any of them brings, sorted. */
export async function namedSdkPackages(roots: readonly string[]): Promise<readonly string[]> {
  const scan: Scan = { entriesLeft: mostEntries, bytesLeft: mostBytes, named: new Set(), packaged: new Set() };
  for (const root of roots) await scanFolder(scan, root, deepest);
  return [...scan.named.difference(scan.packaged)].sort();
}

async function scanFolder(scan: Scan, folder: string, depthLeft: number): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (scan.entriesLeft-- <= 0) return;
    const path = join(folder, entry.name);
    // A link is neither file nor folder here, so nothing outside of the tree is read.
    if (entry.isDirectory() && entry.name === "node_modules") await notePackaged(scan, path);
    else if (entry.isDirectory() && depthLeft > 0) await scanFolder(scan, path, depthLeft - 1);
    else if (entry.isFile() && sourcePattern.test(entry.name)) await scanFile(scan, path);
  }
}

async function notePackaged(scan: Scan, folder: string): Promise<void> {
  const scope = (await readdir(folder, { withFileTypes: true })).find(({ name }) => name === "@aws-sdk");
  if (scope?.isDirectory() !== true) return;
  for (const name of await readdir(join(folder, scope.name))) scan.packaged.add(`@aws-sdk/${name}`);
}

async function scanFile(scan: Scan, path: string): Promise<void> {
  const { size } = await stat(path);
  if (size > scan.bytesLeft) return;
  scan.bytesLeft -= size;
  const bytes = await readFile(path);
  if (!bytes.includes("@aws-sdk/")) return;
  for (const [, name] of bytes.toString("latin1").matchAll(literalPattern)) {
    if (scan.named.size >= mostNames) return;
    if (name !== undefined) scan.named.add(name);
  }
}
