// Faults about resource policies; those of the statements themselves are in functions/faults.ts.
import { Fault } from "../../../core/faults.ts";
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

/** AWS's text is not recorded; this says where the policy is wrong. */
export const malformedPolicy = (reason: string): Fault => invalidParameter(`The provided policy is malformed. ${reason}`);

/** The text of the service model. */
export const publicPolicy = (): Fault =>
  new Fault({
    code: "PublicPolicyException",
    status: 400,
    message:
      "The resource-based policy you tried to add to the Lambda resource would grant public access to it, which isn't allowed.",
  });

export const crossAccountRole = (): Fault =>
  new Fault({ code: "AccessDeniedException", status: 403, message: "Cross-account pass role is not allowed." });
