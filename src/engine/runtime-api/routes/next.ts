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

function encodeInvocation(invocation: Invocation, invocationId: string): Reply {
  const { requestId, deadlineMs, invokedArn, trace, clientContext, cognitoIdentity, tenantId, payload } = invocation;
  const headers =
    `Lambda-Runtime-Aws-Request-Id: ${requestId}\r\nLambda-Runtime-Deadline-Ms: ${Math.floor(deadlineMs)}\r\n` +
    `Lambda-Runtime-Invoked-Function-Arn: ${invokedArn}\r\nLambda-Runtime-Invocation-Id: ${invocationId}\r\n` +
    optional("Lambda-Runtime-Trace-Id", trace) +
    optional("Lambda-Runtime-Client-Context", clientContext) +
    optional("Lambda-Runtime-Cognito-Identity", cognitoIdentity) +
    optional("Lambda-Runtime-Aws-Tenant-Id", tenantId);
  return { status: 200, contentType: "application/json", headers, body: payload };
}

/** A header with an empty value is left out. */
const optional = (name: string, value: string | undefined): string => (value ? `${name}: ${headerValue(value)}\r\n` : "");
