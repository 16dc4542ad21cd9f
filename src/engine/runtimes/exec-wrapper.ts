// AWS_LAMBDA_EXEC_WRAPPER: a script that managed runtimes run with the original command line as its arguments.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html
import { insideGuest } from "../guest-paths.ts";
import type { LaunchRequest, RuntimeLaunch } from "./runtime.ts";

export function applyExecWrapper(launch: RuntimeLaunch, { environment, paths }: LaunchRequest): RuntimeLaunch {
  const wrapper = environment["AWS_LAMBDA_EXEC_WRAPPER"];
  if (wrapper === undefined || wrapper === "") return launch;
  const command = [insideGuest(wrapper, paths), launch.program, ...launch.args];
  // A shell between, as on AWS: a script that is missing makes it exit with status 127, not executable 126.
  return { ...launch, program: "/bin/sh", args: ["-c", 'exec "$0" "$@"', ...command] };
}
