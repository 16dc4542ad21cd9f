// Compiles guest/java into the classes that are committed beside its sources: `npx node tools/java-launcher.ts`. With Java
// 17, as a test compares them with what that makes of the sources.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programFolders } from "../src/config.ts";
import { guestSource } from "../src/engine/runtimes/guest-folder.ts";
import { javaArtifacts } from "../src/engine/runtimes/java-client.ts";
import { launcherSources } from "../src/engine/runtimes/java-launcher.ts";
import { fetchArtifacts } from "../src/engine/runtimes/maven.ts";

/** `jars`: a folder with AWS's client. `into`: where the classes go. */
export function compileLauncher(javac: string, jars: string, into: string): void {
  const options = ["--release", "8", "-Xlint:-options", "-proc:none", "-encoding", "UTF-8", "-classpath", join(jars, "*"), "-d", into];
  execFileSync(javac, [...options, ...launcherSources.map((name) => join(guestSource("java"), name))], { stdio: "pipe" });
}

if (import.meta.main) {
  const jars = mkdtempSync(join(tmpdir(), "lambent-java-launcher-"));
  try {
    await fetchArtifacts({ artifacts: javaArtifacts, folder: jars, searchPath: programFolders().searchPath, onLine: (line) => process.stderr.write(`${line}\n`) });
    compileLauncher("javac", jars, guestSource("java"));
  } finally {
    rmSync(jars, { recursive: true });
  }
}
