// Which version of its runtime a version of a function runs: the newest, the one that was newest when the function was
// last updated, or one that was named. It lies in the configuration, since an environment is made of it.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html
import type { FunctionConfiguration } from "./function-version.ts";
import type { RuntimeVersion, RuntimeVersions } from "./runtime-versions.ts";

/** A runtime version that newer ones do not replace. AWS's third mode, `Auto`, pins nothing. */
export interface RuntimePin {
  readonly updateOn: "FunctionUpdate" | "Manual";
  /** Undefined: the runtime was not on this machine when it was pinned, and the newest runs. */
  readonly to: RuntimeVersion | undefined;
}

/** What environments of this configuration run; undefined when the runtime is not on this machine. */
export async function runtimeVersionOf(configuration: FunctionConfiguration, versions: RuntimeVersions): Promise<RuntimeVersion | undefined> {
  return configuration.runtimePin?.to ?? (await versions.installed(configuration.runtime))[0];
}

/** What a change of code or settings makes of it: under FunctionUpdate it runs what is newest then. */
export async function withUpdatedRuntime(configuration: FunctionConfiguration, versions: RuntimeVersions): Promise<FunctionConfiguration> {
  if (configuration.runtimePin?.updateOn !== "FunctionUpdate") return configuration;
  const [newest] = await versions.installed(configuration.runtime);
  return { ...configuration, runtimePin: { updateOn: "FunctionUpdate", to: newest } };
}

/** A published version begins with `Auto`, and is managed by itself from then on. */
export function withoutPin({ runtimePin: _pin, ...configuration }: FunctionConfiguration): FunctionConfiguration {
  return configuration;
}

/** For people: of a pinned version that is not on this machine any more. */
export const missingVersionText = (runtime: string, version: string): string =>
  `The function is pinned to version ${version} of ${runtime}, which is not installed on this machine. Install it with: ` +
  `lambent runtimes add ${runtime}@${version}, or choose another one with PutRuntimeManagementConfig.`;
