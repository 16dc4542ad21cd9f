// POST /runtime/invocation/{id}/response: the result, whole or, in response mode `streaming`, chunk by chunk as it is
// written. A failure in the middle of a stream comes as trailers.
import { invalidResponseMode, truncatedRequest } from "../faults.ts";
import { accepted, faultReply } from "../http/reply.ts";
import type { RequestHead } from "../http/request-head.ts";
import type { Route } from "../http/route.ts";

/** An empty one counts as none. */
const modeOf = ({ headers }: RequestHead): string => headers.get("lambda-runtime-function-response-mode") ?? "";

/** Go's client names no mode. Whatever a reader gives it, it streams, and announces the trailers with which only a stream can fail. */
const isStream = (head: RequestHead): boolean => {
  const mode = modeOf(head);
  return mode === "streaming" || (mode === "" && /lambda-runtime-function-error-type/i.test(head.headers.get("trailer") ?? ""));
};

export const response: Route = {
  method: "POST",
  path: /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/response$/,
  stream({ head, requestId, ports, exchange, answer }) {
    if (!isStream(head)) return undefined;
    exchange.checkAttempt(head, requestId);
    const contentType = head.headers.get("content-type") ?? "application/octet-stream";
    const sink = ports.runtime.beginResponse(requestId, { contentType });
    sink.onRoom(() => answer.resume());
    return {
      take(piece) {
        if (!sink.write(piece)) answer.pause();
      },
      end(trailers) {
        const errorType = trailers.get("lambda-runtime-function-error-type");
        const body = Buffer.from(trailers.get("lambda-runtime-function-error-body") ?? "", "base64");
        if (errorType === undefined) sink.end();
        else sink.fail({ errorType, body });
        // What the function said of itself was delivered.
        answer.send(accepted);
      },
      cut() {
        sink.truncate();
        answer.send(faultReply(truncatedRequest()));
      },
    };
  },
  run({ head, requestId, ports, exchange }, body) {
    exchange.checkAttempt(head, requestId);
    if (modeOf(head) !== "") {
      ports.runtime.respond(requestId, { kind: "bad-mode" });
      throw invalidResponseMode();
    }
    const contentType = head.headers.get("content-type");
    ports.runtime.respond(requestId, { kind: "whole", body, ...(contentType === undefined ? {} : { contentType }) });
    return accepted;
  },
  spoilt({ head, requestId, ports, exchange }, why) {
    exchange.checkAttempt(head, requestId);
    ports.runtime.respond(requestId, { kind: why });
  },
};
