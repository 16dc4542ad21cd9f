// The AWS SDK for JavaScript that managed Node.js runtimes carry. Ours comes from the server's own packages and from
// those that `lambent runtimes add @aws-sdk/client-…` installed; nothing else of either is shown to a function.
import { mkdir, readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { runtimeNotInstalled, runtimeUnknown } from "./faults.ts";
import type { FoundRuntime } from "./language.ts";
import { install } from "./programs.ts";

const scopes = ["@aws-sdk", "@smithy"];

/** Names of packages that `add` takes beside runtime ids. */
export const isSdkPackage = (name: string): boolean => /^@(aws-sdk|smithy)\/[a-z0-9][a-z0-9-]*$/.test(name);

/** From the path that a function's NODE_PATH finds (`node_modules/@aws-sdk/client-s3`) to the package on the host. */
export async function sdkLinks(directory: string): Promise<ReadonlyMap<string, string>> {
  const folders = [...(createRequire(import.meta.url).resolve.paths("@aws-sdk/core") ?? []), installedIn(directory)];
  const links = new Map<string, string>();
  for (const folder of folders) {
    for (const scope of scopes) {
      for (const name of await packagesIn(join(folder, scope))) {
        const path = join("node_modules", scope, name);
        // The nearest wins, as in Node.js's own search.
        if (!links.has(path)) links.set(path, join(folder, scope, name));
      }
    }
  }
  return links;
}

export async function installSdkPackage(directory: string, name: string, onProgress: (line: string) => void): Promise<void> {
  const prefix = join(directory, "aws-sdk");
  await mkdir(prefix, { recursive: true });
  const args = ["install", "--prefix", prefix, "--no-audit", "--no-fund", "--ignore-scripts", name];
  await install("npm", args, onProgress).catch((error: unknown) => {
    throw runtimeNotInstalled(name, error instanceof Error ? error.message : String(error), error);
  });
}

/** One that was added, in the shape in which `add` tells what it brought. */
export async function findSdkPackage(directory: string, name: string): Promise<FoundRuntime | undefined> {
  const folder = join(installedIn(directory), name);
  if (!(await packagesIn(folder)).includes("package.json")) return undefined;
  const { version }: { version: string } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  return { program: folder, version, open: () => Promise.reject(runtimeUnknown(name)) };
}

const installedIn = (directory: string): string => join(directory, "aws-sdk", "node_modules");

async function packagesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
