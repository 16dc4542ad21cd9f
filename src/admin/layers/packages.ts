// The libraries that lie in a layer, by what package managers leave beside them: package.json of npm, METADATA of
// Python's wheels, manifests of Java archives. All of it is written by strangers: it is read in bounds and believed
// only as far as it is text.
import { posix } from "node:path";
import { Fault } from "../../core/faults.ts";
import { readFiles } from "./layer-content.ts";

export interface FoundPackage {
  readonly ecosystem: "npm" | "pypi" | "maven";
  /** Scope of npm with its `@`, group of Maven. */
  readonly group: string | undefined;
  readonly name: string;
  readonly version: string | undefined;
  /** As its author wrote it. */
  readonly license: string | undefined;
  /** The file that tells of it. */
  readonly path: string;
}

/** Descriptions are small; of Java archives the manifest has to be found inside. */
const mostBytes = 64 * 1024 * 1024;
const mostTextBytes = 1024 * 1024;
const longestText = 256;

const npmPath = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/@.][^/]*)\/package\.json$/;
const pythonPath = /(?:^|\/)([^/]+)\.(?:dist-info\/METADATA|egg-info\/PKG-INFO)$/;
const javaPath = /\.jar$/;

/** In order of paths. */
export async function findPackages(archive: string): Promise<readonly FoundPackage[]> {
  const found: FoundPackage[] = [];
  await readFiles(archive, {
    wants: (path) => npmPath.test(path) || pythonPath.test(path) || javaPath.test(path),
    mostBytes,
    async take(path, content = Buffer.alloc(0)) {
      if (javaPath.test(path)) found.push(await javaPackage(path, content));
      else if (npmPath.test(path)) found.push(npmPackage(path, textOf(content)));
      else found.push(pythonPackage(path, textOf(content)));
    },
  });
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const textOf = (content: Buffer): string => content.toString("utf8", 0, Math.min(content.length, mostTextBytes));

function npmPackage(path: string, text: string): FoundPackage {
  const folder = npmPath.exec(path)?.[1] ?? path;
  const described = parseObject(text);
  const [name = folder, group] = (plain(described["name"]) ?? folder).split("/").toReversed();
  return { ecosystem: "npm", group, name, version: plain(described["version"]), license: plain(described["license"]), path };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch (error) {
    // Not every file of that name is one: test fixtures hold broken ones on purpose.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** https://packaging.python.org/en/latest/specifications/core-metadata/ */
function pythonPackage(path: string, text: string): FoundPackage {
  const headers = headersOf(text);
  // `name-version.dist-info`, neither part of which has a hyphen.
  const [name = path, version] = (pythonPath.exec(path)?.[1] ?? path).split("-");
  const license = headers.get("license-expression") ?? headers.get("license");
  return { ecosystem: "pypi", group: undefined, name: headers.get("name") ?? name, version: headers.get("version") ?? version, license, path };
}

/** By `pom.properties` if there is one only (an archive may hold others' beside its own), else by the manifest or the file's name. */
async function javaPackage(path: string, jar: Buffer): Promise<FoundPackage> {
  const poms: string[] = [];
  let manifest = new Map<string, string>();
  try {
    await readFiles(jar, {
      wants: (name) => name === "META-INF/MANIFEST.MF" || /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/.test(name),
      mostBytes: mostTextBytes,
      async take(name, content = Buffer.alloc(0)) {
        if (name.endsWith("pom.properties")) poms.push(textOf(content));
        // Lines are cut at 72 bytes and go on behind a blank. https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html
        else manifest = headersOf(textOf(content).replace(/\r?\n /g, ""));
      },
    });
  } catch (error) {
    // Too large, or no sound zip: its name is all that is known of it.
    if (!(error instanceof Fault) || error.kind === "server") throw error;
  }
  const pom = new Map(poms.length === 1 ? (poms[0] ?? "").split(/\r?\n/).map((line): [string, string] => [line.split("=", 1)[0] ?? "", line.slice(line.indexOf("=") + 1)]) : []);
  const [, stem = "", fileVersion] = /^(.*?)(?:-(\d[^/]*))?\.jar$/.exec(posix.basename(path)) ?? [];
  return {
    ecosystem: "maven",
    group: plain(pom.get("groupId")) ?? manifest.get("implementation-vendor-id"),
    name: plain(pom.get("artifactId")) ?? stem,
    version: plain(pom.get("version")) ?? fileVersion ?? manifest.get("implementation-version") ?? manifest.get("bundle-version"),
    license: manifest.get("bundle-license"),
    path,
  };
}

/** Up to the first empty line; names in lower case, the first of a name counts. */
function headersOf(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    if (line === "") break;
    const colon = line.indexOf(":");
    const value = colon < 1 ? undefined : plain(line.slice(colon + 1).trim());
    const name = line.slice(0, colon).toLowerCase();
    if (value !== undefined && !headers.has(name)) headers.set(name, value);
  }
  return headers;
}

/** Text that can be a name or a number of a version; anything else says nothing. */
const plain = (value: unknown): string | undefined =>
  // oxlint-disable-next-line no-control-regex
  typeof value === "string" && value !== "" && value.length <= longestText && !/[\u0000-\u001f]/.test(value) ? value : undefined;
