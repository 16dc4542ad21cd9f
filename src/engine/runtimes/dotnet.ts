// .NET runtimes, and PowerShell, which is deployed for them: the .NET of this machine, and AWS's own RuntimeSupport, which
// speaks the Runtime API over HTTP. Decision 11 says where it comes from, and what of it has not been run.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { dotnetCommand } from "./dotnet-launch.ts";
import { applyExecWrapper } from "./exec-wrapper.ts";
import { runtimeNotInstalled } from "./faults.ts";
import type { FoundRuntime, Language, LanguageHost, LanguageLaunch, OpenedRuntime } from "./language.ts";
import { ask, install, newestFirst, thoseThere } from "./programs.ts";
import type { RuntimeLaunch } from "./runtime.ts";

const majors = ["10", "8", "6"];

export function createDotnetLanguage(host: LanguageHost): Language {
  return {
    ids: majors.map((major) => `dotnet${major}`),
    find: (id) => findDotnet(id, host),
    howToInstall: (id) =>
      `Install the SDK of .NET ${majorOf(id)} with your system's packages or Microsoft's script; then: lambent runtimes add ${id} ` +
      "(it fetches AWS's RuntimeSupport from NuGet). Or publish the function self-contained, for provided.al2023.",
    install: (id, _version, onProgress) => installRuntimeSupport(id, host, onProgress),
  };
}

const majorOf = (id: string): string => id.slice("dotnet".length);

interface Dotnet {
  readonly program: string;
  /** Of the shared framework, `8.0.10`. */
  readonly version: string;
}

/** Both have to be there: .NET of this major version, and the client built for it. */
async function findDotnet(id: string, host: LanguageHost): Promise<readonly FoundRuntime[]> {
  const support = await findRuntimeSupport(majorOf(id), host);
  if (support === undefined) return [];
  // The newest patch only: .NET itself takes no other.
  return newestFirst(await installedDotnets(majorOf(id), host))
    .slice(0, 1)
    .map((dotnet) => ({ ...dotnet, open: () => Promise.resolve(openDotnet(id, dotnet, support)) }));
}

async function installedDotnets(major: string, host: LanguageHost): Promise<readonly Dotnet[]> {
  const folders = ["/usr/share/dotnet", "/usr/lib/dotnet", "/usr/lib64/dotnet", "/usr/local/share/dotnet", join(host.homeDirectory, ".dotnet"), ...host.searchPath];
  const found = await Promise.all(thoseThere(folders.map((folder) => join(folder, "dotnet"))).map((program) => ask(program, ["--list-runtimes"])));
  // Microsoft.NETCore.App 8.0.10 [/usr/share/dotnet/shared/Microsoft.NETCore.App]
  const lines = found.flatMap((list) => [...(list ?? "").matchAll(/^Microsoft\.NETCore\.App (\d+\.\d+\.\d+) \[(.+)\]$/gm)]);
  return lines
    .filter(([, version = ""]) => version.startsWith(`${major}.`))
    .map(([, version = "", folder = ""]) => ({ version, program: join(dirname(dirname(folder)), "dotnet") }));
}

interface RuntimeSupport {
  readonly folder: string;
  readonly file: string;
}

/** It is in a package of AWS's that brings it ready to be run, one folder a framework. */
const packageName = "Amazon.Lambda.TestTool";
/** The name that it has there, and the one that it had. */
const supportFiles = ["Amazon.Lambda.RuntimeSupport.TestTool.dll", "Amazon.Lambda.RuntimeSupport.dll"];

/** Ours, a folder a version of the package, so that what runs keeps its own. */
const toolFolders = (host: LanguageHost): string => join(host.directory, "dotnet");

/** Of those, else of a person's own global tools; the newest that has it for this framework. */
async function findRuntimeSupport(major: string, host: LanguageHost): Promise<RuntimeSupport | undefined> {
  const ours = (await namesIn(toolFolders(host))).map((name) => join(toolFolders(host), name));
  const found: (RuntimeSupport & { readonly version: string })[] = [];
  for (const tools of [...ours, join(host.homeDirectory, ".dotnet", "tools")]) {
    for (const version of await packageVersions(tools)) {
      const folder = join(store(tools), version, packageName.toLowerCase(), version, "content", "Amazon.Lambda.RuntimeSupport", `net${major}.0`);
      const file = supportFiles.find((candidate) => existsSync(join(folder, candidate)));
      if (file !== undefined) found.push({ version, folder, file });
    }
  }
  return newestFirst(found)[0];
}

/** Where .NET keeps a tool beneath a folder of tools. */
const store = (tools: string): string => join(tools, ".store", packageName.toLowerCase());

const packageVersions = (tools: string): Promise<readonly string[]> => namesIn(store(tools));

async function namesIn(folder: string): Promise<readonly string[]> {
  return existsSync(folder) ? readdir(folder) : [];
}

/** By .NET's own client, from the sources and with the checks that a person has set up for it. */
async function installRuntimeSupport(id: string, host: LanguageHost, onProgress: (line: string) => void): Promise<void> {
  const [dotnet] = newestFirst(await installedDotnets(majorOf(id), host));
  if (dotnet === undefined) throw runtimeNotInstalled(id, `there is no .NET ${majorOf(id)} on this machine. Install its SDK with your system's packages or Microsoft's script.`);
  await mkdir(toolFolders(host), { recursive: true });
  const staging = await mkdtemp(join(toolFolders(host), ".staging-"));
  try {
    await install(dotnet.program, ["tool", "install", packageName, "--tool-path", staging], { onLine: onProgress });
    const [version] = await packageVersions(staging);
    if (version !== undefined && !existsSync(join(toolFolders(host), version))) await rename(staging, join(toolFolders(host), version));
  } catch (error) {
    throw runtimeNotInstalled(id, error instanceof Error ? error.message : String(error), error);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  if ((await findRuntimeSupport(majorOf(id), host)) === undefined) throw runtimeNotInstalled(id, `${packageName} brings no RuntimeSupport for .NET ${majorOf(id)}.`);
}

function openDotnet(id: string, { version }: Dotnet, support: RuntimeSupport): OpenedRuntime {
  return {
    id,
    channel: "http",
    runtimeDir: support.folder,
    version: `dotnet:${majorOf(id)}.v${version.split(".")[2] ?? "0"}`,
    launch: (request) => applyExecWrapper(launchDotnet(id, support.file, request), request),
  };
}

function launchDotnet(id: string, runtimeSupport: string, request: LanguageLaunch): RuntimeLaunch {
  const { program } = request;
  return { ...dotnetCommand({ program, runtimeSupport }, request), environment: { DOTNET_ROOT: dirname(program), LAMBDA_RUNTIME_NAME: id } };
}
