// The root of every sandbox: a folder of mount points and links, and an /etc of its own that names nobody and nothing of
// this machine. Made once, named by what it was made from, and shown read-only to all.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { constants, chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isErrno } from "../errno.ts";
import { guestHostname, guestUser } from "./container-config.ts";
import type { ShownFolder } from "./guest-path.ts";
import type { EnvProgram } from "./launch-script.ts";

export interface RootPlan {
  /** Where it is made; every user of this machine must get there, and nobody but us write. */
  readonly parent: string;
  /** The system to show: `/`, or an unpacked tree. Absolute. */
  readonly system: string;
  /** Of /etc. */
  readonly resolvConf: string;
}

export interface RootFolder {
  readonly path: string;
  /** What must be mounted into it, and the folder itself as `/`. */
  readonly shown: readonly ShownFolder[];
  /** A folder of the host with nothing in it. */
  readonly empty: string;
  readonly env: EnvProgram;
}

/** Where programs and libraries are; on most systems all but the first are links into it. The last is NixOS's. */
const systemFolders = ["usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "nix"];

/**
 * For what the driver or the kernel fills. Others are there because programs expect them; two because the loader looks once,
 * when a program begins, which folders of LD_LIBRARY_PATH there are, and code may come later.
 */
const emptyFolders = ["proc", "dev", "tmp", "sys", "run", "opt/lib", "home", "root", "mnt", "media", "srv", "var/task/lib", "var/runtime", "var/lang", "var/tmp", "var/lib", "var/cache", "var/log"];

const localesFolder = "usr/lib/locale";
/** In the root, where nothing is mounted: below /usr it would be the system's own by the time that it is shown. */
const ownLocalesFolder = "var/lib/locale";
/** What LANG is on AWS, as glibc calls the folder. */
const locale = "en_US.utf8";

/** Of /etc: certificates of authorities, where programs on AWS look, and where Debian has them. */
const certificates = { onAws: "pki/tls/certs/ca-bundle.crt", onDebian: "ssl/certs/ca-certificates.crt" };

/** Of /etc: what libraries and languages read, and what links from /usr lead to. */
const settingsOfLibraries =
  /^(?:ssl|pki|ca-certificates|crypto-policies|alternatives|ld\.so\.(?:cache|conf|conf\.d)|localtime|timezone|locale\.(?:alias|conf)|mime\.types|magic(?:\.mime)?|protocols|services|gai\.conf|host\.conf|fonts|terminfo|perl|java[-\w.]*|python[\d.]+|ImageMagick-\d+|dotnet|os-release|debian_version|system-release|alpine-release)$/;

/** Cheap when it is there. */
export async function prepareRoot({ parent, system, resolvConf }: RootPlan, hold: (path: string) => boolean): Promise<RootFolder> {
  const links = new Map<string, string>();
  const shown: ShownFolder[] = [];
  for (const name of systemFolders) {
    const stats = await lstatIfThere(join(system, name));
    if (stats?.isSymbolicLink() === true) links.set(name, await readlink(join(system, name)));
    else if (stats?.isDirectory() === true) shown.push({ target: `/${name}`, source: join(system, name) });
  }
  const etc = join(system, "etc");
  if ((await lstatIfThere(join(etc, certificates.onAws))) === undefined) links.set(`etc/${certificates.onAws}`, `/etc/${certificates.onDebian}`);
  const settings = await statesOf(etc, settingsOfLibraries);
  const locales = await statesOf(join(system, localesFolder));
  const folders = [...emptyFolders, ...shown.map(({ target }) => target.slice(1))];
  const files = { ...etcFiles, "resolv.conf": resolvConf };
  const path = join(parent, `root-${hashOf([system, folders, [...links], settings, ownLocalesFolder, locales, files])}`);
  // One that is about to be removed is made again.
  do {
    if (!existsSync(path)) await make(path, { folders, links, etc, settings: settings.map(([name]) => name), locales: join(system, localesFolder), files });
  } while (!hold(path));
  const own = join(path, ownLocalesFolder);
  if (existsSync(own)) shown.push({ target: `/${localesFolder}`, source: own });
  return { path, empty: join(path, "mnt"), shown: [{ target: "/", source: path }, ...shown], env: await lookAtEnv(join(system, "usr", "bin", "env")) };
}

/** GNU's has the option since 8.31; others have none. To start it would take longer, and a system that can be entered. */
async function lookAtEnv(program: string): Promise<EnvProgram> {
  return { setsSignals: (await readFile(program).catch(() => Buffer.alloc(0))).includes("default-signal") };
}

/** What is in a folder, with what tells one state of each from another. */
async function statesOf(folder: string, which = /(?:)/): Promise<readonly (readonly [name: string, mtimeMs: number])[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => which.test(name)).sort();
  return Promise.all(names.map(async (name) => [name, (await lstat(join(folder, name))).mtimeMs] as const));
}

