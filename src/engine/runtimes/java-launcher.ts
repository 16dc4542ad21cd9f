// What of Lambent's own a Java process starts with (guest/java), beside AWS's client and its jars: a jar with the launcher,
// the library through which it calls the C library, and a function of nothing to rehearse on.
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";
import { guestSource } from "./guest-folder.ts";
import { type JniLibraryPlan, jniLibrary } from "./jni-library.ts";

/** Path within the client's folder. Java looks at it first for the packages that it opens to the client. */
export const launcherJar = "launcher.jar";
export const launcherLibrary = (architecture: JniLibraryPlan["architecture"]): string => join("lib", "jni", `liblambent.linux-${architecture}.so`);

/** Folder with a function of nothing. */
export const launcherRehearsal = "rehearsal";

/** The sources of the classes, which lie beside them compiled, in the order of the compiler's command line. */
export const launcherSources: readonly string[] = ["lambent/Launcher.java", "lambent/Rehearsal.java", "Rehearsed.java"];
export const launcherClasses: readonly string[] = ["lambent/Launcher.class", "lambent/Rehearsal.class", "Rehearsed.class", "RehearsedInJar.class"];

const native = { javaClass: "lambent.Launcher", functions: ["chdir", "getenv", "setenv", "unsetenv"] };

/** What Java may not let others into without being told; on a command line that costs the archive of modules. */
const opened = ["java.base/java.io", "java.base/java.nio"];

/** Everything that is written, for a name by content. */
export const launcherContent = (): readonly Uint8Array[] => [
  ...launcherClasses.map(compiled),
  Buffer.from(JSON.stringify([opened, native.functions])),
  jniLibrary({ architecture: "x86_64", ...native }),
];

const compiled = (name: string): Buffer => readFileSync(join(guestSource("java"), name));

/** Into the client's folder. `jars`: paths in it, for the class path. */
export async function writeLauncher(folder: string, jars: readonly string[]): Promise<void> {
  const lines = ["Manifest-Version: 1.0", "Main-Class: lambent.Launcher", ...jarPaths(jars), `Add-Opens: ${opened.join(" ")}`, "Enable-Native-Access: ALL-UNNAMED"];
  const manifest = Buffer.from(lines.map((line) => `${line}\r\n`).join(""));
  const inJar = launcherClasses.filter((name) => name.startsWith("lambent/"));
  await writeJar(join(folder, launcherJar), new Map([["META-INF/MANIFEST.MF", manifest], ...inJar.map((name) => [name, compiled(name)] as const)]));
  const rehearsal = join(folder, launcherRehearsal);
  await mkdir(join(rehearsal, "lib"), { recursive: true });
  await writeFile(join(rehearsal, "Rehearsed.class"), compiled("Rehearsed.class"));
  await writeJar(join(rehearsal, "lib", "rehearsed.jar"), new Map([["RehearsedInJar.class", compiled("RehearsedInJar.class")]]));
  for (const architecture of ["x86_64", "aarch_64"] as const) await writeFile(join(folder, launcherLibrary(architecture)), jniLibrary({ architecture, ...native }));
}

/** A line of a manifest has at most 72 bytes; one that begins with a space continues the one before. */
const jarPaths = (jars: readonly string[]): readonly string[] => ["Class-Path: ", ...jars.map((jar) => `  ${jar}`)];

async function writeJar(path: string, files: ReadonlyMap<string, Buffer>): Promise<void> {
  const zip = new ZipFile();
  for (const [name, content] of files) zip.addBuffer(content, name, { mtime: new Date(1980, 0, 1) });
  zip.end();
  await writeFile(path, await buffer(zip.outputStream));
}
