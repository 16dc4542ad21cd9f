// Node.js runtimes: our own Node.js for its version, others from version managers, the PATH, or npm's packages.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installNode, nodeProgram, nodeVersionsIn } from "../../own-node.ts";
import { applyExecWrapper } from "./exec-wrapper.ts";
import { runtimeNotInstalled } from "./faults.ts";
import { guestSource, prepareGuestFolder } from "./guest-folder.ts";
import { modulesAhead } from "./node-ahead.ts";
import { bundleBootstrap } from "./node-bootstrap.ts";
import type { FoundRuntime, Language, LanguageHost, LanguageLaunch, OpenedRuntime } from "./language.ts";
import { findSdkPackage, installSdkPackage, isInstalled, isSdkPackage, isShipped, sdkPackages } from "./node-sdk.ts";
import { ask, installations, newestFirst, thoseThere } from "./programs.ts";
import type { RuntimeLaunch } from "./runtime.ts";
import { createSdkOnDemand } from "./sdk-on-demand.ts";

const majors = ["26", "24", "22", "20", "18"];

/** What functions name in NODE_EXTRA_CA_CERTS. https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html */
const certificates = new Map([["ca-cert.pem", "/etc/pki/tls/certs/ca-bundle.crt"]]);

export function createNodeLanguage(host: LanguageHost): Language {
  const sdk = createSdkOnDemand({
    isShipped,
    isInstalled: (name) => isInstalled(host.directory, name),
    install: (name, signal) => installSdkPackage(host.directory, name, { signal }),
    log: host.log,
  });
  return {
    ids: majors.map((major) => `nodejs${major}.x`),
    installs: isSdkPackage,
    find: (id) => (isSdkPackage(id) ? findSdkPackage(host.directory, id) : findNode(id, host)),
    prepare: (roots, signal) => sdk.prepare(roots, signal),
    howToInstall: (id) => `Install it with: lambent runtimes add ${id}`,
    install: async (id, version, onProgress) => {
      if (isSdkPackage(id)) {
        await installSdkPackage(host.directory, id, { onLine: onProgress });
        return;
      }
      const wanted = version ?? majorOf(id);
      onProgress(`Fetching Node.js ${wanted} with npm`);
      try {
        await installNode(host.directory, wanted);
      } catch (error) {
        throw runtimeNotInstalled(id, error instanceof Error ? error.message : String(error), error);
      }
    },
  };
}

const majorOf = (id: string): string => id.slice("nodejs".length, -".x".length);

interface Node {
  readonly program: string;
  /** `v22.10.0`. */
  readonly version: string;
}

async function findNode(id: string, host: LanguageHost): Promise<readonly FoundRuntime[]> {
  const major = majorOf(id);
  const found = [...ownNodeOf(major), ...(await probed(major, await candidates(major, host)))];
  return newestFirst(found.map(({ program, version }) => ({ program, version: version.slice("v".length) }))).map((node) => ({
    ...node,
    open: () => openNode({ id, ...node }, host),
  }));
}

const ownNodeOf = (major: string): readonly Node[] =>
  isOfMajor(process.version, major) ? [{ program: process.execPath, version: process.version }] : [];

const isOfMajor = (version: string, major: string): boolean => version.startsWith(`v${major}.`);

/** The candidates that run and are what their places promise. */
async function probed(major: string, programs: readonly string[]): Promise<readonly Node[]> {
  const asked = await Promise.all(
    thoseThere(programs).map(async (program) => ({ program, version: (await ask(program, ["--version"])) ?? "" })),
  );
  return asked.filter(({ version }) => isOfMajor(version, major));
}

