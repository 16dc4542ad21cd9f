// Faults about resource policies; those of the statements themselves are in functions/faults.ts.
import type { Fault } from "../../../core/faults.ts";
import { invalidParameter, notFound } from "./base.ts";

export const latestHasNoPolicy = (): Fault =>
  invalidParameter("We currently do not support adding policies for $LATEST.");

export const invalidPrincipal = (): Fault =>
  invalidParameter("The provided principal was invalid. Please check the principal and try again.");

export const urlAuthTypeOnUrlsOnly = (): Fault =>
  invalidParameter("FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action");

/** `arn` is the function's, without a qualifier. */
export const noPolicyFor = (arn: string): Fault => notFound(`No policy found for: ${arn}`);

export const policyNotThere = (): Fault => notFound("The resource you requested does not exist.");
