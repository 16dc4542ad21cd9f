// Fetches files of Maven repositories: by the user's Maven, whose settings know mirrors, proxies and passwords, and where
// there is none straight from Maven Central. Whoever served a file, its checksum is the one that we know.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { install } from "./programs.ts";

export interface MavenArtifact {
  readonly group: string;
  readonly name: string;
  readonly version: string;
  /** Of the jar, hexadecimal. */
  readonly sha256: string;
}

export interface MavenFetch {
  readonly artifacts: readonly MavenArtifact[];
  /** An empty folder that takes the jars. */
  readonly folder: string;
  /** Folders of the PATH. */
  readonly searchPath: readonly string[];
  readonly onLine: (line: string) => void;
}

const mavenCentral = "https://repo.maven.apache.org/maven2";
/** For Maven with all that it does, or for one file; its own patience lasts half an hour. */
const fetchTimeoutMs = 180_000;
/** Pinned like everything else that is fetched: without a version Maven takes the newest plugin of the day. */
const copyDependencies = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

export const jarName = ({ name, version }: MavenArtifact): string => `${name}-${version}.jar`;

/** Rejects when one of the artifacts cannot be had or is not what it should be. */
export async function fetchArtifacts(fetching: MavenFetch): Promise<void> {
  const { artifacts, folder, searchPath, onLine } = fetching;
  const maven = searchPath.map((place) => join(place, "mvn")).find((path) => existsSync(path));
  onLine(`Fetching ${artifacts.map(jarName).join(", ")} ${maven === undefined ? `from ${mavenCentral}` : `with ${maven}`}`);
  await (maven === undefined ? download(fetching) : copyByMaven(maven, fetching));
  for (const artifact of artifacts) await verify(artifact, join(folder, jarName(artifact)));
}

/** One project that depends on all of them; its own file goes into the same folder and out of it again. */
async function copyByMaven(maven: string, { artifacts, folder }: MavenFetch): Promise<void> {
  const project = join(folder, "pom.xml");
  const dependencies = artifacts.map(
    ({ group, name, version }) => `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`,
  );
  const head = "<modelVersion>4.0.0</modelVersion><groupId>lambent</groupId><artifactId>fetch</artifactId><version>1</version><packaging>pom</packaging>";
  await writeFile(project, `<project xmlns="http://maven.apache.org/POM/4.0.0">${head}<dependencies>${dependencies.join("")}</dependencies></project>\n`);
  const settings = ["-DexcludeTransitive=true", `-DoutputDirectory=${folder}`];
  await install(maven, ["--batch-mode", "--quiet", "--file", project, copyDependencies, ...settings], { signal: AbortSignal.timeout(fetchTimeoutMs) });
  await rm(project);
}

async function download({ artifacts, folder }: MavenFetch): Promise<void> {
  for (const artifact of artifacts) {
    const { group, name, version } = artifact;
    const url = [mavenCentral, ...group.split("."), name, version, jarName(artifact)].join("/");
    const response = await fetch(url, { signal: AbortSignal.timeout(fetchTimeoutMs) });
    if (!response.ok) throw new Error(`${url} answers ${response.status} ${response.statusText}`);
    await writeFile(join(folder, jarName(artifact)), await response.bytes());
  }
}

async function verify(artifact: MavenArtifact, path: string): Promise<void> {
  const sha256 = createHash("sha256").update(await readFile(path)).digest("hex");
  if (sha256 !== artifact.sha256) throw new Error(`${jarName(artifact)} is not the file that was released: its SHA-256 is ${sha256}, not ${artifact.sha256}.`);
}
