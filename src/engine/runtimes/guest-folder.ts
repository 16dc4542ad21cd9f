// Puts our bootstrap, as it is in this version of Lambent, into a folder that a sandbox may show: named by its content,
// so that several versions of Lambent share one runtimes folder and none sees a half-made one.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bringPackages, packageState } from "./npm-packages.ts";

export interface GuestFolderPlan {
  /** Folder of guest/ to copy. */
  readonly language: "node" | "python" | "ruby";
  /** Where the folder is made. */
  readonly parent: string;
  /** npm packages to bring: their folders on the host by their paths inside. */
  readonly packages?: ReadonlyMap<string, string>;
  /** Files to write in it, in place of those that were copied: their content by their names. */
  readonly written?: ReadonlyMap<string, string>;
  /** Links to make in it: where they lead, by their names. */
  readonly links?: ReadonlyMap<string, string>;
  /** Last touch before the folder is shown, e.g. to compile. */
  readonly finish?: (folder: string) => Promise<void>;
}

/** Functions run as other users. */
const mode = 0o755;

/** Path of the folder. Cheap when it is there. */
export async function prepareGuestFolder(plan: GuestFolderPlan): Promise<string> {
  const source = guestSource(plan.language);
  const target = join(plan.parent, `guest-${await contentHash(source, plan)}`);
  if (existsSync(target)) return target;
  await mkdir(plan.parent, { recursive: true });
  const staging = await mkdtemp(`${target}-`);
  try {
    await cp(source, staging, { recursive: true });
    await chmod(staging, mode);
    for (const [name, content] of plan.written ?? []) await writeFile(join(staging, name), content);
    for (const [name, to] of plan.links ?? []) await symlink(to, join(staging, name));
    if (plan.packages !== undefined) await bringPackages(staging, plan.packages);
    await plan.finish?.(staging);
    await rename(staging, target);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    // Another process was faster; its folder is the same.
    if (!existsSync(target)) throw error;
  }
  return target;
}

/** Where our bootstrap lies in this version of Lambent. */
export const guestSource = (language: GuestFolderPlan["language"] | "java"): string => fileURLToPath(new URL(`../../../guest/${language}/`, import.meta.url));

async function contentHash(source: string, { packages = new Map(), written = new Map(), links = new Map() }: GuestFolderPlan): Promise<string> {
  const hash = createHash("sha256").update(`${mode}\n`);
  for (const name of (await readdir(source)).sort()) {
    // Left behind when somebody ran the bootstrap in place.
    if (name === "__pycache__") continue;
    hash.update(`${name}\n`).update(await readFile(join(source, name)));
  }
  for (const [path, text] of [...written, ...links]) hash.update(`${path}\n${text}\n`);
  const states = await Promise.all(Array.from(packages, async ([path, folder]) => `${path}\n${await packageState(folder)}`));
  for (const state of states) hash.update(state);
  return hash.digest("hex").slice(0, 16);
}
