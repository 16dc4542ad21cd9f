// The framed channel of ../PROTOCOL.md. Reading blocks the whole process: between invokes nothing of the function
// runs, as in a frozen environment, and a blocking read is the fastest there is (docs/decisions/0006). Writing blocks,
// too, but while a response is streamed: a reader that takes its time must not hold up the function.
"use strict";
const { read, readSync, writeSync } = require("node:fs");

const readFd = 3;
const writeFd = 4;
const headerBytes = 9;
const frame = { invoke: 1, release: 2, variables: 3, next: 16, response: 17, error: 18, initError: 19, responseBegin: 20, chunk: 21, responseEnd: 22, booted: 23 };

/** Holds nearly every event; a larger one gets a buffer for itself. */
const scratchBytes = 64 * 1024;
/** Bytes that have been read and not been used: scratch[from..to). */
let scratch = Buffer.allocUnsafeSlow(scratchBytes);
let from = 0;
let to = 0;

/** Blocks until a frame is there: `{ type, meta, body }`. Undefined when the host has gone. */
function readFrame() {
  if (!fill(headerBytes)) return undefined;
  const type = scratch[from];
  const metaEnd = headerBytes + scratch.readUInt32BE(from + 1);
  const end = metaEnd + scratch.readUInt32BE(from + 5);
  if (!fill(end)) return undefined;
  const meta = metaEnd > headerBytes ? JSON.parse(scratch.toString("utf8", from + headerBytes, from + metaEnd)) : {};
  const body = scratch.toString("utf8", from + metaEnd, from + end);
  from += end;
  if (from === to) {
    from = to = 0;
    if (scratch.length > scratchBytes) scratch = Buffer.allocUnsafeSlow(scratchBytes);
  }
  return { type, meta, body };
}

function ofType(type, received) {
  if (received !== undefined && received.type !== type) throw new Error(`frame of type ${received.type}`);
  return received;
}

/** Reads until `count` unused bytes are there; false at the end of file. */
function fill(count) {
  if (from + count > scratch.length) {
    const larger = count > scratch.length ? Buffer.allocUnsafeSlow(count) : scratch;
    scratch.copy(larger, 0, from, to);
    scratch = larger;
    to -= from;
    from = 0;
  }
  while (to - from < count) {
    const got = readSync(readFd, scratch, to, scratch.length - to, null);
    if (got === 0) return false;
    to += got;
  }
  return true;
}

/** Calls back when a frame, or the end, is about to be readable: the event loop runs on until then. */
function whenReadable(callback) {
  if (to > from) {
    callback();
    return;
  }
  // Nothing is unused here, so `from` and `to` are 0.
  read(readFd, scratch, 0, scratch.length, null, (error, got) => {
    if (error) throw error;
    to = got;
    callback();
  });
}

/** For answers that are written at once; longer ones get bytes of their own. */
const answer = Buffer.allocUnsafeSlow(scratchBytes);

/** RESPONSE and NEXT in one write, as nearly every invoke ends. */
function sendResponse(requestId, body) {
  const meta = JSON.stringify({ requestId });
  // A UTF-16 unit has three bytes of UTF-8 at most.
  if (2 * headerBytes + 3 * (meta.length + body.length) > answer.length) {
    write(Buffer.concat([encodeFrame(frame.response, { requestId }, body), nextFrame]));
    return;
  }
  const metaLength = answer.write(meta, headerBytes);
  const bodyAt = headerBytes + metaLength;
  const bodyLength = answer.write(body, bodyAt);
  answer[0] = frame.response;
  answer.writeUInt32BE(metaLength, 1);
  answer.writeUInt32BE(bodyLength, 5);
  answer.set(nextFrame, bodyAt + bodyLength);
  write(answer, bodyAt + bodyLength + headerBytes);
}

/** One frame as bytes; `meta` an object or undefined, `body` a string, bytes or undefined. */
function encodeFrame(type, meta, body) {
  const head = meta === undefined ? "" : JSON.stringify(meta);
  const headLength = Buffer.byteLength(head);
  const bodyLength = body === undefined ? 0 : typeof body === "string" ? Buffer.byteLength(body) : body.length;
  const bytes = Buffer.allocUnsafe(headerBytes + headLength + bodyLength);
  bytes[0] = type;
  bytes.writeUInt32BE(headLength, 1);
  bytes.writeUInt32BE(bodyLength, 5);
  bytes.write(head, headerBytes);
  if (typeof body === "string") bytes.write(body, headerBytes + headLength);
  else if (body !== undefined) bytes.set(body, headerBytes + headLength);
  return bytes;
}

function write(bytes, length = bytes.length) {
  for (let at = 0; at < length; ) at += writeSync(writeFd, bytes, at, length - at);
}

const nextFrame = encodeFrame(frame.next);

/** `report` of errors.cjs. */
const errorFrame = (requestId, { errorType, body, xrayCause }) =>
  encodeFrame(frame.error, { requestId, errorType, xrayCause }, body);

/** The writing end on the event loop; made when a response is first streamed. */
let outlet;

/** From now on nothing is written but by `stream`. */
function openStream() {
  if (outlet === undefined) {
    const { Socket } = require("node:net");
    outlet = new Socket({ fd: writeFd, readable: false, writable: true });
    // The host has gone, which the next read tells.
    outlet.on("error", () => undefined);
  }
  outlet._handle?.setBlocking(false);
}

/** Calls `done` when all of it is in the pipe. What fits is there when this returns. */
const stream = (frames, done) => outlet.write(frames.length === 1 ? frames[0] : Buffer.concat(frames), done);

/** Asks for the next event behind all that was streamed. */
function closeStream(done) {
  stream([nextFrame], () => {
    outlet._handle?.setBlocking(true);
    done();
  });
}

module.exports = {
  whenReadable,
  /** Says that the guest is ready for an event. */
  sendNext: () => write(nextFrame),
  /** Answers an event and asks for the next in one write. */
  sendResponse,
  sendError: (requestId, report) => write(Buffer.concat([errorFrame(requestId, report), nextFrame])),
  /** Answers an event of a process that ends now. */
  sendLastError: (requestId, report) => write(errorFrame(requestId, report)),
  sendInitError: ({ errorType, body, xrayCause }) => write(encodeFrame(frame.initError, { errorType, xrayCause }, body)),
  openStream,
  stream,
  closeStream,
  errorFrame,
  beginFrame: (requestId, contentType) => encodeFrame(frame.responseBegin, { requestId, contentType }),
  chunkFrame: (bytes) => encodeFrame(frame.chunk, undefined, bytes),
  /** `report` undefined: a success. */
  endFrame: (requestId, report) =>
    encodeFrame(frame.responseEnd, { requestId, errorType: report?.errorType, xrayCause: report?.xrayCause }, report?.body),
  /** Blocks; `{ meta, body }` of the next event, "release", or undefined when the host has gone. */
  readInvoke: () => {
    const received = readFrame();
    if (received?.type === frame.release) return "release";
    return ofType(frame.invoke, received);
  },
  /** Says that the guest stands by for an environment. */
  sendBooted: () => write(encodeFrame(frame.booted)),
  /** Blocks until the host has said for which environment this process is: `{ variables, cwd }`, or undefined. */
  readVariables: () => {
    const received = ofType(frame.variables, readFrame());
    return received === undefined ? undefined : { variables: JSON.parse(received.body), cwd: received.meta.cwd };
  },
};
