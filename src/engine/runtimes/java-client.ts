// AWS's own runtime client for Java, unmodified: fetched once a machine into the runtimes folder, with its native library
// beside the jars as in AWS's /var/runtime/lib, and with what starts it.
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readArchive, readToEnd } from "../code/read-archive.ts";
import type { LanguageHost } from "./language.ts";
import type { JavaHome } from "./java-homes.ts";
import { launcherContent, launcherJar, launcherLibrary, launcherRehearsal, writeLauncher } from "./java-launcher.ts";
import { fetchArtifacts, jarName, type MavenArtifact } from "./maven.ts";
import { makeWhole } from "./whole-folder.ts";

const client: MavenArtifact = {
  group: "com.amazonaws",
  name: "aws-lambda-java-runtime-interface-client",
  version: "2.9.0",
  sha256: "26568a5f63bf9e921567e77661be425650abc8972bae2aa0b7e99bab4e4239d9",
};

/** In the order of the class path: the client and what it depends on. */
export const javaArtifacts: readonly MavenArtifact[] = [
  { group: "com.amazonaws", name: "aws-lambda-java-core", version: "1.4.0", sha256: "575c24393cc1ad645e83e618956eabd89ffe8cc09efae2cb62bc6589154d68ed" },
  client,
  { group: "com.amazonaws", name: "aws-lambda-java-serialization", version: "1.2.0", sha256: "1513c1f945a3213f916a4b2de1760c97b51d84d110f82bbbcf9cfac53d5651e7" },
  { group: "software.amazon.awssdk", name: "utils-lite", version: "2.34.0", sha256: "efaf784f07ae526f0b5c89d71ef21cf16636131c47d44616e3df9bedc3f4f89a" },
  { group: "software.amazon.awssdk", name: "annotations", version: "2.34.0", sha256: "fafdcb55f4e5af603f5219f4a2b080aa0decb562a7c0944f7a7eca82dd47e487" },
];

export const javaClientMain = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";
/** Makes the client load its native library from a path; else it unpacks it to one path in /tmp, over those of its neighbours. */
const nativeLibraryProperty = "com.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI";

/** Paths within the folder that `fetchJavaClient` fills. */
export const javaClientJars: readonly string[] = javaArtifacts.map((artifact) => join("lib", jarName(artifact)));
const nativeLibrary = (libc: "linux" | "linux_musl", architecture: "x86_64" | "aarch_64"): string =>
  join("lib", "jni", `libaws-lambda-jni.${libc}-${architecture}.so`);

/** Arguments of `java` that start the client by our launcher; `folder`: the client's, as the process sees it. */
export const launcherCommand = (java: JavaHome, folder: string): readonly string[] => [
  clientLibraryOption(java, folder),
  "-jar",
  join(folder, launcherJar),
  join(folder, launcherLibrary(java.architecture)),
  javaClientJars.map((jar) => join(folder, jar)).join(":"),
  join(folder, launcherRehearsal),
];

export const clientLibraryOption = ({ libc, architecture }: JavaHome, folder: string): string => `-D${nativeLibraryProperty}=${join(folder, nativeLibrary(libc, architecture))}`;

/** Named by what is in it: another version of Lambent may want another client. */
export function javaClientFolder({ directory }: LanguageHost): string {
  const hash = createHash("sha256").update(javaArtifacts.map(({ sha256 }) => sha256).join("\n"));
  for (const content of launcherContent()) hash.update(content);
  return join(directory, "java", `client-${client.version}-${hash.digest("hex").slice(0, 8)}`);
}

export interface JavaClient {
  /** The folder, fetched if it is not there; rejects with what hindered it. */
  folder(onLine?: (line: string) => void): Promise<string>;
}

export function createJavaClient(host: LanguageHost): JavaClient {
  const target = javaClientFolder(host);
  /** Several runtimes want it at the same time. */
  let fetching: Promise<void> | undefined;
  return {
    async folder(onLine = () => undefined) {
      await (fetching ??= fetchInto(target, host, onLine).finally(() => (fetching = undefined)));
      return target;
    },
  };
}

const fetchInto = (target: string, { searchPath }: LanguageHost, onLine: (line: string) => void): Promise<void> =>
  makeWhole(target, async (staging) => {
    const folder = join(staging, "lib");
    await mkdir(join(folder, "jni"), { recursive: true });
    await fetchArtifacts({ artifacts: javaArtifacts, folder, searchPath, onLine });
    await unpackNativeLibraries(join(folder, jarName(client)), folder);
    await writeLauncher(staging, javaClientJars);
  });

async function unpackNativeLibraries(jar: string, folder: string): Promise<void> {
  await readArchive(jar, {
    directory: () => Promise.resolve(),
    symlink: () => Promise.resolve(),
    file: (path, _executable, content) => (path.startsWith("jni/") ? writeFile(join(folder, path), content) : readToEnd(content)),
  });
}
