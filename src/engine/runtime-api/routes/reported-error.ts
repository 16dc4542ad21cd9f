// What the two error routes have in common: the error as the runtime reports it.
import { requestEntityTooLarge, truncatedRequest } from "../faults.ts";
import type { GuestRequest } from "../http/request-reader.ts";
import type { ReportedError } from "../runtime-port.ts";

export function reportedError(request: GuestRequest): ReportedError {
  if (request.body.kind === "too-large") throw requestEntityTooLarge();
  if (request.body.kind === "truncated") throw truncatedRequest();
  return { errorType: request.headers.get("lambda-runtime-function-error-type") ?? "", body: request.body.bytes };
}
