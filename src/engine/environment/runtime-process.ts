// Starts one run of a runtime: a sandbox and the front through which its guest speaks. A reset environment restarts the
// sandbox that it had, whose /tmp it keeps, behind a new front.
import type { Ids } from "../../core/ids.ts";
import type { SessionCredentials } from "../../core/credentials.ts";
import type { FunctionVersion } from "../../functions/function-version.ts";
import type { MakeLaunch, Sandbox, SandboxDriver } from "../../sandbox/sandbox.ts";
import type { EnvironmentLog } from "../log/environment-log.ts";
import { openFramedFront } from "../runtime-api/framed/framed-front.ts";
import { openHttpFront } from "../runtime-api/http/http-front.ts";
import type { RuntimeFront, RuntimePort } from "../runtime-api/runtime-port.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { InitializationType } from "./environment-parts.ts";
import { environmentVariables } from "./variables.ts";

export interface RuntimeProcessPlan {
  readonly sandboxId: string;
  /** Of the run before, whose files this one goes on with. */
  readonly previous: Sandbox | undefined;
  readonly version: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly runtime: Runtime;
  readonly taskRoot: string;
  readonly optRoot: string | undefined;
  readonly credentials: SessionCredentials;
  readonly endpoint: string | undefined;
}

export interface RuntimeProcessParts {
  readonly driver: SandboxDriver;
  readonly ids: Ids;
  readonly log: EnvironmentLog;
  readonly port: RuntimePort;
  /** Called as soon as there is a front: its guest may be heard before the start has resolved. */
  readonly onFront: (front: RuntimeFront) => void;
}

/** Rejects, with nothing new left over, when the sandbox does not start. */
export async function startRuntimeProcess(plan: RuntimeProcessPlan, parts: RuntimeProcessParts): Promise<Sandbox> {
  if (plan.runtime.channel === "framed") return startFramed(plan, parts);
  // The guest finds the front by a variable, so the front comes first.
  const front = await openHttpFront(parts.port, parts.ids);
  parts.onFront(front);
  try {
    return await startSandbox(plan, parts, front.address);
  } catch (error) {
    front.close();
    throw error;
  }
}

async function startFramed(plan: RuntimeProcessPlan, parts: RuntimeProcessParts): Promise<Sandbox> {
  // The channel comes with the sandbox, so the front comes second.
  const sandbox = await startSandbox(plan, parts, undefined);
  if (sandbox.channel === undefined) throw new TypeError(`the ${parts.driver.name} driver gave no channel`);
  parts.onFront(openFramedFront(sandbox.channel, parts.port));
  return sandbox;
}

async function startSandbox(plan: RuntimeProcessPlan, parts: RuntimeProcessParts, runtimeApi: string | undefined): Promise<Sandbox> {
  const { version, runtime, previous } = plan;
  const launch = launchOf(plan, parts.log, runtimeApi);
  const { memoryMiB, ephemeralStorageMiB } = version.configuration;
  const sandbox = await (previous?.restart(launch) ??
    parts.driver.start({
      id: plan.sandboxId,
      taskRoot: plan.taskRoot,
      optRoot: plan.optRoot,
      runtimeDir: runtime.runtimeDir,
      memoryMiB,
      ephemeralStorageMiB,
      channel: runtimeApi === undefined,
      launch,
    }));
  sandbox.output.onBytes((bytes) => parts.log.print(bytes));
  return sandbox;
}

function launchOf(plan: RuntimeProcessPlan, log: EnvironmentLog, runtimeApi: string | undefined): MakeLaunch {
  const { version, initializationType, runtime, taskRoot, optRoot, credentials, endpoint } = plan;
  return (paths) => {
    const { memoryMiB, environment: own = {} } = version.configuration;
    const { program, args, environment: language } = runtime.launch({ paths, host: { taskRoot, optRoot }, memoryMiB, environment: own });
    const environment = environmentVariables({ version, initializationType, paths, language, credentials, logStream: log.stream, runtimeApi, endpoint });
    return { program, args, cwd: paths.taskRoot, environment };
  };
}
