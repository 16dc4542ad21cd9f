// Runtime management as callers see it: the ARN of the version that runs, and what a request asks for.
import type { FunctionConfiguration as FunctionConfigurationOutput } from "@aws-sdk/client-lambda";
import { formatFunctionArn, formatRuntimeVersionArn } from "../../../core/arn.ts";
import { locateFunction, type AddressInput, type FunctionTarget } from "../../../functions/address.ts";
import type { Scope } from "../../../core/context.ts";
import { isNumeric, latestVersion, type FunctionConfiguration, type FunctionId } from "../../../functions/function-version.ts";
import { missingVersionText, runtimeVersionOf, type RuntimePin } from "../../../functions/runtime-management.ts";
import type { LambdaInput } from "../api.ts";
import { aliasHasNoRuntime, pinnedToRuntime, runtimeVersionNeeded, runtimeVersionNotAllowed, runtimeVersionNotFound } from "../faults/runtime-management.ts";
import type { LambdaParts } from "../parts.ts";

type Parts = Pick<LambdaParts, "runtimeVersions">;

/** What an invoke that starts an environment now would run. */
export async function runtimeVersionMembers(
  { runtimeVersions }: Parts,
  { region }: FunctionId,
  configuration: FunctionConfiguration,
): Promise<Pick<FunctionConfigurationOutput, "RuntimeVersionConfig">> {
  const used = await runtimeVersionOf(configuration, runtimeVersions);
  if (used === undefined) return {};
  const RuntimeVersionArn = formatRuntimeVersionArn(region, used.hash);
  const installed = await runtimeVersions.installed(configuration.runtime);
  if (installed.some(({ hash }) => hash === used.hash)) return { RuntimeVersionConfig: { RuntimeVersionArn } };
  const Message = missingVersionText(configuration.runtime, used.version);
  return { RuntimeVersionConfig: { RuntimeVersionArn, Error: { ErrorCode: "InvalidRuntimeException", Message } } };
}

/** `$LATEST` or a published version, each of which is managed by itself. */
export function locateManaged(input: AddressInput, scope: Scope): FunctionTarget {
  const target = locateFunction(input, scope, "namespaced");
  const { qualifier } = target;
  if (qualifier !== undefined && qualifier !== latestVersion && !isNumeric(qualifier)) throw aliasHasNoRuntime();
  return target;
}

/** The pin that a request asks for; undefined: none, `Auto`. */
export async function wantedPin(
  { UpdateRuntimeOn, RuntimeVersionArn }: LambdaInput<"PutRuntimeManagementConfig">,
  { region }: FunctionId,
  configuration: FunctionConfiguration,
  { runtimeVersions }: Parts,
): Promise<RuntimePin | undefined> {
  if (UpdateRuntimeOn !== "Manual") {
    if (RuntimeVersionArn !== undefined) throw runtimeVersionNotAllowed(UpdateRuntimeOn ?? "");
    if (UpdateRuntimeOn === "Auto") return undefined;
    // What runs now goes on running until the next update.
    return { updateOn: "FunctionUpdate", to: await runtimeVersionOf(configuration, runtimeVersions) };
  }
  if (RuntimeVersionArn === undefined) throw runtimeVersionNeeded();
  const installed = await runtimeVersions.installed(configuration.runtime);
  const arnOf = (hash: string): string => formatRuntimeVersionArn(region, hash);
  const to = installed.find(({ hash }) => arnOf(hash) === RuntimeVersionArn);
  if (to === undefined) {
    const known = installed.map(({ hash, version }) => `${arnOf(hash)} (${version})`);
    throw runtimeVersionNotFound(RuntimeVersionArn, configuration.runtime, known);
  }
  return { updateOn: "Manual", to };
}

/** RuntimeVersionArn only under Manual, as the model says. */
export const managementOutput = ({ id, qualifier }: FunctionTarget, { runtimePin }: FunctionConfiguration) => ({
  FunctionArn: formatFunctionArn(id, qualifier),
  UpdateRuntimeOn: runtimePin?.updateOn ?? ("Auto" as const),
  ...(runtimePin?.updateOn === "Manual" && runtimePin.to !== undefined
    ? { RuntimeVersionArn: formatRuntimeVersionArn(id.region, runtimePin.to.hash) }
    : {}),
});

/** A version of one runtime is none of another. */
export function requireUnpinned({ runtime, runtimePin }: FunctionConfiguration): void {
  if (runtimePin?.updateOn === "Manual") throw pinnedToRuntime(runtime);
}
