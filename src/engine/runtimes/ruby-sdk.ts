// Gems of the AWS SDK for Ruby, as managed Ruby runtimes carry them: installed when a person asks for one, by RubyGems,
// into the runtime's own folder. Unlike npm's scope @aws-sdk, names that begin with aws-sdk- are anybody's there: what a
// function's code names is therefore never fetched by itself.
import { existsSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { runtimeNotInstalled } from "./faults.ts";
import type { FoundRuntime } from "./language.ts";
import { install, newestFirst } from "./programs.ts";

/** `ruby3.4/aws-sdk-s3`: what `add` takes beside runtime ids. */
const namePattern = /^(ruby(\d+\.\d+))\/(aws-sdk(?:-[a-z0-9]{1,60}){0,4})$/;

interface SdkGem {
  /** Of the runtime. */
  readonly id: string;
  readonly gem: string;
  /** Where the runtime's gems are, on every function's GEM_PATH. */
  readonly folder: string;
}

export const isRubySdk = (name: string): boolean => namePattern.test(name);

function parse(directory: string, name: string): SdkGem {
  const [, id = "", release = "", gem = ""] = namePattern.exec(name) ?? [];
  return { id, gem, folder: join(directory, id, "ruby", `${release}.0`) };
}

/** Every version of it that is there. It cannot be run, only be listed. */
export async function findRubySdk(directory: string, name: string): Promise<readonly FoundRuntime[]> {
  const { gem, folder } = parse(directory, name);
  const specifications = join(folder, "specifications");
  const names = existsSync(specifications) ? await readdir(specifications) : [];
  const versions = names.filter((file) => file.startsWith(`${gem}-`)).map((file) => /^(\d[\w.]*)\.gemspec$/.exec(file.slice(gem.length + 1))?.[1]);
  return newestFirst(versions.filter((version) => version !== undefined).map((version) => ({ version }))).map(({ version }) => ({
    version,
    program: join(folder, "gems", `${gem}-${version}`),
    open: () => Promise.reject(runtimeNotInstalled(name, "it is a gem.")),
  }));
}

/** The newest, with what it depends on. `rubyOf` gives the runtime's Ruby, whose RubyGems does it. */
export async function installRubySdk(
  directory: string,
  name: string,
  { rubyOf, onLine }: { readonly rubyOf: (id: string) => Promise<string>; readonly onLine: (line: string) => void },
): Promise<void> {
  const { id, gem, folder } = parse(directory, name);
  const program = await rubyOf(id);
  await mkdir(folder, { recursive: true });
  const rubyGems = ["-rrubygems", "-rrubygems/gem_runner", "-e", "Gem::GemRunner.new.run(ARGV)", "--"];
  try {
    await install(program, [...rubyGems, "install", gem, "--install-dir", folder, "--no-document"], { onLine });
  } catch (error) {
    throw runtimeNotInstalled(name, error instanceof Error ? error.message : String(error), error);
  }
}
