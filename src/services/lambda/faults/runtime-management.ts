// Faults of runtime management. None of AWS's texts is recorded; types and statuses are those of its model.
import type { Fault } from "../../../core/faults.ts";
import { invalidParameter } from "./base.ts";

export const runtimeVersionNotFound = (arn: string, runtime: string, known: readonly string[]): Fault =>
  invalidParameter(
    `Runtime version ${arn} does not exist for the runtime ${runtime}. ` +
      (known.length === 0 ? "No version of it is installed." : `Installed versions, newest first: ${known.join(", ")}`),
  );

export const runtimeVersionNeeded = (): Fault =>
  invalidParameter("RuntimeVersionArn is required when UpdateRuntimeOn is Manual.");

export const runtimeVersionNotAllowed = (updateOn: string): Fault =>
  invalidParameter(`RuntimeVersionArn is only allowed when UpdateRuntimeOn is Manual, not when it is ${updateOn}.`);

export const aliasHasNoRuntime = (): Fault =>
  invalidParameter("Runtime management configurations belong to $LATEST or to a published version. Aliases do not support this operation.");

export const pinnedToRuntime = (runtime: string): Fault =>
  invalidParameter(`The function is pinned to a version of ${runtime}. Set UpdateRuntimeOn to Auto or FunctionUpdate before you change its runtime.`);
