// Starts one run of a runtime: a sandbox and the front through which its guest speaks. A reset environment gets a new
// one.
import type { Ids } from "../../core/ids.ts";
import type { SessionCredentials } from "../../core/credentials.ts";
import type { FunctionVersion } from "../../functions/function-version.ts";
import type { Sandbox, SandboxDriver } from "../../sandbox/sandbox.ts";
import type { EnvironmentLog } from "../log/environment-log.ts";
import { openFramedFront } from "../runtime-api/framed/framed-front.ts";
import { openHttpFront } from "../runtime-api/http/http-front.ts";
import type { RuntimeFront, RuntimePort } from "../runtime-api/runtime-port.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { environmentVariables } from "./variables.ts";

export interface RuntimeProcessPlan {
  /** Unique for each run. */
  readonly sandboxId: string;
  readonly version: FunctionVersion;
  readonly runtime: Runtime;
  readonly taskRoot: string;
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

/** Rejects, with nothing left over, when the sandbox does not start. */
export async function startRuntimeProcess(plan: RuntimeProcessPlan, parts: RuntimeProcessParts): Promise<Sandbox> {
  if (plan.runtime.channel === "framed") return startFramed(plan, parts);
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
  const sandbox = await startSandbox(plan, parts, undefined);
  if (sandbox.channel === undefined) throw new TypeError(`the ${parts.driver.name} driver gave no channel`);
  parts.onFront(openFramedFront(sandbox.channel, parts.port));
  return sandbox;
}

async function startSandbox(plan: RuntimeProcessPlan, parts: RuntimeProcessParts, runtimeApi: string | undefined): Promise<Sandbox> {
  const { version, runtime, credentials, endpoint } = plan;
  const { memoryMiB, ephemeralStorageMiB } = version.configuration;
  const sandbox = await parts.driver.start({
    id: plan.sandboxId,
    taskRoot: plan.taskRoot,
    optRoot: undefined,
    runtimeDir: runtime.runtimeDir,
    memoryMiB,
    ephemeralStorageMiB,
    channel: runtimeApi === undefined,
    launch(paths) {
      const host = { taskRoot: plan.taskRoot, optRoot: undefined };
      const own = version.configuration.environment ?? {};
      const { program, args, environment: language } = runtime.launch({ paths, host, memoryMiB, environment: own });
      const logStream = parts.log.stream;
      const environment = environmentVariables({ version, paths, language, credentials, logStream, runtimeApi, endpoint });
      return { program, args, cwd: paths.taskRoot, environment };
    },
  });
  sandbox.output.onBytes((bytes) => parts.log.print(bytes));
  return sandbox;
}
