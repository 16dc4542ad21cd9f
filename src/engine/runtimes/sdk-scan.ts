// Finds the AWS SDK packages that a function's own code names. A name is one only if it can mean nothing else than a
// package of the registry to npm and to the file system.
import { readdir } from "node:fs/promises";
import { javaScriptFiles, readOwnSources } from "./own-sources.ts";

/** Every package of the scope is matched by this; no version, URL, path or option is. */
export const sdkNamePattern = /^@aws-sdk\/[a-z0-9][a-z0-9-]{0,99}$/;

// A string literal that is such a name, or a path inside of the package. In every bundle with the SDK are a symbol of
// such a name, and an error message with `[require("@aws-sdk/signature-v4a");]`, which no code has.
const literalPattern = /(?<!\bSymbol\.for\()["'`](@aws-sdk\/[a-z0-9][a-z0-9-]{0,99})(?:\/[\w./-]{0,200})?["'`](?!\)?;\])/g;

const mostBytes = 32 * 1024 * 1024;
/** AWS has some 430 clients: who names more is not going to use them. */
const mostNames = 500;

/** Names that are imported in one of the trees and that no node_modules of any of them brings, sorted. */
export async function namedSdkPackages(roots: readonly string[]): Promise<readonly string[]> {
  const [named, packaged] = [new Set<string>(), new Set<string>()];
  await readOwnSources(roots, {
    files: javaScriptFiles,
    mostBytes,
    onSource: (source) => {
      if (source.includes("@aws-sdk/")) noteNames(named, source.toString("latin1"));
    },
    onPackages: (folder) => notePackaged(packaged, folder),
  });
  return [...named.difference(packaged)].sort();
}

function noteNames(named: Set<string>, text: string): void {
  for (const [, name] of text.matchAll(literalPattern)) {
    if (named.size >= mostNames) return;
    if (name !== undefined) named.add(name);
  }
}

async function notePackaged(packaged: Set<string>, folder: string): Promise<void> {
  const scope = (await readdir(folder, { withFileTypes: true })).find(({ name }) => name === "@aws-sdk");
  if (scope?.isDirectory() !== true) return;
  for (const name of await readdir(`${folder}/${scope.name}`)) packaged.add(`@aws-sdk/${name}`);
}
