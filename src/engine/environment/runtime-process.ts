// Starts one run of a runtime: the fronts through which its guest speaks, and the process. A reset environment runs
// again over the sandbox that it had, whose /tmp it keeps, behind new fronts.
import type { Ids } from "../../core/ids.ts";
import type { SessionCredentials } from "../../core/credentials.ts";
import type { FunctionVersion } from "../../functions/function-version.ts";
import type { LogStreamId } from "../../observe/log-sink.ts";
import type { Launch, Sandbox, SandboxProcess } from "../../sandbox/sandbox.ts";
import type { EnvironmentLog } from "../log/environment-log.ts";
import { openFramedFront } from "../runtime-api/framed/framed-front.ts";
import { openHttpFront } from "../runtime-api/http/http-front.ts";
import { refusedExtensions } from "../runtime-api/refused-extensions.ts";
import type { RuntimeFront, RuntimePort } from "../runtime-api/runtime-port.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { InitializationType } from "./environment-parts.ts";
import { environmentVariables, hasLogDescriptor } from "./variables.ts";

export interface RuntimeProcessPlan {
  readonly version: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly runtime: Runtime;
  readonly taskRoot: string;
  readonly optRoot: string | undefined;
  readonly inspectorPort?: number | undefined;
  readonly credentials: SessionCredentials;
  readonly endpoint: string | undefined;
}

export interface RuntimeProcessParts {
  readonly ids: Ids;
  readonly log: EnvironmentLog;
  readonly port: RuntimePort;
  /** Called as soon as there is a front: its guest may be heard before the start has resolved. */
  readonly onFront: (front: RuntimeFront) => void;
}

/** Rejects, with no process left over, when the runtime does not start; fronts are the caller's to close. */
export async function startRuntimeProcess(sandbox: Sandbox, plan: RuntimeProcessPlan, parts: RuntimeProcessParts): Promise<SandboxProcess> {
  const { port, ids, log, onFront } = parts;
  // The guest finds it by a variable. Ours speaks by the channel; what a function brings along (an extension, a wrapper
  // with a runtime client of its own) speaks here all the same.
  const front = await openHttpFront({ runtime: port, extensions: refusedExtensions }, ids);
  onFront(front);
  const isFramed = plan.runtime.channel === "framed";
  const process = await sandbox.run(launchOf(sandbox, plan, { logStream: log.stream, runtimeApi: front.address }), {
    channel: isFramed,
    log: hasLogDescriptor(plan.version),
  });
  process.output.onBytes((bytes) => log.print(bytes));
  process.log?.onBytes((bytes) => log.printFrames(bytes));
  if (process.channel !== undefined) onFront(openFramedFront(process.channel, port));
  else if (isFramed) throw new TypeError("the sandbox gave no channel");
  return process;
}

function launchOf(
  { paths }: Sandbox,
  plan: RuntimeProcessPlan,
  given: { readonly logStream: LogStreamId; readonly runtimeApi: string },
): Launch {
  const { version, initializationType, runtime, taskRoot, optRoot, inspectorPort, credentials, endpoint } = plan;
  const { memoryMiB, handler = "", environment: own = {} } = version.configuration;
  const { program, args, environment: language } = runtime.launch({ paths, host: { taskRoot, optRoot }, handler, memoryMiB, initializationType, inspectorPort, environment: own });
  const environment = environmentVariables({ ...given, version, initializationType, paths, language, credentials, endpoint });
  return { program, args, cwd: paths.taskRoot, environment };
}