const hashOf = (parts: unknown): string => createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);

interface RootContent {
  readonly folders: readonly string[];
  readonly links: ReadonlyMap<string, string>;
  readonly etc: string;
  /** Names of what is copied from there. */
  readonly settings: readonly string[];
  /** Where the system has its locales. */
  readonly locales: string;
  /** Of /etc, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** Appears as a whole, so that servers which share it need no lock. */
async function make(target: string, { folders, links, etc, settings, locales, files }: RootContent): Promise<void> {
  await mkdir(join(target, ".."), { recursive: true, mode: 0o711 });
  const staging = await mkdtemp(`${target}-`);
  try {
    await chmod(staging, 0o755);
    for (const folder of [...folders, "etc"]) await mkdir(join(staging, folder), { recursive: true, mode: 0o755 });
    for (const name of settings) await copySettings(join(etc, name), join(staging, "etc", name));
    for (const [name, to] of links) {
      await mkdir(dirname(join(staging, name)), { recursive: true, mode: 0o755 });
      await symlink(to, join(staging, name));
    }
    await addLocale(locales, join(staging, ownLocalesFolder));
    for (const [name, content] of Object.entries(files)) await writeFile(join(staging, "etc", name), content, { mode: 0o644 });
    await rename(staging, target);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    // Another process was faster; its folder is the same.
    if (!existsSync(target)) throw error;
  }
}

/**
 * Those of the system, and AWS's from the one that every C library brings: its characters, with dates and numbers as
 * programs have them without a locale. Nothing where the system has AWS's, or none at all.
 */
async function addLocale(locales: string, into: string): Promise<void> {
  const archive = await readFile(join(locales, "locale-archive")).catch(() => Buffer.alloc(0));
  if (!existsSync(join(locales, "C.utf8")) || existsSync(join(locales, locale)) || archive.includes(locale)) return;
  await mkdir(into, { recursive: true, mode: 0o755 });
  await copySettings(locales, into);
  await copySettings(join(locales, "C.utf8"), join(into, locale));
}

/** Nothing that not everybody on this machine may read: private keys lie beside certificates. */
const copySettings = (from: string, to: string): Promise<void> =>
  cp(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: async (path) => {
      const stats = await lstat(path);
      return stats.isSymbolicLink() || (stats.mode & constants.S_IROTH) !== 0;
    },
  });

const { uid, gid, name: user } = guestUser;

const etcFiles: Readonly<Record<string, string>> = {
  passwd: `root:x:0:0:root:/root:/sbin/nologin\n${user}:x:${uid}:${gid}::/home/${user}:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n`,
  group: `root:x:0:\n${user}:x:${gid}:\nnogroup:x:65534:\n`,
  // AWS's own extensions listen for telemetry at `sandbox.localdomain`; Java and others look up the host's name.
  hosts: `127.0.0.1 localhost sandbox.localdomain sandbox ${guestHostname}\n::1 localhost\n`,
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\nprotocols: files\nservices: files\n",
};

async function lstatIfThere(path: string): Promise<Awaited<ReturnType<typeof lstat>> | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}
