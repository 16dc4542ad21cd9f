// The error types that most faults of EventBridge have: every client error is 400, what is not found included.
// One file a subject beside this one lists its faults, in AWS's words.
import { Fault } from "../../../core/faults.ts";

export const notFound = (message: string): Fault => new Fault({ code: "ResourceNotFoundException", status: 400, message });

export const alreadyExists = (message: string): Fault =>
  new Fault({ code: "ResourceAlreadyExistsException", status: 400, message });

export const invalid = (message: string): Fault => new Fault({ code: "ValidationException", status: 400, message });

export const limitExceeded = (): Fault =>
  new Fault({
    code: "LimitExceededException",
    status: 400,
    message: "The requested resource exceeds the maximum number allowed.",
  });

export const tooManyConflicts = (arn: string, cause: unknown): Fault =>
  new Fault({
    code: "ConcurrentModificationException",
    status: 400,
    message: `${arn} is being changed by other requests; try again.`,
    cause,
  });

/** What Lambent cannot honour yet. */
export const notApplied = (setting: string, why: string): Fault => invalid(`${setting} is not supported by Lambent: ${why}`);
