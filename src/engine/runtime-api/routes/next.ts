// GET /runtime/invocation/next: the guest waits for an event.
import { headerValue, type Reply } from "../http/reply.ts";
import type { Route } from "../http/route.ts";
import type { Invocation } from "../runtime-port.ts";

export const next: Route = {
  method: "GET",
  path: /^\/2018-06-01\/runtime\/invocation\/next$/,
  run(call) {
    call.exchange.poll(call.answer, encodeInvocation);
    return undefined;
  },
};

/** A header with an empty value is left out. */
function encodeInvocation(invocation: Invocation, invocationId: string): Reply {
  const { requestId, deadlineMs, invokedArn, trace, clientContext, payload } = invocation;
  const optional =
    (trace ? `Lambda-Runtime-Trace-Id: ${headerValue(trace)}\r\n` : "") +
    (clientContext ? `Lambda-Runtime-Client-Context: ${headerValue(clientContext)}\r\n` : "");
  const headers =
    `Lambda-Runtime-Aws-Request-Id: ${requestId}\r\nLambda-Runtime-Deadline-Ms: ${Math.floor(deadlineMs)}\r\n` +
    `Lambda-Runtime-Invoked-Function-Arn: ${invokedArn}\r\nLambda-Runtime-Invocation-Id: ${invocationId}\r\n${optional}`;
  return { status: 200, contentType: "application/json", headers, body: payload };
}
