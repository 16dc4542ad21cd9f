// What the tests of this folder deploy: packages from the registries, as they are published.
import { existsSync, readdirSync } from "node:fs";
import { chmod, copyFile, mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { built, locate, Missing, step } from "../harness/build-cache.ts";
import { ownRuntimes } from "../harness/installed-runtimes.ts";
import { compiledGo } from "../runtimes/clients/go.ts";

const fixture = (name: string): string => new URL(`../fixtures/ecosystem/${name}`, import.meta.url).pathname;

/** A Node.js fixture with its packages from npm, as its lock file has them. */
export function nodePackages(name: string): Promise<string> {
  const steps = ["ci", "--prefix", ".", "--ignore-scripts", "--no-audit", "--no-fund"];
  return built({ sources: fixture(name), recipe: steps, build: (draft) => step(locate("npm"), steps, draft) });
}

/** A Go fixture, whose modules are those of its go.sum. */
export const goProgram = (name: string): Promise<string> => compiledGo(fixture(name));

interface Python {
  /** Of its runtime. */
  readonly id: string;
  readonly program: string;
}

/** The newest Python of this machine that both Lambda and the packages of these tests know. */
export async function newestPython(): Promise<Python | undefined> {
  for (const status of await ownRuntimes.ready()) {
    const program = status.state === "ready" ? status.versions[0]?.program : undefined;
    if (program !== undefined && /^python3\.1\d$/.test(status.id)) return { id: status.id, program };
  }
  return undefined;
}

/** A Python fixture with what its requirements.txt names from PyPI, which has wheels for the given Python. */
export async function pythonPackages(name: string, python: Python | undefined): Promise<string> {
  if (python === undefined) throw new Missing("no Python from 3.10 on is installed");
  const steps = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", "--target", ".", "-r", "requirements.txt"];
  return built({ sources: fixture(name), recipe: [python.program, ...steps], build: (draft) => step(python.program, steps, draft) });
}

/** Version of the crate lambda_web_adapter. */
const adapterVersion = "1.0.0-rc1";

/** The layer of the AWS Lambda Web Adapter: `extensions/lambda-adapter` and `bootstrap`, as its publisher packs it. */
export function webAdapterLayer(): Promise<string> {
  const cargoHome = process.env["CARGO_HOME"] ?? join(homedir(), ".cargo");
  const steps = ["install", "lambda_web_adapter", "--version", adapterVersion, "--locked", "--root", "."];
  return built({
    name: "lambda-web-adapter",
    recipe: steps,
    isSlow: true,
    async build(draft) {
      // Built for a quick build, where the crate's own profile takes four times as long.
      const profile = { CARGO_PROFILE_RELEASE_LTO: "false", CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16", CARGO_PROFILE_RELEASE_OPT_LEVEL: "1" };
      await step(locate("cargo", join(cargoHome, "bin")), steps, draft, { ...profile, CARGO_TARGET_DIR: join(draft, "target") });
      await mkdir(join(draft, "extensions"));
      await rename(join(draft, "bin", "lambda-adapter"), join(draft, "extensions", "lambda-adapter"));
      await copyFile(join(crateSources(cargoHome), "layer", "bootstrap"), join(draft, "bootstrap"));
      await chmod(join(draft, "bootstrap"), 0o755);
      for (const rest of ["bin", "target", ".crates.toml", ".crates2.json"]) await rm(join(draft, rest), { recursive: true });
    },
  });
}

function crateSources(cargoHome: string): string {
  const registries = join(cargoHome, "registry", "src");
  const found = readdirSync(registries).map((registry) => join(registries, registry, `lambda_web_adapter-${adapterVersion}`)).find((folder) => existsSync(folder));
  if (found === undefined) throw new Missing(`cargo keeps no sources in ${dirname(registries)}`);
  return found;
}
