// Brings npm packages with all that they depend on into a folder that a sandbox shows, where links to the host lead nowhere:
// each lies beside links to its dependencies, as pnpm lays them out. Nothing else of where they come from is shown.
import { constants, existsSync } from "node:fs";
import { copyFile, chmod, link, mkdir, readdir, readFile, realpath, stat, symlink } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";

/** Hidden, so that none of them is found by its name. */
const storeName = ".packages";

/** `wanted`: folders of the host by their paths in `target`. Takes some hundred milliseconds for the AWS SDK. */
export async function bringPackages(target: string, wanted: ReadonlyMap<string, string>): Promise<void> {
  const brought = new Set<string>();
  /** Resolves with its place in the target. */
  const bring = async (found: string): Promise<string> => {
    const folder = await realpath(found);
    const { name, version, dependencies } = await readDescription(folder);
    // The same content wherever it lies.
    const modules = join(target, storeName, `${name.replace("/", "+")}@${version}`, "node_modules");
    const place = join(modules, name);
    if (brought.has(place)) return place;
    brought.add(place);
    await bringFiles(folder, place);
    for (const dependency of dependencies) {
      const source = findPackage(dependency, folder);
      // What is optional may not be there.
      if (source !== undefined) await linkTo(await bring(source), join(modules, dependency));
    }
    return place;
  };
  for (const [path, folder] of wanted) await linkTo(await bring(folder), join(target, path));
}

/** Changes when the package is replaced by another version. */
export const packageState = async (folder: string): Promise<string> => `${folder}\n${(await stat(join(folder, "package.json"))).mtimeMs}\n`;

interface Description {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
}

async function readDescription(folder: string): Promise<Description> {
  const { name, version, ...kinds }: Record<"name" | "version", string> & Partial<Record<"dependencies" | "optionalDependencies" | "peerDependencies", object>> =
    JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const { dependencies, optionalDependencies, peerDependencies } = kinds;
  return { name, version, dependencies: Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }) };
}

/** As Node.js looks for it from inside of a package. https://nodejs.org/api/modules.html#loading-from-node_modules-folders */
function findPackage(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (basename(folder) !== "node_modules" && existsSync(join(candidate, "package.json"))) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

/** What it depends on is brought beside it, and only compilers read its types. */
const leftOut: ReadonlySet<string> = new Set(["node_modules", "dist-types"]);

async function bringFiles(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const [source, target] = [join(from, entry.name), join(to, entry.name)];
      if (entry.isDirectory() && !leftOut.has(entry.name)) await bringFiles(source, target);
      else if (entry.isFile()) await bringFile(source, target);
    }),
  );
}

/** Another name of the same file costs no space, but leaves it its rights, and there is none from one disk to another. */
async function bringFile(source: string, target: string): Promise<void> {
  const isPublic = ((await stat(source)).mode & constants.S_IROTH) !== 0;
  const isLinked = isPublic && (await link(source, target).then(() => true, () => false));
  if (isLinked) return;
  await copyFile(source, target);
  await chmod(target, 0o644);
}

async function linkTo(place: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(relative(dirname(path), place), path, "dir");
}
