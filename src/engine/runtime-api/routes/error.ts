// POST /runtime/invocation/{id}/error: the handler failed.
import { accepted } from "../http/reply.ts";
import type { Route } from "../http/route.ts";
import { reportedError } from "./reported-error.ts";

export const error: Route = {
  method: "POST",
  path: /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/error$/,
  run({ head, requestId, ports, exchange }, body) {
    exchange.checkAttempt(head, requestId);
    ports.runtime.fail(requestId, reportedError(head, body));
    return accepted;
  },
  // The invoke has failed, whatever it was that cannot be read.
  spoilt({ head, requestId, ports, exchange }, why) {
    exchange.checkAttempt(head, requestId);
    ports.runtime.respond(requestId, { kind: why });
  },
};
