// Error replies of the Runtime API that do not depend on the state of the environment.
import { Fault } from "../../core/faults.ts";
import { maxResponseBytes } from "./runtime-port.ts";

export const invalidInvocationId = (): Fault =>
  new Fault({ code: "InvalidInvocationId", status: 400, message: "Invalid invocation ID" });

export const invalidResponseMode = (): Fault =>
  new Fault({ code: "InvalidFunctionResponseMode", status: 400, message: "Invalid function response mode" });

export const truncatedRequest = (): Fault =>
  new Fault({ code: "TruncatedHTTPRequest", status: 400, message: "HTTP request detected as truncated" });

export const requestEntityTooLarge = (limitBytes = maxResponseBytes): Fault =>
  new Fault({
    code: "RequestEntityTooLarge",
    status: 413,
    message: `Exceeded maximum allowed payload size (${limitBytes} bytes).`,
  });

export const malformedRequest = (why: string): Fault => new Fault({ code: "MalformedHTTPRequest", status: 400, message: why });

export const headersTooLarge = (): Fault =>
  new Fault({ code: "RequestHeaderFieldsTooLarge", status: 431, message: "The request's headers are too large" });

export const unsupportedHttpVersion = (): Fault =>
  new Fault({ code: "HTTPVersionNotSupported", status: 505, message: "HTTP/1.0 and HTTP/1.1 are spoken here" });

export const foreignRequest = (): Fault =>
  new Fault({ code: "Forbidden", status: 403, message: "Only the runtime of this environment is answered here" });

export const unauthorised = (): Fault =>
  new Fault({ code: "Unauthorized", status: 401, message: "The Authorization header is missing or contains an invalid token" });

export const noSuchRoute = (): Fault => new Fault({ code: "NotFound", status: 404, message: "404 page not found" });

export const methodNotAllowed = (): Fault => new Fault({ code: "MethodNotAllowed", status: 405, message: "Method not allowed" });

/** Said plainly rather than answered as if it worked. */
export const notSupported = (what: string): Fault =>
  new Fault({ code: "NotImplemented", status: 501, message: `${what} is not supported yet` });

/** On the framed channel, where no reply says so: the environment ends. */
export const brokenFrame = (why: string): Fault => new Fault({ code: "BrokenFrame", status: 400, message: why });

// Of the Extensions API, before the environment is asked; the texts are AWS's.

const extensionFault = (code: string, message: string): Fault => new Fault({ code, status: 403, message });

export const emptyExtensionName = (): Fault => extensionFault("Extension.InvalidExtensionName", "Empty extension name");

export const invalidRegistration = (why: string): Fault => extensionFault("InvalidRequestFormat", why);

export const missingExtensionIdentifier = (): Fault =>
  extensionFault("Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header");

export const invalidExtensionIdentifier = (): Fault =>
  extensionFault("Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier");

/** Of the Telemetry API and the Logs API; `why`: everything that is wrong. */
export const invalidSubscription = (why: string): Fault => new Fault({ code: "ValidationError", status: 400, message: why });

export const missingExtensionErrorType = (): Fault =>
  extensionFault("Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found");
