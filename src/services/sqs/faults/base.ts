// The error types that most faults of SQS have. Files beside this one list its faults by subject, in AWS's words.
import { Fault } from "../../../core/faults.ts";

/** Not in the model: `InvalidParameterValue` where awsQuery is spoken (protocol/service-table.ts). */
export const invalidParameter = (message: string): Fault => new Fault({ code: "InvalidParameterValueException", status: 400, message });

/** "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: …" */
export const invalidValue = (value: string | number, parameter: string, reason: string): Fault =>
  invalidParameter(`Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`);

export const missingParameter = (parameter: string): Fault =>
  new Fault({ code: "MissingRequiredParameterException", status: 400, message: `The request must contain the parameter ${parameter}.` });

export const unsupportedOperation = (message: string): Fault => new Fault({ code: "UnsupportedOperation", status: 400, message });

export const overLimit = (message: string): Fault => new Fault({ code: "OverLimit", status: 403, message });

export const resourceNotFound = (message: string): Fault => new Fault({ code: "ResourceNotFoundException", status: 404, message });