async function candidates(major: string, host: LanguageHost): Promise<readonly string[]> {
  const home = (...parts: string[]): string => join(host.homeDirectory, ...parts);
  const managed = await Promise.all([
    installations(nodeVersionsIn(host.directory), major, nodeProgram()),
    installations(home(".nvm", "versions", "node"), `v${major}`, "bin/node"),
    installations(home(".local", "share", "fnm", "node-versions"), `v${major}`, "installation/bin/node"),
    installations(home("Library", "Application Support", "fnm", "node-versions"), `v${major}`, "installation/bin/node"),
    installations(home(".volta", "tools", "image", "node"), major, "bin/node"),
    installations(home(".asdf", "installs", "nodejs"), major, "bin/node"),
    installations(home(".local", "share", "mise", "installs", "node"), major, "bin/node"),
    installations("/usr/local/n/versions/node", major, "bin/node"),
  ]);
  return [
    ...managed.flat(),
    `/opt/homebrew/opt/node@${major}/bin/node`,
    ...host.searchPath.map((folder) => join(folder, "node")),
  ];
}

async function openNode({ id, version, program }: Node & { readonly id: string }, host: LanguageHost): Promise<OpenedRuntime> {
  const major = majorOf(id);
  const packages = await sdkPackages(host.directory);
  const written = new Map([["bootstrap.cjs", await bundleBootstrap(guestSource("node"))]]);
  const runtimeDir = await prepareGuestFolder({ language: "node", parent: join(host.directory, "nodejs"), packages, written, links: certificates });
  return {
    id,
    channel: "framed",
    runtimeDir,
    version: `nodejs:${major}.v${version.split(".")[1] ?? "0"}`,
    launch: (request) => applyExecWrapper(launchNode(major, request), request),
    ...(Number(major) < firstWithCompileCache ? {} : { compiler: ({ tree, into }) => ({ program, args: compilerArgs(major, tree, into) }) }),
    // Of NODE_PATH the bootstrap sees to it, and NODE_ENV is for packages only.
    bootReads: /^(?:NODE_(?!PATH$|ENV$)|UV_|V8_|OPENSSL_|SSL_CERT_|FORCE_COLOR$|NO_COLOR$)/,
    modulesAhead,
    inspector: { protocol: "cdp", usualPort: 9229 },
  };
}

const firstWithCompileCache = 22;
const firstWithPermissions = 24;
const compilerProgram = fileURLToPath(new URL("../../../guest/compile/node.cjs", import.meta.url));

/** Hostile sources are only parsed; still, what parses them has no more of this machine than it needs. */
const compilerArgs = (major: string, tree: string, into: string): readonly string[] => [
  "--experimental-vm-modules",
  "--no-warnings",
  "--max-old-space-size=512",
  ...(Number(major) < firstWithPermissions ? [] : ["--permission", ...[compilerProgram, tree, into].map((path) => `--allow-fs-read=${path}`), `--allow-fs-write=${into}`]),
  compilerProgram,
  tree,
  into,
  // Drivers with a mount namespace show it there.
  "/var/task",
];

function launchNode(major: string, { program, paths, memoryMiB, inspectorPort, compiled }: LanguageLaunch): RuntimeLaunch {
  const { taskRoot, optRoot, runtimeDir } = paths;
  return {
    program,
    args: [
      // Shares of memory as on AWS. Its --expose-gc is left out: it invalidates V8's built-in code cache, which costs
      // four milliseconds of every start.
      `--max-semi-space-size=${Math.floor((memoryMiB * 5) / 100)}`,
      `--max-old-space-size=${Math.floor((memoryMiB * 90) / 100)}`,
      "--max-http-header-size=81920",
      // By its HTTP pages alone: where it listens is nothing that the function prints.
      ...(inspectorPort === undefined ? [] : [`--inspect=127.0.0.1:${inspectorPort}`, "--inspect-publish-uid=http"]),
      join(runtimeDir, "bootstrap.cjs"),
    ],
    environment: {
      ...(compiled === undefined ? {} : { _LAMBENT_COMPILED: compiled }),
      NODE_PATH: [
        join(optRoot, "nodejs", `node${major}`, "node_modules"),
        join(optRoot, "nodejs", "node_modules"),
        join(runtimeDir, "node_modules"),
        runtimeDir,
        taskRoot,
      ].join(":"),
    },
  };
}
