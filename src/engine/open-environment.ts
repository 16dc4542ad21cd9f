// Makes ready what an environment needs before it can start.
import { holdTrees } from "./code/deployed-trees.ts";
import type { CodeTrees } from "./code/code-trees.ts";
import type { CompiledCode } from "./code/compiled-code.ts";
import type { ModulesAhead } from "./code/modules-ahead.ts";
import type { Adapt } from "./development/adaptation.ts";
import { ConcurrentEnvironment } from "./environment/concurrent-environment.ts";
import { Environment } from "./environment/environment.ts";
import type { EnvironmentObserver, EnvironmentParts, EnvironmentPlan, PooledEnvironment } from "./environment/environment-parts.ts";
import type { Preboot } from "./preboot/preboot.ts";
import type { Runtimes } from "./runtimes/runtime.ts";

export interface OpeningParts extends EnvironmentParts {
  readonly runtimes: Pick<Runtimes, "resolve">;
  readonly code: CodeTrees;
  readonly compiled: Pick<CompiledCode, "find" | "wish">;
  readonly modulesAhead: Pick<ModulesAhead, "find" | "learn">;
  readonly adapt: Adapt;
  /** Undefined: nothing is made ahead of need. */
  readonly preboot: Preboot | undefined;
}

/** Looks up the runtime and holds the code for as long as the environment is there. */
export async function openEnvironment(
  parts: OpeningParts,
  { version, initializationType: initialised }: Pick<EnvironmentPlan, "version" | "initializationType">,
  observer: EnvironmentObserver,
): Promise<PooledEnvironment> {
  const runtime = await parts.runtimes.resolve(version.configuration.runtime, version.runtimeVersion);
  const trees = await holdTrees(parts.code, version.configuration);
  let adaptation;
  try {
    adaptation = await parts.adapt(version);
  } catch (error) {
    trees.release();
    throw error;
  }
  const { timers, inspectorPort, taskRoot = trees.taskRoot } = adaptation ?? {};
  const isConcurrent = version.configuration.environmentConcurrency !== undefined;
  const Kind = isConcurrent ? ConcurrentEnvironment : Environment;
  const initializationType = isConcurrent ? "lambda-managed-instances" : initialised;
  const { code } = version.configuration;
  // A folder that somebody works on changes faster than it is worth to compile it.
  const isDeployed = taskRoot === trees.taskRoot;
  const compiledDir = isDeployed ? parts.compiled.find(runtime, taskRoot) : undefined;
  const modulesAhead = parts.modulesAhead.find(runtime, version.configuration);
  let isFirst = true;
  const plan: EnvironmentPlan = { version, initializationType, runtime, taskRoot, optRoot: trees.optRoot, compiledDir, modulesAhead, timers, inspectorPort };
  const driver = adaptation?.driver ?? parts.preboot?.driverFor(plan) ?? parts.driver;
  const environment = new Kind({ ...parts, driver }, plan, {
    available(opened) {
      if (isFirst) {
        if (isDeployed) parts.compiled.wish(runtime, taskRoot, code);
        parts.modulesAhead.learn(runtime, version.configuration);
      }
      isFirst = false;
      adaptation?.available?.(opened);
      observer.available(opened);
    },
    unavailable: (opened) => observer.unavailable(opened),
    resetting: (opened) => observer.resetting(opened),
    settling: (opened, slots) => observer.settling(opened, slots),
    ended(opened, fault) {
      trees.release();
      adaptation?.ended?.();
      observer.ended(opened, fault);
    },
  });
  adaptation?.opened?.(environment, plan);
  return environment;
}
