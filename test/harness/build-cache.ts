// Functions that a test has to build (compile, install packages for): built once for what goes into them, kept between
// runs and shared by all checkouts of this machine.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";

/** A program or registry that a fixture needs is not there: the reason of a skip. */
export class Missing extends Error {}

export interface BuildPlan {
  readonly name?: string;
  /** Folder of its sources, which also names it. Every file of it counts. */
  readonly sources?: string;
  /** Counts, too: what the steps are (versions, arguments). */
  readonly recipe: readonly string[];
  /** Takes a minute or more: done only where `LAMBENT_TEST_BUILDS` is `all`. */
  readonly isSlow?: boolean;
  /** Works in a fresh copy of the sources, which becomes the result when this resolves. */
  readonly build: (folder: string) => Promise<void>;
}

const folderOfBuilds = (): string => process.env["LAMBENT_TEST_CACHE"] ?? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "lambent-tests");

/** The folder of what was built. Rejects with `Missing`, or with what the build printed. */
export async function built({ sources, name = basename(sources ?? "build"), recipe, isSlow = false, build }: BuildPlan): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([process.arch, recipe]));
  for (const file of filesIn(sources)) hash.update(`\0${file}\0`).update(readFileSync(join(sources ?? "", file)));
  const folder = join(folderOfBuilds(), `${name}-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(folder)) return opened(folder);
  if (isSlow && process.env["LAMBENT_TEST_BUILDS"] !== "all") throw new Missing(`${name} is not built, which takes minutes: LAMBENT_TEST_BUILDS=all npm test`);
  await mkdir(folderOfBuilds(), { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  try {
    if (sources !== undefined) await cp(sources, draft, { recursive: true });
    await build(draft);
    // Whoever built the same at the same time has the same.
    if (!existsSync(folder)) await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return opened(folder);
}

/** Also for the users that functions in containers are. */
async function opened(folder: string): Promise<string> {
  await chmod(folder, 0o755);
  return folder;
}

/** Paths in `folder`, sorted. */
const filesIn = (folder: string | undefined): readonly string[] =>
  folder === undefined
    ? []
    : readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
        .toSorted();

/** What `zipOf` takes, of all that lies in a folder. */
export const filesOf = (folder: string): Record<string, Buffer> =>
  Object.fromEntries(filesIn(folder).map((file) => [file, readFileSync(join(folder, file))]));

const run = promisify(execFile);

/** Runs a step of a build, and rejects with all it printed if it fails. */
export async function step(program: string, args: readonly string[], cwd: string, environment: NodeJS.ProcessEnv = {}): Promise<void> {
  try {
    await run(program, args, { cwd, env: { ...process.env, ...environment }, maxBuffer: 1 << 26 });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/** Where a program is: on the search path or in a folder where its installer puts it. Missing: it is in none. */
export function locate(name: string, ...folders: readonly string[]): string {
  const places = [...(process.env["PATH"] ?? "").split(":"), ...folders].map((folder) => join(folder, name));
  const place = places.find((path) => existsSync(path));
  if (place === undefined) throw new Missing(`${name} is not installed`);
  return place;
}
