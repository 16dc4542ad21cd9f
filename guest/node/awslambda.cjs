// The global `awslambda`: marks handlers that write their response as a stream, and keeps values of one invoke.
"use strict";

const marker = Symbol.for("aws.lambda.runtime.handler.streaming");
const waterMark = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");
const integrationType = "application/vnd.awslambda.http-integration-response";

/** Keys that the runtime fills, by AWS's names (@aws/lambda-invoke-store). */
const own = {
  requestId: Symbol.for("_AWS_LAMBDA_REQUEST_ID"),
  traceId: Symbol.for("_AWS_LAMBDA_X_RAY_TRACE_ID"),
  tenantId: Symbol.for("_AWS_LAMBDA_TENANT_ID"),
  traceparent: Symbol.for("_AWS_LAMBDA_TRACEPARENT"),
  tracestate: Symbol.for("_AWS_LAMBDA_TRACESTATE"),
  baggage: Symbol.for("_AWS_LAMBDA_BAGGAGE"),
};
const ownKeys = new Set(Object.values(own));

/** Values of the invoke that runs. */
let values;

/** That of an environment which runs one invoke at a time: `run` sets the values, and they stay until the next one. */
const invokeStore = {
  getContext: () => values,
  hasContext: () => values !== undefined,
  isProtectedKey: (key) => ownKeys.has(key),
  get: (key) => values?.[key],
  set: (key, value) => {
    if (ownKeys.has(key)) throw new Error(`Cannot modify protected Lambda context field: ${String(key)}`);
    values ??= {};
    values[key] = value;
  },
  run: (context, work) => {
    values = context;
    return work();
  },
  getRequestId: () => values?.[own.requestId] ?? "-",
  getXRayTraceId: () => values?.[own.traceId],
  getTenantId: () => values?.[own.tenantId],
  getTraceparent: () => values?.[own.traceparent],
  getTracestate: () => values?.[own.tracestate],
  getBaggage: () => values?.[own.baggage],
};

const awslambda = {
  InvokeStore: invokeStore,
  streamifyResponse: (handler, options) => {
    handler[marker] = "response";
    if (typeof options?.highWaterMark === "number") handler[waterMark] = Math.trunc(options.highWaterMark);
    return handler;
  },
  HttpResponseStream: {
    /** Status, headers and cookies go out as JSON and eight NUL bytes before what is written first. */
    from: (stream, prelude) => {
      stream.setContentType(integrationType);
      const head = JSON.stringify(prelude);
      stream._onBeforeFirstWrite = (write) => {
        write(head);
        write(Buffer.alloc(8));
      };
      return stream;
    },
  },
};

/** A new invoke has no values but the runtime's. */
function beginInvoke({ requestId, traceId, tenantId }) {
  values = { [own.requestId]: requestId, [own.traceId]: traceId, [own.tenantId]: tenantId };
}

module.exports = { awslambda, beginInvoke };
