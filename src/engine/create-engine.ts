// Puts the engine together.
import type { Clock } from "../core/clock.ts";
import type { RoleCredentials } from "../core/credentials.ts";
import type { Ids } from "../core/ids.ts";
import type { FunctionCatalog } from "../functions/catalog.ts";
import type { LogSink } from "../observe/log-sink.ts";
import type { SandboxDriver } from "../sandbox/sandbox.ts";
import type { CodeTrees } from "./code/code-trees.ts";
import { CompiledCode } from "./code/compiled-code.ts";
import { ModulesAhead } from "./code/modules-ahead.ts";
import { ConcurrencyLedger } from "./concurrency/ledger.ts";
import { Provisioner, type ProvisionerParts } from "./concurrency/provisioner.ts";
import { awsRate, unlimitedRate } from "./concurrency/request-rate.ts";
import type { Engine } from "./engine.ts";
import { Debugging } from "./development/debugging.ts";
import { joined, type Adapt } from "./development/adaptation.ts";
import { Developing } from "./development/developing.ts";
import { invoke } from "./invoke.ts";
import { Bandwidth } from "./bandwidth.ts";
import { stream } from "./stream.ts";
import { openEnvironment } from "./open-environment.ts";
import { Fleet } from "./placement/fleet.ts";
import { MemoryBudget } from "./placement/memory-budget.ts";
import { StartGate } from "./placement/start-gate.ts";
import { Preboot } from "./preboot/preboot.ts";
import { awsScaling, unlimitedScaling } from "./placement/scaling-rate.ts";
import type { Runtimes } from "./runtimes/runtime.ts";

export interface EngineParts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly catalog: FunctionCatalog;
  readonly concurrency: ProvisionerParts["concurrency"];
  readonly runtimes: Pick<Runtimes, "resolve" | "prepare">;
  readonly driver: SandboxDriver;
  readonly code: CodeTrees;
  readonly credentials: RoleCredentials;
  readonly logs: LogSink;
  /** What functions get as AWS_ENDPOINT_URL: the listener that verifies their credentials. */
  readonly endpoint: () => string | undefined;
  readonly settings: EngineSettings;
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void;
}

interface EngineSettings {
  /** Invokes at once in one account and region; 1,000 by default on AWS. */
  readonly concurrency: number;
  /** How long an environment may be idle before it is ended. */
  readonly idleMs: number;
  /** Whether AWS's rates bind, too: of requests, of new environments, of streamed bytes. */
  readonly quotas: "none" | "aws";
  /** Cold starts at once; about twice the processors. */
  readonly parallelStarts: number;
  /** What all environments may have together. */
  readonly environmentMemoryBytes: number;
  /** What sandboxes that are ready ahead of need may have together; 0: there are none. */
  readonly prebootMemoryBytes: number;
}

/** The engine and what a developer's tools do to it. */
export interface LocalEngine extends Engine {
  readonly tools: { readonly debugging: Debugging; readonly developing: Developing };
}

export function createEngine(parts: EngineParts): LocalEngine {
  const { catalog, concurrency, clock, ids, settings, onError } = parts;
  const gate = new StartGate(settings.parallelStarts, clock);
  const preboot = createPreboot(parts, gate);
  const compiled = new CompiledCode({ trees: parts.code, ids, onFailed: onError });
  const modulesAhead = new ModulesAhead({ trees: parts.code, onFailed: onError });
  const fleet = new Fleet({
    clock,
    gate,
    budget: new MemoryBudget({ clock, limitBytes: settings.environmentMemoryBytes }),
    catalog,
    onError,
    idleMs: settings.idleMs,
    newScaling: settings.quotas === "aws" ? () => awsScaling(clock) : () => unlimitedScaling,
    open: (version, observer, initializationType) => openEnvironment({ ...parts, preboot, compiled, modulesAhead, adapt }, { version, initializationType }, observer),
  });
  const renew: Fleet["renew"] = (version, how) => fleet.renew(version, how);
  const debugging = new Debugging({ clock, catalog, runtimes: parts.runtimes, driver: parts.driver, renew });
  const developing = new Developing({ ...parts, preboot, renew });
  const adapt: Adapt = (version) => {
    const [developed, debugged] = [developing.adapt(version), debugging.adapt(version)];
    return developed === undefined || debugged === undefined ? (developed ?? debugged) : debugged.then((other) => joined(developed, other));
  };
  const ledger = new ConcurrencyLedger(settings.concurrency, settings.quotas === "aws" ? () => awsRate(clock) : () => unlimitedRate);
  catalog.onChange((id) => ledger.forget(id));
  const provisioner = new Provisioner({ catalog, concurrency, fleet, onError });
  const invokeParts = { catalog, fleet, clock, ids, ledger };
  return {
    invoke: (request) => invoke(invokeParts, request),
    stream: (request) => stream(invokeParts, request, settings.quotas === "aws" ? new Bandwidth(clock) : undefined),
    tools: { debugging, developing },
    start: () => provisioner.start(),
    provisioned: (id, allocationId) => provisioner.stateOf(id, allocationId),
    async stop(graceMs) {
      provisioner.stop();
      await fleet.stop(graceMs);
      await compiled.stop();
      await modulesAhead.stop();
      await preboot?.stop();
    },
  };
}

/** Undefined where the driver cannot, or is not to. */
function createPreboot({ driver, clock, ids, settings, onError }: EngineParts, gate: StartGate): Preboot | undefined {
  const { prebootMemoryBytes: memoryBytes } = settings;
  const { prepare } = driver;
  if (prepare === undefined || memoryBytes === 0) return undefined;
  return new Preboot({ driver: { open: (spec) => driver.open(spec), prepare: (grade) => prepare.call(driver, grade) }, clock, ids, gate, memoryBytes, onError });
}
