// The global `awslambda`: handlers that write their response as a stream. The invoke gets the collected bytes.
"use strict";
const { PassThrough } = require("node:stream");
const { runtimeError } = require("./errors.cjs");

const marker = Symbol.for("aws.lambda.runtime.handler.streaming");
const waterMark = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");
const integrationType = "application/vnd.awslambda.http-integration-response";

const awslambda = {
  streamifyResponse: (handler, options) => {
    handler[marker] = "response";
    if (typeof options?.highWaterMark === "number") handler[waterMark] = options.highWaterMark;
    return handler;
  },
  HttpResponseStream: class HttpResponseStream {
    /** Status, headers and cookies go out as JSON and eight NUL bytes before the first byte of the body. */
    static from(stream, prelude) {
      stream.setContentType(integrationType);
      stream._onBeforeFirstWrite = (write) => {
        write(JSON.stringify(prelude));
        write(Buffer.alloc(8));
      };
      return stream;
    }
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

module.exports = { awslambda, runStreaming };
