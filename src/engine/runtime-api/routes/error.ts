// POST /runtime/invocation/{id}/error: the handler failed.
import { accepted } from "../http/reply.ts";
import type { Route } from "../http/route.ts";
import { reportedError } from "./reported-error.ts";

export const error: Route = {
  method: "POST",
  path: /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/error$/,
  run({ request, requestId, port, exchange }) {
    exchange.checkAttempt(request);
    port.fail(requestId, reportedError(request));
    return accepted;
  },
};
