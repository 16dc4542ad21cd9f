// POST /runtime/invocation/{id}/response: the result, buffered. A streamed one is collected; a failure in its middle
// comes as trailers.
import { invalidResponseMode, requestEntityTooLarge, truncatedRequest } from "../faults.ts";
import { accepted } from "../http/reply.ts";
import type { Route } from "../http/route.ts";

export const response: Route = {
  method: "POST",
  path: /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/response$/,
  run({ request, requestId, port, exchange }) {
    exchange.checkAttempt(request);
    const mode = request.headers.get("lambda-runtime-function-response-mode");
    if (mode !== undefined && mode !== "streaming") {
      port.respond(requestId, { kind: "bad-mode" });
      throw invalidResponseMode();
    }
    if (request.body.kind === "too-large") {
      port.respond(requestId, { kind: "too-large" });
      throw requestEntityTooLarge();
    }
    if (request.body.kind === "truncated") {
      port.respond(requestId, { kind: "truncated" });
      throw truncatedRequest();
    }
    const errorType = request.trailers.get("lambda-runtime-function-error-type");
    if (errorType === undefined) port.respond(requestId, { kind: "whole", body: request.body.bytes });
    else port.fail(requestId, { errorType, body: Buffer.from(request.trailers.get("lambda-runtime-function-error-body") ?? "", "base64") });
    return accepted;
  },
};
