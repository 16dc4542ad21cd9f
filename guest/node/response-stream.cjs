// A response that leaves as the function writes it: each write is a chunk on the channel, at once. Behaves as the stream
// of AWS's client, which is a request to the Runtime API: what has been written cannot be taken back, and only its end
// tells the caller whether the function succeeded.
"use strict";
const { finished, Writable } = require("node:stream");
const channel = require("./channel.cjs");
const { logError } = require("./console.cjs");
const { isOldClient, reportOf, runtimeError } = require("./errors.cjs");

const notAsync = "Streaming does not support non-async handlers.";
/** Longest delay of a timer, milliseconds. */
const longestMs = 2 ** 31 - 1;

class ResponseStream extends Writable {
  /** Set by HttpResponseStream; frameworks know the name. */
  _onBeforeFirstWrite;
  #requestId;
  #contentType = "application/octet-stream";
  #wasWritten = false;
  #hasBegun = false;
  #isEndSent = false;
  #failure;

  constructor(requestId, highWaterMark) {
    super({ highWaterMark });
    this.#requestId = requestId;
  }

  setContentType(type) {
    if (this.#wasWritten) throw runtimeError("InvalidStreamingOperation", "Cannot set content-type, too late.");
    this.#contentType = type;
  }

  /** What is neither text nor bytes goes as JSON. The prelude goes by `write` only, on AWS too: `end(chunk)` has none. */
  write(chunk, ...rest) {
    if (!this.#wasWritten) {
      this.#wasWritten = true;
      this._onBeforeFirstWrite?.((bytes) => super.write(bytes));
    }
    const isBytes = typeof chunk === "string" || chunk instanceof Uint8Array;
    return super.write(isBytes ? chunk : JSON.stringify(chunk), ...rest);
  }

  /**
   * Ends with an error in place of a success, behind what was written before; after the end of no effect. Calls `done`
   * when all of it is in the pipe.
   */
  fail(error, done) {
    if (!this.writableEnded) {
      this.#failure = { error };
      if (!this.destroyed) this.end();
    }
    finished(this, () => {
      if (this.#isEndSent) {
        done();
        return;
      }
      // It was destroyed before it could end.
      this.#failure ??= { error };
      this.#sendEnd(done);
    });
  }

  _write(chunk, _encoding, done) {
    const begin = this.#begin();
    if (chunk.length > 0) channel.stream([...begin, channel.chunkFrame(chunk)], done);
    else if (begin.length > 0) channel.stream(begin, done);
    else done();
  }

  _final(done) {
    this.#sendEnd(done);
  }

  #begin() {
    if (this.#hasBegun) return [];
    this.#hasBegun = true;
    return [channel.beginFrame(this.#requestId, this.#contentType)];
  }

  #sendEnd(done) {
    this.#isEndSent = true;
    // Before the first byte there is nothing that an error would be the end of.
    const report = this.#failure === undefined ? undefined : reportOf(this.#failure.error);
    if (report !== undefined && !this.#hasBegun) channel.stream([channel.errorFrame(this.#requestId, report)], done);
    else channel.stream([...this.#begin(), channel.endFrame(this.#requestId, report)], done);
  }
}

/** Resolves when the handler has returned and its stream has ended; until then the event loop does not run empty. */
async function runStreaming(handler, event, context, stream) {
  channel.openStream();
  const hold = setInterval(() => undefined, longestMs);
  const ended = new Promise((resolve, reject) => finished(stream, (error) => (error ? reject(error) : resolve())));
  // Looked at when the handler has returned.
  ended.catch(() => undefined);
  try {
    const result = handler(event, stream, context);
    // Older clients fail with the text itself.
    if (typeof result?.then !== "function") await Promise.reject(isOldClient ? notAsync : new Error(notAsync));
    if ((await result) !== undefined) console.warn("Streaming handlers ignore return values.");
    await ended;
  } catch (error) {
    logError("Invoke Error", error);
    await new Promise((done) => stream.fail(error, done));
  }
  clearInterval(hold);
}

module.exports = { ResponseStream, runStreaming };
