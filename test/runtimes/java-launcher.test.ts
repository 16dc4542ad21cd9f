// What is committed compiled of guest/java is what its sources say.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { guestSource } from "../../src/engine/runtimes/guest-folder.ts";
import { launcherClasses } from "../../src/engine/runtimes/java-launcher.ts";
import { compileLauncher } from "../../tools/java-launcher.ts";
import { Missing } from "../harness/build-cache.ts";
import { javaRuntime } from "./clients/java.ts";

/** Another version's compiler writes the same differently. */
const compiler = ["/usr/lib/jvm/java-17-openjdk-amd64/bin/javac", "/usr/lib/jvm/java-17-openjdk-arm64/bin/javac", "/usr/bin/javac"].find(
  (path) => existsSync(path) && execFileSync(path, ["-version"]).toString().startsWith("javac 17."),
);

test("the launcher's classes are those of its sources", { timeout: 120_000 }, async ({ skip }) => {
  if (compiler === undefined) {
    skip("the compiler of Java 17 is not installed");
    return;
  }
  const runtime = await javaRuntime("java17").catch((error: unknown) => (error instanceof Missing ? skip(error.message) : Promise.reject(error)));
  const folder = mkdtempSync(join(tmpdir(), "lambent-java-launcher-"));
  try {
    compileLauncher(compiler, join(runtime.runtimeDir ?? "", "lib"), folder);
    for (const name of launcherClasses) expect(readFileSync(join(folder, name)).equals(readFileSync(join(guestSource("java"), name))), name).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
