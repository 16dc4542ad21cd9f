// Python runtimes: interpreters of version managers, of distributions, and of the PATH.
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { boto3Packages } from "./boto3.ts";
import { debugpyArguments, debugpyInspector } from "./debugpy.ts";
import { applyExecWrapper } from "./exec-wrapper.ts";
import { runtimeNotInstalled } from "./faults.ts";
import { prepareGuestFolder } from "./guest-folder.ts";
import type { FoundRuntime, Language, LanguageHost, LanguageLaunch, OpenedRuntime } from "./language.ts";
import { ask, installations, newestFirst, thoseThere } from "./programs.ts";
import { anySource, type AskedReading } from "./own-sources.ts";
import type { RuntimeLaunch } from "./runtime.ts";
import { installByFirst } from "./version-managers.ts";

const versions = ["3.15", "3.14", "3.13", "3.12", "3.11", "3.10", "3.9", "3.8"];

export function createPythonLanguage(host: LanguageHost): Language {
  return {
    ids: versions.map((version) => `python${version}`),
    find: (id) => findPython(id, host),
    howToInstall: (id) =>
      `Install it with: lambent runtimes add ${id} (it needs uv or pyenv on the PATH), or with your system's packages.`,
    install: installPython,
  };
}

/** Of what comes with the function, too: many packages use boto3. */
const boto3Sources: AskedReading = {
  files: /\.py$/,
  mostBytes: 8 * 1024 * 1024,
  names: (source) => source.includes("boto3") || source.includes("botocore"),
};

/** Later ones set LC_CTYPE. */
const withoutCType = new Set(["3.8", "3.9", "3.10", "3.11"]);

const versionOf = (id: string): string => id.slice("python".length);

interface Python {
  /** The real interpreter, not a version manager's shim. */
  readonly program: string;
  /** `3.13.0`. */
  readonly version: string;
}

async function findPython(id: string, host: LanguageHost): Promise<readonly FoundRuntime[]> {
  const wanted = versionOf(id);
  const probed = await Promise.all(thoseThere(await candidates(wanted, host)).map(probe));
  const found = probed.filter((python) => python?.version.startsWith(`${wanted}.`) === true).filter((python) => python !== undefined);
  return newestFirst(found).map((python) => ({ ...python, open: () => openPython(id, python, host) }));
}

/** Asks the interpreter itself: a shim is a script that leads somewhere, or nowhere. */
async function probe(candidate: string): Promise<Python | undefined> {
  const question = "import sys; print(sys.executable); print('%d.%d.%d' % sys.version_info[:3])";
  const [program, version] = (await ask(candidate, ["-I", "-S", "-c", question]))?.split("\n") ?? [];
  return program === undefined || version === undefined ? undefined : { program, version };
}

async function candidates(version: string, host: LanguageHost): Promise<readonly string[]> {
  const home = (...parts: string[]): string => join(host.homeDirectory, ...parts);
  const program = `bin/python${version}`;
  const managed = await Promise.all([
    installations(home(".local", "share", "uv", "python"), `cpython-${version}`, program),
    installations(home(".pyenv", "versions"), version, program),
    installations(home(".asdf", "installs", "python"), version, program),
    installations(home(".local", "share", "mise", "installs", "python"), version, program),
  ]);
  const folders = [`/opt/homebrew/opt/python@${version}/bin`, ...host.searchPath];
  return [...managed.flat(), ...folders.map((folder) => join(folder, `python${version}`))];
}

/** Python has no packages on npm: the version manager that is there is asked for it. */
async function installPython(id: string, wanted: string | undefined, onProgress: (line: string) => void): Promise<void> {
  const version = wanted ?? versionOf(id);
  const uv = ["python", "install", version];
  const pyenv = ["install", "--skip-existing", version];
  await installByFirst(id, [["uv", uv], ["pyenv", pyenv]], onProgress);
}

async function openPython(id: string, python: Python, host: LanguageHost): Promise<OpenedRuntime> {
  const runtimeDir = join(host.directory, id);
  await mkdir(runtimeDir, { recursive: true });
  const guest = await prepareGuestFolder({
    language: "python",
    parent: runtimeDir,
    finish: (folder) => compile(python.program, folder),
  });
  const boto3 = boto3Packages({ id, program: python.program, runtimeDir, log: host.log });
  await boto3.firstAttempt();
  const guestName = guest.slice(runtimeDir.length + 1);
  return {
    id,
    channel: "framed",
    runtimeDir,
    version: `python:${versionOf(id)}.v${python.version.split(".")[2] ?? "0"}`,
    launch: (request) => {
      boto3.retry();
      return applyExecWrapper(launchPython(id, guestName, request), request);
    },
    bootReads: /^(?:PYTHON|OPENSSL_)/,
    modulesAhead: async (roots) => ((await anySource(roots, boto3Sources)) ? "boto3" : undefined),
    inspector: debugpyInspector(id, python.program, runtimeDir),
  };
}

/** Compiled once here: a sandbox cannot write there, and source would be compiled again in every cold start. */
async function compile(program: string, folder: string): Promise<void> {
  await rm(join(folder, "__pycache__"), { recursive: true, force: true });
  const code = "import compileall, py_compile, sys\ncompileall.compile_dir(sys.argv[1], quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)";
  if ((await ask(program, ["-I", "-S", "-c", code, folder])) === undefined) {
    throw runtimeNotInstalled(folder, `${program} could not compile our bootstrap`);
  }
}

function launchPython(id: string, guest: string, { program, paths, inspectorPort, modulesAhead }: LanguageLaunch): RuntimeLaunch {
  const preload = modulesAhead === undefined ? {} : { LAMBENT_PRELOAD: join(paths.runtimeDir, "site-packages") };
  return {
    program,
    args: [
      // Every print reaches the log at once, in UTF-8 also where the machine lacks the locale of AWS's.
      "-u",
      "-X",
      "utf8",
      // No `site`: what is installed in this machine's interpreter is not there on AWS, nor is its start-up time.
      "-S",
      // The code's folder is read-only by its nature, whether or not the driver can enforce it.
      "-B",
      ...(inspectorPort === undefined ? [] : debugpyArguments(paths.runtimeDir, inspectorPort)),
      join(paths.runtimeDir, guest, "bootstrap.py"),
      paths.optRoot,
    ],
    environment: {
      PYTHONPATH: paths.runtimeDir,
      ...(withoutCType.has(versionOf(id)) ? {} : { LC_CTYPE: "C.UTF-8" }),
    },
    // A debugger is a program around ours.
    forkServer: inspectorPort === undefined ? preload : undefined,
  };
}
