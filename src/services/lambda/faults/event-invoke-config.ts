// Faults about the configuration of asynchronous invokes.
import type { Fault } from "../../../core/faults.ts";
import { invalidParameter, notFound } from "./base.ts";

export const noEventInvokeSetting = (): Fault =>
  invalidParameter("You must specify at least one of error handling or destination setting.");

export const eventInvokeFunctionMissing = (): Fault => notFound("The function doesn't exist.");

/** `arn` always has a qualifier. */
export const eventInvokeConfigMissing = (arn: string): Fault =>
  notFound(`The function ${arn} doesn't have an EventInvokeConfig`);

export const destinationMissing = (arn: string): Fault => invalidParameter(`The destination ARN ${arn} is invalid.`);

export const destinationIsItself = (): Fault =>
  invalidParameter("You can't specify the function as a destination for itself.");

/** AWS prints the whole configuration, as Java does. */
export const destinationNotSupported = (onSuccess: string | undefined, onFailure: string | undefined): Fault =>
  invalidParameter(
    `The provided destination config DestinationConfig(onSuccess=${printed("OnSuccess", onSuccess)}, ` +
      `onFailure=${printed("OnFailure", onFailure)}) is invalid.`,
  );

const printed = (type: string, arn: string | undefined): string =>
  arn === undefined ? "null" : `${type}(destination=${arn})`;
