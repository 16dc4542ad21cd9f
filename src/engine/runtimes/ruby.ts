// Ruby runtimes: Rubies of version managers, of distributions, and of the PATH.
import { join } from "node:path";
import { applyExecWrapper } from "./exec-wrapper.ts";
import { runtimeNotInstalled } from "./faults.ts";
import { prepareGuestFolder } from "./guest-folder.ts";
import type { FoundRuntime, Language, LanguageHost, LanguageLaunch, OpenedRuntime } from "./language.ts";
import { ask, installations, newestFirst, thoseThere } from "./programs.ts";
import { findRubySdk, installRubySdk, isRubySdk } from "./ruby-sdk.ts";
import type { RuntimeLaunch } from "./runtime.ts";
import { installByFirst } from "./version-managers.ts";

/** A Ruby runs the runtime of its own major and minor version, and no other: their libraries and gems differ. */
export interface RubyRelease {
  /** `3.4`. */
  readonly release: string;
  /** Whether loggers write JSON when the function's log format is JSON. */
  readonly hasJsonLogs: boolean;
}

const managed: readonly RubyRelease[] = [
  { release: "4.0", hasJsonLogs: true },
  { release: "3.4", hasJsonLogs: false },
  { release: "3.3", hasJsonLogs: false },
  { release: "3.2", hasJsonLogs: false },
];

/** `releases`: those that AWS has; a test of the bootstrap names the one that it finds. */
export function createRubyLanguage(host: LanguageHost, releases: readonly RubyRelease[] = managed): Language {
  const byId = new Map<string, RubyRelease>(releases.map((ruby) => [`ruby${ruby.release}`, ruby]));
  const rubyOf = async (id: string): Promise<string> => {
    const ruby = byId.get(id);
    const [newest] = ruby === undefined ? [] : await findRuby(id, ruby, host);
    if (newest === undefined) throw runtimeNotInstalled(id, `there is none on this machine. ${howToInstall(id)}`);
    return newest.program;
  };
  return {
    ids: [...byId.keys()],
    installs: isRubySdk,
    find: async (id) => {
      if (isRubySdk(id)) return findRubySdk(host.directory, id);
      const ruby = byId.get(id);
      return ruby === undefined ? [] : findRuby(id, ruby, host);
    },
    howToInstall,
    install: async (id, version, onProgress) => {
      if (!isRubySdk(id)) return installRuby(id, version, onProgress);
      return installRubySdk(host.directory, id, { onLine: onProgress, rubyOf });
    },
  };
}

const howToInstall = (id: string): string =>
  `Install it with: lambent runtimes add ${id} (it needs mise, ruby-install or rbenv on the PATH), or with your system's packages.`;

async function findRuby(id: string, wanted: RubyRelease, host: LanguageHost): Promise<readonly FoundRuntime[]> {
  const probed = await Promise.all(thoseThere(await candidates(wanted.release, host)).map(probe));
  const found = probed.filter((ruby) => ruby?.version.startsWith(`${wanted.release}.`) === true).filter((ruby) => ruby !== undefined);
  return newestFirst(found).map((ruby) => ({ ...ruby, open: () => openRuby({ id, ...wanted, ...ruby }, host) }));
}

/** Asks the program itself: a shim is a script that leads somewhere, or nowhere. */
async function probe(candidate: string): Promise<{ readonly program: string; readonly version: string } | undefined> {
  const told = await askRuby(candidate);
  if (told === undefined) return undefined;
  // A Ruby that was moved, or that a script has to set up, does not start by the path that it was built with.
  const behind = told.program === candidate ? told : await askRuby(told.program);
  return { program: behind?.version === told.version ? told.program : candidate, version: told.version };
}

/** Where it thinks it is, and `3.4.7`. Only the original implementation counts: AWS has no other. */
async function askRuby(program: string): Promise<{ readonly program: string; readonly version: string } | undefined> {
  const question = 'exit 1 unless RUBY_ENGINE == "ruby"; puts RUBY_VERSION, RbConfig.ruby';
  const [version, itself] = (await ask(program, ["--disable=gems", "-rrbconfig", "-e", question]))?.split("\n") ?? [];
  return version === undefined || itself === undefined ? undefined : { version, program: itself };
}

