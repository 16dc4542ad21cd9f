// The global `awslambda`: handlers that write their response as a stream (an invoke gets the collected bytes), and
// values that belong to one invoke.
"use strict";
const { PassThrough } = require("node:stream");
const { runtimeError } = require("./errors.cjs");

const marker = Symbol.for("aws.lambda.runtime.handler.streaming");
const waterMark = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");
const integrationType = "application/vnd.awslambda.http-integration-response";

/** Keys that the runtime fills, by AWS's names (@aws/lambda-invoke-store). */
const own = {
  requestId: Symbol.for("_AWS_LAMBDA_REQUEST_ID"),
  traceId: Symbol.for("_AWS_LAMBDA_X_RAY_TRACE_ID"),
  tenantId: Symbol.for("_AWS_LAMBDA_TENANT_ID"),
};
const ownKeys = new Set(Object.values(own));

/** Values of the invoke that runs. */
let values;

const invokeStore = {
  getContext: () => values,
  hasContext: () => values !== undefined,
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
};

const awslambda = {
  InvokeStore: invokeStore,
  streamifyResponse: (handler, options) => {
    handler[marker] = "response";
    if (typeof options?.highWaterMark === "number") handler[waterMark] = options.highWaterMark;
    return handler;
  },
  HttpResponseStream: {
    /** Status, headers and cookies go out as JSON and eight NUL bytes before the first byte of the body. */
    from: (stream, prelude) => {
      stream.setContentType(integrationType);
      stream._onBeforeFirstWrite = (write) => {
        write(JSON.stringify(prelude));
        write(Buffer.alloc(8));
      };
      return stream;
    },
  },
};

class ResponseStream extends PassThrough {
  contentType = "application/octet-stream";
  _onBeforeFirstWrite;
  #begun = false;

  setContentType(type) {
    if (this.#begun) {
      throw runtimeError("InvalidStreamingOperation", "Cannot set content-type, too late.");
    }
    this.contentType = type;
  }

  _transform(chunk, encoding, done) {
    this.#begin();
    super._transform(chunk, encoding, done);
  }

  /** An empty body has its prelude, too. */
  _flush(done) {
    this.#begin();
    done();
  }

  #begin() {
    if (this.#begun) return;
    this.#begun = true;
    this._onBeforeFirstWrite?.((bytes) => this.push(bytes));
  }
}

function runStreaming(handler, event, context, settle) {
  const stream = new ResponseStream({ highWaterMark: handler[waterMark] });
  const chunks = [];
  stream.on("data", (chunk) => chunks.push(chunk));
  stream.on("error", settle.fail);
  stream.on("end", () => settle.succeedWith(Buffer.concat(chunks), stream.contentType));
  let result;
  try {
    result = handler(event, stream, context);
  } catch (error) {
    settle.fail(error);
    return;
  }
  if (typeof result?.then !== "function") {
    settle.fail(runtimeError("MalformedStreamingHandler", "Streaming does not support non-async handlers."));
    return;
  }
  // What the handler returns is ignored; a stream that it left open ends with it.
  result.then(() => stream.writableEnded || stream.end(), settle.fail);
}

/** A new invoke has no values but the runtime's. */
function beginInvoke({ requestId, traceId, tenantId }) {
  values = { [own.requestId]: requestId, [own.traceId]: traceId, [own.tenantId]: tenantId };
}

module.exports = { awslambda, beginInvoke, runStreaming };
