// The error types that most faults of SNS have. Files beside this one list its faults by subject, in AWS's words.
import { Fault } from "../../../core/faults.ts";

export const invalidParameter = (text: string): Fault =>
  new Fault({ code: "InvalidParameterException", status: 400, message: `Invalid parameter: ${text}` });

export const notFound = (message: string): Fault => new Fault({ code: "NotFoundException", status: 404, message });

/** Of tags only. */
export const resourceNotFound = (): Fault =>
  new Fault({ code: "ResourceNotFoundException", status: 404, message: "Resource does not exist" });

export const invalidToken = (): Fault => invalidParameter("NextToken");

export const invalidArn = (member: string, text: string): Fault =>
  invalidParameter(`${member} Reason: An ARN must have at least 6 elements, not ${text.split(":").length}`);

export const tooManyTags = (): Fault =>
  new Fault({ code: "TagLimitExceededException", status: 400, message: "Could not complete request: tag quota of per resource exceeded" });
export const duplicatedTags = (): Fault => invalidParameter("Duplicated keys are not allowed.");
export const invalidTag = (what: string): Fault => invalidParameter(what);

export const tooManyConflicts = (arn: string, cause: unknown): Fault =>
  new Fault({ code: "ConcurrentAccessException", status: 400, message: `${arn} is being changed by other requests; try again.`, cause });

/** What Lambent cannot honour yet. */
export const notApplied = (setting: string, why: string): Fault => invalidParameter(`${setting} is not supported by Lambent: ${why}`);
