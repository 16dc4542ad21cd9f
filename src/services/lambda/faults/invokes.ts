// Faults of invokes that AWS finds before the function runs.
import { Fault } from "../../../core/faults.ts";
import { invalidParameter } from "./base.ts";

export type InvokeOperation = "Invoke" | "InvokeWithResponseStream";

/** Ours: AWS takes what this refuses. */
export const invokeNotSupported = (operation: InvokeOperation, setting: string, why: string): Fault =>
  invalidParameter(`Lambent does not support ${setting} of ${operation} yet: ${why}`);

export const payloadTooLarge = (operation: InvokeOperation, limit: number): Fault =>
  new Fault({
    code: "RequestEntityTooLargeException",
    status: 413,
    message: `Request must be smaller than ${limit} bytes for the ${operation === "Invoke" ? "InvokeFunction" : operation} operation`,
  });

export const eventTooLarge = (bytes: number, limit: number): Fault =>
  new Fault({
    code: "RequestTooLargeException",
    status: 413,
    message: `${bytes} byte payload is too large for the Event invocation type (limit ${limit} bytes)`,
  });

export const payloadNotJson = (parserText: string): Fault =>
  new Fault({
    code: "InvalidRequestContentException",
    status: 400,
    message: `Could not parse request body into json: Could not parse payload into json: ${parserText}`,
  });

export const invalidClientContext = (): Fault =>
  new Fault({
    code: "InvalidRequestContentException",
    status: 400,
    message: "Client context must be a valid Base64-encoded JSON object.",
  });

export const clientContextTooLong = (length: number, limit: number): Fault =>
  new Fault({
    code: "InvalidRequestContentException",
    status: 400,
    message: `Client context must be no more than ${limit} bytes when base64-encoded, and is ${length}.`,
  });