async function candidates(version: string, host: LanguageHost): Promise<readonly string[]> {
  const home = (...parts: string[]): string => join(host.homeDirectory, ...parts);
  const places: readonly (readonly [folder: string, prefix: string])[] = [
    [home(".rbenv", "versions"), version],
    [home(".local", "share", "mise", "installs", "ruby"), version],
    [home(".asdf", "installs", "ruby"), version],
    [home(".rubies"), `ruby-${version}`],
    ["/opt/rubies", `ruby-${version}`],
    [home(".rvm", "rubies"), `ruby-${version}`],
  ];
  const installed = await Promise.all(places.map(([folder, prefix]) => installations(folder, prefix, "bin/ruby")));
  const onPath = host.searchPath.flatMap((folder) => [join(folder, `ruby${version}`), join(folder, "ruby")]);
  return [...installed.flat(), `/opt/homebrew/opt/ruby@${version}/bin/ruby`, ...onPath];
}

/** Ruby has no packages on npm: the version manager that is there is asked for it. */
async function installRuby(id: string, wanted: string | undefined, onProgress: (line: string) => void): Promise<void> {
  const version = wanted ?? id.slice("ruby".length);
  const mise = ["install", `ruby@${version}`];
  const rubyInstall = ["--update", "--no-reinstall", "ruby", version];
  // rbenv takes no other than a whole version.
  const rbenv = wanted === undefined ? [] : [["rbenv", ["install", "--skip-existing", wanted]] as const];
  await installByFirst(id, [["mise", mise], ["ruby-install", rubyInstall], ...rbenv], onProgress);
}

interface Ruby extends RubyRelease {
  readonly id: string;
  readonly program: string;
  /** `3.4.7`. */
  readonly version: string;
}

async function openRuby(ruby: Ruby, host: LanguageHost): Promise<OpenedRuntime> {
  const runtimeDir = join(host.directory, ruby.id);
  const guest = await prepareGuestFolder({ language: "ruby", parent: runtimeDir });
  const guestName = guest.slice(runtimeDir.length + 1);
  return {
    id: ruby.id,
    channel: "framed",
    runtimeDir,
    bootReads: /^(?:RUBY|OPENSSL_)/,
    version: `ruby:${ruby.release}.v${ruby.version.split(".")[2] ?? "0"}`,
    launch: (request) => applyExecWrapper(launchRuby(ruby, guestName, request), request),
  };
}

function launchRuby({ release, hasJsonLogs }: Ruby, guest: string, { program, paths, environment }: LanguageLaunch): RuntimeLaunch {
  const { taskRoot, optRoot, runtimeDir } = paths;
  const api = `${release}.0`;
  // The bootstrap loads RubyGems for functions that use it; what runs before it may expect it.
  const isFirst = environment["RUBYOPT"] === undefined && environment["AWS_LAMBDA_EXEC_WRAPPER"] === undefined;
  return {
    program,
    args: [
      ...(isFirst ? ["--disable=gems"] : []),
      // As with AWS's locale, also where the machine lacks it.
      "-EUTF-8",
      join(runtimeDir, guest, "bootstrap.rb"),
      optRoot,
      ...(hasJsonLogs ? ["json-logs"] : []),
    ],
    environment: {
      LC_CTYPE: "C.UTF-8",
      GEM_HOME: runtimeDir,
      GEM_PATH: [join(taskRoot, "vendor", "bundle", "ruby", api), join(optRoot, "ruby", "gems", api), runtimeDir, join(runtimeDir, "ruby", api)].join(":"),
      // Not our bootstrap's folder, as the client's is on AWS: names of its files may be those of a function's.
      RUBYLIB: [taskRoot, join(runtimeDir, "lib"), join(optRoot, "ruby", "lib")].join(":"),
    },
  };
}
