// The command line of a runtime and everything in its environment.
import { Fault } from "../../core/faults.ts";
import { entrypointInvalid } from "../../sandbox/faults.ts";
import type { GuestPaths, Launch, Sandbox, SandboxSpec } from "../../sandbox/sandbox.ts";
import { asOnAws } from "../guest-paths.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { isReadAtBoot } from "./boot-variables.ts";
import type { EnvironmentPlan } from "./environment-parts.ts";
import { bootVariables, environmentVariables, type VariableSources } from "./variables.ts";

/** What is of one environment alone. */
export type LaunchGivens = Pick<VariableSources, "credentials" | "endpoint" | "runtimeApi" | "metadataToken" | "logStream" | "logDescriptor">;

/** Of a runtime that is booted ahead: no more than what is known before there is an environment. */
export interface BootPlan {
  readonly runtime: Runtime;
  readonly memoryMiB: number;
  /** What it loads beside what all functions need; undefined: nothing. */
  readonly modules: string | undefined;
}

/** What the sandbox of this environment is to be. */
export function specOf({ version, runtime, taskRoot, optRoot, compiledDir }: EnvironmentPlan, id: string): SandboxSpec {
  const { memoryMiB, ephemeralStorageMiB } = version.configuration;
  return { id, taskRoot, optRoot, compiledDir, runtimeDir: runtime.runtimeDir, languageDir: runtime.languageDir, memoryMiB, ephemeralStorageMiB };
}

/** Fault: Runtime.InvalidEntrypoint, as Runtime.launch has it. */
export function launchOf(plan: EnvironmentPlan, paths: GuestPaths, givens: LaunchGivens): Launch {
  const { version, initializationType, runtime, taskRoot, optRoot, compiledDir, modulesAhead, inspectorPort } = plan;
  const { memoryMiB, handler = "", environment: own = {} } = version.configuration;
  const compiled = compiledDir === undefined ? undefined : paths.compiledDir;
  const request = { paths, host: { taskRoot, optRoot }, handler, memoryMiB, initializationType, inspectorPort, environment: own, compiled, modulesAhead };
  const { program, args, environment: language, programs, forkServer } = runtime.launch(request);
  const environment = environmentVariables({ ...givens, version, initializationType, paths, programs, language });
  const isOwnBoot = Object.keys(own).some((name) => isReadAtBoot(name, runtime.bootReads));
  return { program, args, cwd: paths.taskRoot, environment, ...(isOwnBoot ? {} : forkedFrom(forkServer, environment, runtime)) };
}

/** A fork server is booted with those variables alone that count then. */
function forkedFrom(more: Variables | undefined, environment: Variables, { bootReads }: Runtime): Pick<Launch, "forkServer"> {
  if (more === undefined) return {};
  const atBoot = Object.entries(environment).filter(([name]) => isReadAtBoot(name, bootReads));
  return { forkServer: { ...Object.fromEntries(atBoot), ...more } };
}

type Variables = Readonly<Record<string, string>>;

/** The same for one that is started ahead of its environment: nothing in it is of a function. `modules`: Runtime.modulesAhead. */
export function bootLaunchOf({ runtime, memoryMiB, modules }: BootPlan, { paths, logDescriptor }: Pick<Sandbox, "paths" | "logDescriptor">): Launch {
  const host = { taskRoot: paths.taskRoot, optRoot: undefined };
  const request = { paths, host, handler: "", memoryMiB, initializationType: "on-demand" as const, environment: {}, modulesAhead: modules };
  const { program, args, environment: language, programs, forkServer } = runtime.launch(request);
  const variables = bootVariables(runtime.id, { paths, programs, language, logDescriptor });
  const environment = { ...variables, LAMBENT_STANDBY: "1", ...(modules === undefined ? {} : { LAMBENT_PRELOAD: modules }) };
  return { program, args, cwd: paths.taskRoot, environment, ...forkedFrom(forkServer, environment, runtime) };
}

/** Why a program was not started. Of one that cannot be executed it names AWS's path, whatever ours is. */
export const launchFault = (error: unknown, paths: GuestPaths): Error => {
  if (error instanceof Fault && error.code === "Runtime.InvalidEntrypoint") return entrypointInvalid(asOnAws(error.message, paths), error);
  return error instanceof Error ? error : new Error(String(error));
};
