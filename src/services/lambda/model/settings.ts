// From what CreateFunction and UpdateFunctionConfiguration are given to a complete configuration: defaults and the
// checks that the service model does not have.
import type { LoggingConfig } from "@aws-sdk/client-lambda";
import type { FunctionConfiguration, FunctionId, LayerReference } from "../../../functions/function-version.ts";
import { acceptedRuntimes, runtimePolicy, runtimeStanding } from "../../../functions/runtime-policies.ts";
import type { LambdaInput } from "../api.ts";
import { constraintViolated } from "../faults/base.ts";
import { blockedRuntime, environmentTooLarge, invalidDeadLetterTarget, reservedVariables, runtimeAndHandlerMissing, unknownRuntime } from "../faults/settings.ts";
import { reservedTag, tooManyTags } from "../faults/tags.ts";
import { defaults, limits } from "../limits.ts";
import type { LambdaParts } from "../parts.ts";
import { loggingAfter } from "./logging.ts";
import { managedAfter } from "./managed-instances.ts";

type Variables = Readonly<Record<string, string>>;
type CheckedSettings = Pick<
  LambdaInput<"UpdateFunctionConfiguration">,
  "Timeout" | "MemorySize" | "EphemeralStorage" | "Environment" | "Runtime"
>;

export function newConfiguration(
  id: FunctionId,
  input: LambdaInput<"CreateFunction">,
  { code, layers }: Pick<FunctionConfiguration, "code" | "layers">,
  parts: Pick<LambdaParts, "settings">,
): FunctionConfiguration {
  if (input.Runtime === undefined || input.Handler === undefined) throw runtimeAndHandlerMissing();
  return {
    runtime: input.Runtime,
    handler: input.Handler,
    role: input.Role,
    description: input.Description ?? "",
    timeoutSeconds: input.Timeout ?? defaults.timeoutSeconds,
    memoryMiB: input.MemorySize ?? defaults.memoryMiB,
    ephemeralStorageMiB: input.EphemeralStorage?.Size ?? defaults.ephemeralStorageMiB,
    // AWS's default is x86_64 wherever it is; ours is the machine, the only one that we can apply.
    architecture: input.Architectures?.[0] ?? parts.settings.architecture,
    environment: variablesOf(input.Environment),
    logging: loggingAfter(id, undefined, loggingOf(input)),
    deadLetterArn: deadLetterAfter(undefined, input),
    ...managedAfter(id, {}, input.CapacityProviderConfig),
    code,
    layers,
  };
}

/** Replaces only what was sent, each as a whole. `layers`: what the input's mean, undefined when it has none. */
export const changedConfiguration = (
  id: FunctionId,
  current: FunctionConfiguration,
  input: LambdaInput<"UpdateFunctionConfiguration">,
  layers: readonly LayerReference[] | undefined,
): FunctionConfiguration => ({
  ...current,
  runtime: input.Runtime ?? current.runtime,
  handler: input.Handler ?? current.handler,
  role: input.Role ?? current.role,
  description: input.Description ?? current.description,
  timeoutSeconds: input.Timeout ?? current.timeoutSeconds,
  memoryMiB: input.MemorySize ?? current.memoryMiB,
  ephemeralStorageMiB: input.EphemeralStorage?.Size ?? current.ephemeralStorageMiB,
  environment: variablesOf(input.Environment) ?? current.environment,
  logging: loggingAfter(id, current.logging, loggingOf(input)),
  deadLetterArn: deadLetterAfter(current.deadLetterArn, input),
  ...managedAfter(id, current, input.CapacityProviderConfig),
  layers: layers ?? current.layers,
});

/** An empty ARN takes it away, as does an empty DeadLetterConfig. Fault: neither a queue nor a topic. */
function deadLetterAfter(current: string | undefined, { DeadLetterConfig }: Pick<LambdaInput<"CreateFunction">, "DeadLetterConfig">): string | undefined {
  if (DeadLetterConfig === undefined) return current;
  const arn = DeadLetterConfig.TargetArn || undefined;
  if (arn !== undefined && !/^arn:[^:]+:(?:sqs|sns):[^:]+:\d{12}:[^:]+$/.test(arn)) throw invalidDeadLetterTarget(arn);
  return arn;
}

