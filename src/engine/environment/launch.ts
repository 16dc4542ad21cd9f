// The command line of a runtime and everything in its environment.
import type { GuestPaths, Launch } from "../../sandbox/sandbox.ts";
import type { EnvironmentPlan } from "./environment-parts.ts";
import { environmentVariables, type VariableSources } from "./variables.ts";

/** What is of one environment alone. */
export type LaunchGivens = Pick<VariableSources, "credentials" | "endpoint" | "runtimeApi" | "metadataToken" | "logStream">;

/** Fault: Runtime.InvalidEntrypoint, as Runtime.launch has it. */
export function launchOf(plan: EnvironmentPlan, paths: GuestPaths, givens: LaunchGivens): Launch {
  const { version, initializationType, runtime, taskRoot, optRoot, inspectorPort } = plan;
  const { memoryMiB, handler = "", environment: own = {} } = version.configuration;
  const request = { paths, host: { taskRoot, optRoot }, handler, memoryMiB, initializationType, inspectorPort, environment: own };
  const { program, args, environment: language } = runtime.launch(request);
  const environment = environmentVariables({ ...givens, version, initializationType, paths, programs: runtime.programs, language });
  return { program, args, cwd: paths.taskRoot, environment };
}
