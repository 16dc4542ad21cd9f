// Finds Java installations. Nearly each says in its file `release` what it is, so that it need not be started to be asked.
import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LanguageHost } from "./language.ts";
import { ask, foldersIn, thoseThere } from "./programs.ts";

export interface JavaHome {
  /** Path of `java`. */
  readonly program: string;
  /** `17.0.15`, `25`; `1.8.0_452` as `8.0.452`. */
  readonly version: string;
  readonly libc: "linux" | "linux_musl";
  readonly architecture: "x86_64" | "aarch_64";
  /** Another one for each build of a version. */
  readonly build: string;
}

/** 17 of `17.0.15` and of `java17.al2023`. */
export const majorOf = (text: string): number => Number(/\d+/.exec(text)?.[0]);

/** Those for Linux; of links to one of them the first. */
export async function findJavaHomes(host: LanguageHost): Promise<readonly JavaHome[]> {
  const programs = thoseThere((await candidates(host)).map((home) => join(home, "bin", "java")));
  const homes = await Promise.all(programs.map(describe));
  return homes.filter((home) => home !== undefined);
}

async function candidates(host: LanguageHost): Promise<readonly string[]> {
  const home = (...parts: string[]): string => join(host.homeDirectory, ...parts);
  const collections = [
    "/usr/lib/jvm",
    "/usr/lib64/jvm",
    "/usr/java",
    "/opt/java",
    home(".sdkman", "candidates", "java"),
    home(".asdf", "installs", "java"),
    home(".local", "share", "mise", "installs", "java"),
    home(".jdks"),
    home(".gradle", "jdks"),
  ];
  const collected = await Promise.all(collections.map(foldersIn));
  // `java` on the PATH is a link into its home, or a version manager's script, which is passed over.
  const onPath = host.searchPath.map(homeOfProgramIn).filter((found) => found !== undefined);
  return [...onPath, ...collected.flat()];
}

function homeOfProgramIn(folder: string): string | undefined {
  const program = join(folder, "java");
  return existsSync(program) ? dirname(dirname(realpathSync(program))) : undefined;
}

/** Undefined: not a Java for Linux, or one that does not say. https://openjdk.org/jeps/223 has the numbers. */
async function describe(program: string): Promise<JavaHome | undefined> {
  const path = join(dirname(dirname(program)), "release");
  const text = existsSync(path) ? await readFile(path, "utf8") : await releaseAsTold(program);
  const value = (key: string): string | undefined => new RegExp(`^${key}="?([^"\\n]*)"?$`, "m").exec(text)?.[1];
  const version = value("JAVA_VERSION")?.replace(/^1\.(\d+)\.0(?:_0*(\d+))?$/, (_all, major: string, update = "0") => `${major}.0.${update}`);
  // A runtime that jlink made says only its version: it is this machine's kind.
  const [system, architecture] = [value("OS_NAME") ?? process.platform, value("OS_ARCH") ?? process.arch];
  if (version === undefined || system.toLowerCase() !== "linux") return undefined;
  return {
    program,
    version,
    libc: value("LIBC") === "musl" ? "linux_musl" : "linux",
    architecture: architecture === "aarch64" || architecture === "arm64" ? "aarch_64" : "x86_64",
    build: createHash("sha256").update(text).digest("hex"),
  };
}

/** What the file would say, of a Java that comes without it (Debian's JRE 8, for one). It tells by its error output. */
async function releaseAsTold(program: string): Promise<string> {
  const told = (await ask("/bin/sh", ["-c", 'exec "$0" -XshowSettings:properties -version 2>&1', program])) ?? "";
  const value = (property: string): string => new RegExp(`^ *${property} = (.*)$`, "m").exec(told)?.[1] ?? "";
  return `JAVA_VERSION="${value("java\\.version")}"\nOS_NAME="${value("os\\.name")}"\nOS_ARCH="${value("os\\.arch")}"\n`;
}
