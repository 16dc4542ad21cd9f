// The AWS SDK for JavaScript that managed Node.js runtimes carry: from the server's own packages, and from those that
// were installed beside them (sdk-on-demand.ts, `lambent runtimes add`); nothing else of either is shown to a function.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { runtimeNotInstalled, runtimeUnknown } from "./faults.ts";
import type { FoundRuntime } from "./language.ts";
import { install, type InstallRun } from "./programs.ts";

const scopes = ["@aws-sdk", "@smithy"];

/** Names of packages that `add` takes beside runtime ids. */
export const isSdkPackage = (name: string): boolean => /^@(aws-sdk|smithy)\/[a-z0-9][a-z0-9-]*$/.test(name);

/** From the path that a function's NODE_PATH finds (`node_modules/@aws-sdk/client-s3`) to the package on the host. */
export async function sdkPackages(directory: string): Promise<ReadonlyMap<string, string>> {
  const packages = new Map<string, string>();
  for (const scope of scopes) {
    for (const folder of ownFolders()) {
      for (const name of await packagesIn(join(folder, scope))) {
        const path = join("node_modules", scope, name);
        // The nearest wins, as in Node.js's own search.
        if (!packages.has(path)) packages.set(path, join(folder, scope, name));
      }
    }
    for (const name of await packagesIn(join(directory, "aws-sdk", scope))) {
      const path = join("node_modules", scope, name);
      const folder = packageFolder(directory, `${scope}/${name}`);
      if (!packages.has(path) && existsSync(folder)) packages.set(path, folder);
    }
  }
  return packages;
}

export const isShipped = (name: string): boolean => ownFolders().some((folder) => existsSync(join(folder, name)));

export const isInstalled = (directory: string, name: string): boolean => existsSync(join(packageFolder(directory, name), "package.json"));

/**
 * Into a folder of its own that appears as a whole, so that servers which share the directory need no lock. The package
 * finds its dependencies beside itself there.
 */
export async function installSdkPackage(directory: string, name: string, run: InstallRun): Promise<void> {
  const target = join(directory, "aws-sdk", name);
  await mkdir(dirname(target), { recursive: true });
  const staging = await mkdtemp(join(directory, "aws-sdk", "installing-"));
  try {
    await install("npm", [...npmOptions, "--prefix", staging, name], run);
    await rename(staging, target);
  } catch (error) {
    // Another process was faster; its folder is as good.
    if (isInstalled(directory, name)) return;
    throw runtimeNotInstalled(name, error instanceof Error ? error.message : String(error), error);
  } finally {
    // npm may just have been killed and be writing its last.
    await rm(staging, { recursive: true, force: true, maxRetries: 3 });
  }
}

const npmOptions = "install --no-save --no-audit --no-fund --ignore-scripts --fetch-retries=1 --fetch-retry-mintimeout=1000".split(" ");

/** One that was added, in the shape in which `add` tells what it brought. */
export async function findSdkPackage(directory: string, name: string): Promise<readonly FoundRuntime[]> {
  if (!isInstalled(directory, name)) return [];
  const folder = packageFolder(directory, name);
  const { version }: { version: string } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  return [{ program: folder, version, open: () => Promise.reject(runtimeUnknown(name)) }];
}

const ownFolders = (): readonly string[] => createRequire(import.meta.url).resolve.paths("@aws-sdk/core") ?? [];

const packageFolder = (directory: string, name: string): string => join(directory, "aws-sdk", name, "node_modules", name);

async function packagesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