/** JSON unless something else is asked for, where a capacity provider makes lines interleave. */
const loggingOf = ({ CapacityProviderConfig, LoggingConfig }: Pick<LambdaInput<"CreateFunction">, "CapacityProviderConfig" | "LoggingConfig">): LoggingConfig | undefined =>
  CapacityProviderConfig === undefined ? LoggingConfig : { LogFormat: "JSON", ...LoggingConfig };

/** `Environment: {}` sets no variables, which is not the same as leaving it out. */
const variablesOf = (environment: LambdaInput<"CreateFunction">["Environment"]): Variables | undefined =>
  environment === undefined ? undefined : (environment.Variables ?? {});

/** `isManaged`: of a function with a capacity provider. */
export function checkSettings(input: CheckedSettings, isManaged: boolean): void {
  // The model's upper limits are those of functions on capacity providers, some only for events that wait in queues.
  if (input.Timeout !== undefined && input.Timeout > limits.timeoutSeconds)
    throw constraintViolated(`${input.Timeout}`, "timeout", atMost(limits.timeoutSeconds));
  const mostMemoryMiB = isManaged ? limits.managedMostMemoryMiB : limits.memoryMiB;
  if (input.MemorySize !== undefined && input.MemorySize > mostMemoryMiB)
    throw constraintViolated(`${input.MemorySize}`, "memorySize", atMost(mostMemoryMiB));
  const ephemeralStorageMiB = input.EphemeralStorage?.Size;
  if (ephemeralStorageMiB !== undefined && ephemeralStorageMiB > limits.ephemeralStorageMiB)
    throw constraintViolated(`${ephemeralStorageMiB}`, "ephemeralStorage.size", atMost(limits.ephemeralStorageMiB));
  if (input.Environment?.Variables !== undefined) checkVariables(input.Environment.Variables);
}

const atMost = (limit: number): string => `Member must have value less than or equal to ${limit}`;

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, "Reserved environment variables" */
const reservedNames: ReadonlySet<string> = new Set([
  "_HANDLER",
  "_X_AMZN_TRACE_ID",
  "_AWS_XRAY_DAEMON_ADDRESS",
  "_AWS_XRAY_DAEMON_PORT",
  "_LAMBDA_TELEMETRY_LOG_FD",
  "AWS_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_DEFAULT_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_FORMAT",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_LEVEL",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_LAMBDA_MAX_CONCURRENCY",
  "AWS_LAMBDA_METADATA_API",
  "AWS_LAMBDA_METADATA_TOKEN",
  "AWS_LAMBDA_RUNTIME_API",
  "AWS_REGION",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SECRET_KEY",
  "AWS_SESSION_TOKEN",
  "LAMBDA_RUNTIME_DIR",
  "LAMBDA_TASK_ROOT",
]);

function checkVariables(variables: Variables): void {
  const reserved = Object.keys(variables).filter((name) => reservedNames.has(name));
  if (reserved.length > 0) throw reservedVariables(reserved);
  const measured = JSON.stringify(variables);
  if (Buffer.byteLength(measured) > limits.environmentBytes) throw environmentTooLarge(measured);
}

/** Runtimes that AWS has closed pass with a line in our log, or are refused as by AWS (`--deprecated-runtimes`). */
export function checkRuntime(
  runtime: string,
  operation: "create" | "update",
  parts: Pick<LambdaParts, "clock" | "log" | "settings">,
): void {
  const policy = runtimePolicy(runtime);
  if (policy === undefined) throw unknownRuntime(runtime, acceptedRuntimes);
  const standing = runtimeStanding(policy, operation, parts.clock.now());
  if (standing === "supported") return;
  if (standing === "blocked" && parts.settings.deprecatedRuntimes === "block") throw blockedRuntime(runtime);
  parts.log.warn({ runtime, standing }, "runtime-deprecated");
}

/** Of all tags that the resource will have. */
export function checkTags(tags: Readonly<Record<string, string>>): void {
  const reserved = Object.keys(tags).find((key) => key.toLowerCase().startsWith("aws:"));
  if (reserved !== undefined) throw reservedTag(reserved);
  if (Object.keys(tags).length > limits.tags) throw tooManyTags();
}
