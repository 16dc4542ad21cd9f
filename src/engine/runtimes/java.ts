// Java runtimes: installations of this machine, and AWS's own runtime client, which speaks the Runtime API over HTTP.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { applyExecWrapper } from "./exec-wrapper.ts";
import { javaClientUnavailable, runtimeNotInstalled } from "./faults.ts";
import { type JavaArchive, javaArchive, useArchive } from "./java-archive.ts";
import { clientLibraryOption, createJavaClient, javaClientMain, launcherCommand } from "./java-client.ts";
import { findJavaHomes, type JavaHome, majorOf } from "./java-homes.ts";
import { launcherJar } from "./java-launcher.ts";
import { javaOptions, moduleOptions } from "./java-options.ts";
import type { FoundRuntime, Language, LanguageHost, LanguageLaunch, OpenedRuntime } from "./language.ts";
import { newestFirst } from "./programs.ts";
import type { LaunchRequest, RuntimeLaunch } from "./runtime.ts";

/** Which Amazon Linux is below makes no difference here. */
const ids = ["java25", "java21", "java17.al2023", "java17", "java11.al2023", "java11", "java8.al2023", "java8.al2"];

export function createJavaLanguage(host: LanguageHost): Language {
  const client = createJavaClient(host);
  /** All runtimes are looked for at the same time, as a rule. */
  let looking: Promise<readonly JavaHome[]> | undefined;
  const homes = (): Promise<readonly JavaHome[]> => (looking ??= findJavaHomes(host).finally(() => (looking = undefined)));
  /** Several runtimes have the same Java, until it is replaced by another build in its place. */
  const archives = new Map<string, JavaArchive>();
  const archiveOf = (java: JavaHome, folder: string): JavaArchive => {
    const key = `${java.program}\n${java.build}`;
    const archive = archives.get(key) ?? javaArchive({ java, folder, log: host.log });
    archives.set(key, archive);
    return archive;
  };
  const open = async (id: string, java: JavaHome): Promise<OpenedRuntime> => {
    const runtimeDir = await client.folder().catch((error: unknown) => {
      throw javaClientUnavailable(id, error);
    });
    const archive = archiveOf(java, runtimeDir);
    // Takes a second or two, and the first function starts without it.
    void archive.make();
    return {
      id,
      channel: "http",
      runtimeDir,
      bootReads: /^(?:_JAVA_|JAVA_TOOL_OPTIONS$|JDK_JAVA_OPTIONS$)/,
      version: `java:${id.slice("java".length)}.v${java.version.split(".")[2] ?? "0"}`,
      launch: (request) => applyExecWrapper(launchJava(java, archive.path(), request), request),
      inspector: { protocol: "jdwp", usualPort: 5005 },
    };
  };
  return {
    ids,
    find: async (id) => {
      const found = (await homes()).filter(({ version }) => majorOf(version) === majorOf(id));
      return newestFirst(found).map((java): FoundRuntime => ({ ...java, open: () => open(id, java) }));
    },
    howToInstall: (id) => howToInstall(id),
    install: async (id, version, onProgress) => {
      const isWanted = (java: JavaHome): boolean => (version === undefined ? majorOf(java.version) === majorOf(id) : java.version === version);
      const [java] = newestFirst((await homes()).filter(isWanted));
      if (java === undefined) throw runtimeNotInstalled(id, howToInstall(id, version));
      const folder = await client.folder(onProgress).catch((error: unknown) => {
        throw runtimeNotInstalled(id, error instanceof Error ? error.message : String(error), error);
      });
      onProgress(`Archiving its classes for ${java.program}`);
      await archiveOf(java, folder).make();
    },
  };
}

/** No registry that we could ask has Java itself. */
function howToInstall(id: string, version = majorOf(id).toString()): string {
  if (process.platform !== "linux") return "AWS's runtime client for Java has a native library for Linux only: run Lambent there, in a container or a virtual machine.";
  return (
    `Install a Java ${version}, JRE or JDK, with your system's packages, SDKMAN!, mise or asdf, or set JAVA_HOME; then: lambent runtimes add ${id}` +
    " (it fetches AWS's runtime client from Maven)."
  );
}

/** Its options in the order of AWS's own command line, seen from inside of its java17 in 2024. */
function launchJava(java: JavaHome, archive: string | undefined, request: LanguageLaunch): RuntimeLaunch {
  const { program, paths, inspectorPort } = request;
  const major = majorOf(java.version);
  const sharing = archive === undefined ? ["-Xshare:auto"] : useArchive(major, join(paths.runtimeDir, archive));
  return {
    program,
    args: [
      ...javaOptions(major, sharing, request),
      // Java takes no notice of TMPDIR.
      `-Djava.io.tmpdir=${paths.tmp}`,
      ...(inspectorPort === undefined ? [] : [`-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,quiet=y,address=127.0.0.1:${inspectorPort}`]),
      ...mainOf(java, request),
    ],
    environment: {},
  };
}

/** A wrapper, which knows AWS's command, is given the client itself. So are layers that have to be on the class path, which `-jar` makes one jar. */
function mainOf(java: JavaHome, request: LanguageLaunch): readonly string[] {
  const { paths, handler, environment } = request;
  const layers = layersOnClassPath(request);
  const isWrapped = (environment["AWS_LAMBDA_EXEC_WRAPPER"] ?? "") !== "";
  if (!isWrapped && layers.length === 0) return launcherCommand(java, paths.runtimeDir);
  // The launcher's jar names all others. The archive of classes is of this class path.
  const classPath = [join(paths.runtimeDir, launcherJar), ...layers].join(":");
  return [clientLibraryOption(java, paths.runtimeDir), ...moduleOptions(majorOf(java.version)), "-classpath", classPath, javaClientMain, handler];
}

/**
 * The client itself looks into the working directory, its `lib`, and `/opt/java/lib`. Where layers are elsewhere for want of
 * a mount namespace, the class path names all three, in the client's order: code and layers then share one class loader as
 * they do on AWS.
 */
function layersOnClassPath({ paths, host }: LaunchRequest): readonly string[] {
  if (paths.optRoot === "/opt" || host.optRoot === undefined) return [];
  const inLayers = jarsIn(join(host.optRoot, "java", "lib"));
  if (inLayers.length === 0) return [];
  const inCode = jarsIn(join(host.taskRoot, "lib")).map((name) => join(paths.taskRoot, "lib", name));
  return [paths.taskRoot, ...inCode, ...inLayers.map((name) => join(paths.optRoot, "java", "lib", name))];
}

function jarsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".jar")).sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return [];
    throw error;
  }
}
