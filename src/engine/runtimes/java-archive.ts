// The classes of AWS's runtime client, loaded and linked ahead of time, as AWS ships them: Java starts in half the time.
// One file for each Java; https://openjdk.org/jeps/350 (class data sharing), https://openjdk.org/jeps/514 (AOT cache).
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { launcherCommand } from "./java-client.ts";
import { type JavaHome, majorOf } from "./java-homes.ts";
import { serialCollector } from "./java-options.ts";
import { install } from "./programs.ts";

export interface JavaArchive {
  /** Path within the client's folder; undefined until it is there, and for a Java that has no such thing. */
  path(): string | undefined;
  /** Makes it if it is not there. A Java without it works as well, so this never rejects. */
  make(): Promise<void>;
}

export interface ArchivePlan {
  readonly java: JavaHome;
  /** The client's folder. */
  readonly folder: string;
  readonly log: { warn(fields: object, event: string): void };
}

export function javaArchive({ java, folder, log }: ArchivePlan): JavaArchive {
  const option = creationOption(majorOf(java.version));
  if (option === undefined) return { path: () => undefined, make: () => Promise.resolve() };
  const path = archivePath(java);
  let isThere = existsSync(join(folder, path));
  let making: Promise<void> | undefined;
  const make = async (): Promise<void> => {
    try {
      await makeArchive({ java, folder, path, option });
      isThere = true;
    } catch (error) {
      log.warn({ java: java.program, error: error instanceof Error ? error.message : String(error) }, "java-archive-not-made");
    }
  };
  return { path: () => (isThere ? path : undefined), make: () => (isThere ? Promise.resolve() : (making ??= make())) };
}

/** Java refuses the file of another build, and of another place. */
const archivePath = ({ program, build }: JavaHome): string =>
  join("archives", `${createHash("sha256").update(`${program}\n${build}`).digest("hex").slice(0, 16)}.jsa`);

/** From Java 25 on AWS, too, has the newer kind. */
function creationOption(major: number): string | undefined {
  if (major >= 25) return "AOTCacheOutput";
  return major >= 13 ? "ArchiveClassesAtExit" : undefined;
}

/** One that does not fit what else a function asks for is left unused. Nobody asked for it, so nobody is told. */
export const useArchive = (major: number, path: string): readonly string[] =>
  major >= 25 ? [`-XX:AOTCache=${path}`, "-Xlog:aot=off"] : ["-Xshare:auto", `-XX:SharedArchiveFile=${path}`];

async function makeArchive({ java, folder, path, option }: { java: JavaHome; folder: string; path: string; option: string }): Promise<void> {
  const target = join(folder, path);
  await mkdir(dirname(target), { recursive: true });
  const staging = await mkdtemp(`${target}-`);
  try {
    const draft = join(staging, "draft");
    await install(java.program, [`-XX:${option}=${draft}`, serialCollector, ...launcherCommand(java, folder), "archive"]).catch((error: unknown) => {
      // It may meet classes for newer Javas, late: what is loaded by then is archived all the same.
      if (!existsSync(draft)) throw error;
    });
    await rename(draft, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
