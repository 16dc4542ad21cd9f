// The error types that most faults of Lambda's API have. One file a subject beside this one lists its faults, in AWS's
// words; those about functions as such are in functions/faults.ts.
import { Fault } from "../../../core/faults.ts";

export const invalidParameter = (message: string): Fault =>
  new Fault({ code: "InvalidParameterValueException", status: 400, message });

export const conflict = (message: string): Fault =>
  new Fault({ code: "ResourceConflictException", status: 409, message });

export const notFound = (message: string): Fault =>
  new Fault({ code: "ResourceNotFoundException", status: 404, message });

/** A check that AWS words like those of the service model, though the model does not have it. */
export const constraintViolated = (value: string, path: string, constraint: string): Fault =>
  new Fault({
    code: "ValidationException",
    status: 400,
    message: `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: ${constraint}`,
  });
