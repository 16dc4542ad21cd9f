// Faults about functions as such: not found, not ready, elsewhere. Texts are AWS's, as recorded.
import { Fault } from "../core/faults.ts";

/** `arn` carries the qualifier that was asked for, if any. */
export const functionNotFound = (arn: string): Fault =>
  new Fault({ code: "ResourceNotFoundException", status: 404, message: `Function not found: ${arn}` });

export const functionNotReady = (state: string): Fault =>
  new Fault({
    code: "ResourceConflictException",
    status: 409,
    message: `The operation cannot be performed at this time. The function is currently in the following state: ${state}`,
  });

export const updateInProgress = (arn: string): Fault =>
  new Fault({
    code: "ResourceConflictException",
    status: 409,
    message: `The operation cannot be performed at this time. An update is in progress for resource: ${arn}`,
  });

export const regionNotReachable = (asked: string, own: string): Fault =>
  new Fault({
    code: "ResourceNotFoundException",
    status: 404,
    message: `Functions from '${asked}' are not reachable in this region ('${own}')`,
  });

/** AWS's recorded answer has a null text here; ours says what is wrong. */
export const otherAccount = (arn: string): Fault =>
  new Fault({ code: "AccessDeniedException", status: 403, message: `${arn} belongs to another account.` });

export const qualifiersDiffer = (): Fault =>
  new Fault({
    code: "InvalidParameterValueException",
    status: 400,
    message: "The derived qualifier from the function name does not match the specified qualifier.",
  });

export const malformedFunctionName = (value: string, pattern: string): Fault =>
  new Fault({
    code: "ValidationException",
    status: 400,
    message:
      `1 validation error detected: Value '${value}' at 'functionName' failed to satisfy constraint: ` +
      `Member must satisfy regular expression pattern: ${pattern}`,
  });

/** Someone else kept changing the function under our hands. */
export const tooManyConflicts = (arn: string, cause: unknown): Fault =>
  new Fault({
    code: "ResourceConflictException",
    status: 409,
    message: `The operation cannot be performed at this time. ${arn} is being changed by other requests.`,
    cause,
  });

export const statementExists = (sid: string): Fault =>
  new Fault({
    code: "ResourceConflictException",
    status: 409,
    message:
      `The statement id (${sid}) provided already exists. ` +
      "Please provide a new statement id, or remove the existing statement.",
  });

export const statementNotFound = (sid: string): Fault =>
  new Fault({
    code: "ResourceNotFoundException",
    status: 404,
    message: `Statement ${sid} is not found in resource policy.`,
  });

export const noPolicy = (): Fault =>
  new Fault({
    code: "ResourceNotFoundException",
    status: 404,
    message: "No policy is associated with the given resource.",
  });

export const policyTooLong = (bytes: number, limit: number): Fault =>
  new Fault({
    code: "PolicyLengthExceededException",
    status: 400,
    message: `The final policy size (${bytes}) is bigger than the limit (${limit}).`,
  });

/** `api`: what shows the latest RevisionId of such a policy. */
export const policyRevisionMismatch = (api: string): Fault =>
  new Fault({
    code: "PreconditionFailedException",
    status: 412,
    message:
      "The Revision Id provided does not match the latest Revision Id. " +
      `Call the ${api} API to retrieve the latest Revision Id`,
  });
