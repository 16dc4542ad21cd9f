// What AWS's bootstrap of .NET functions decides before it starts `dotnet`: which files of the package name the assembly,
// and what is said where there are none. Follows bootstrap.net8.sh of https://github.com/aws/aws-lambda-dotnet.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LaunchRequest } from "./runtime.ts";

export interface DotnetPrograms {
  /** The `dotnet` host. */
  readonly program: string;
  /** File of the runtime directory that is AWS's client, built to be run. */
  readonly runtimeSupport: string;
}

export interface DotnetCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/** A handler with a colon names a method, which AWS's client loads; any other is a program of its own. */
export function dotnetCommand(programs: DotnetPrograms, request: LaunchRequest): DotnetCommand {
  const { handler, environment } = request;
  const colon = handler.indexOf(":");
  if (colon === -1) return executableCommand(programs, request);
  const named = environment["LAMBDA_DOTNET_MAIN_ASSEMBLY"]?.replace(/\.dll$/, "") ?? "";
  const assembly = named === "" ? handler.slice(0, colon) : named;
  const depsFile = fileOf(request, assembly, ".deps.json");
  if (depsFile === undefined) return refusal(105, missingBinaries(request, ".deps.json"));
  const runtimeConfig = fileOf(request, assembly, ".runtimeconfig.json");
  if (runtimeConfig === undefined) return refusal(106, missingBinaries(request, ".runtimeconfig.json"));
  const files = ["--depsfile", depsFile, "--runtimeconfig", runtimeConfig, join(request.paths.runtimeDir, programs.runtimeSupport)];
  return { program: programs.program, args: ["exec", ...files, handler] };
}

function executableCommand({ program }: DotnetPrograms, { handler, host, paths }: LaunchRequest): DotnetCommand {
  const assembly = handler.endsWith(".dll") ? handler : `${handler}.dll`;
  if (isFile(join(host.taskRoot, assembly))) return { program, args: ["exec", join(paths.taskRoot, assembly)] };
  const binary = join(paths.taskRoot, handler);
  if (isFile(join(host.taskRoot, handler))) return { program: binary, args: [] };
  return refusal(104, `Error: executable assembly ${join(paths.taskRoot, assembly)} or binary ${binary} not found.`);
}

/** The assembly's, or the only one that there is. */
function fileOf({ host, paths }: LaunchRequest, assembly: string, suffix: string): string | undefined {
  const own = `${assembly}${suffix}`;
  if (isFile(join(host.taskRoot, own))) return join(paths.taskRoot, own);
  const [only, ...others] = readdirSync(host.taskRoot).filter((name) => name.endsWith(suffix) && !name.startsWith("."));
  return only === undefined || others.length > 0 ? undefined : join(paths.taskRoot, only);
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

const missingBinaries = ({ paths: { taskRoot } }: LaunchRequest, suffix: string): string =>
  `Error: .NET binaries for Lambda function are not correctly installed in the ${taskRoot} directory of the image when the image was built. ` +
  `The ${taskRoot} directory is missing the required ${suffix} file.`;

/** AWS's bootstrap is a shell script: what it refuses is a line in the log and an exit. */
const refusal = (status: number, message: string): DotnetCommand => ({
  program: "/bin/sh",
  args: ["-c", `printf '%s\\n' "$0" >&2; exit ${status}`, message],
});
