// console as on AWS: each call is one message with time, request id and level, as text or as JSON, filtered by level.
"use strict";
const { closeSync, constants, openSync, writeSync } = require("node:fs");
const { format } = require("node:util");
const { formatError, intoError, isOldClient } = require("./errors.cjs");

const stdoutFd = 1;
/** Names, and their bits in a frame of the log descriptor. */
const levels = { TRACE: 0x04, DEBUG: 0x08, INFO: 0x0c, WARN: 0x10, ERROR: 0x14, FATAL: 0x18 };
const textFrame = 0xa55a0003;
const jsonFrame = 0xa55a0002;
const frameHeaderBytes = 16;

/** Of the invoke that runs, or ran last. Clients from Node.js 24 on have a word for "none". */
let requestId = isOldClient ? undefined : "-";
let tenantId;
/** Of one message: where it goes and in which form. */
let isJson = false;
let writeMessage = writeLine;

function patchConsole(environment) {
  if (environment._LAMBDA_TELEMETRY_LOG_FD !== undefined) {
    const fd = takeOver(Number(environment._LAMBDA_TELEMETRY_LOG_FD));
    delete environment._LAMBDA_TELEMETRY_LOG_FD;
    writeMessage = (level, time, text) => writeFrame(fd, level, time, text);
  }
  for (const level of Object.keys(levels)) console[level.toLowerCase()] = (message, ...params) => print(level, message, params);
  console.log = console.info;
  for (const name of ["stdout", "stderr"]) keepBlocking(name);
}

/** In the form, and from the level on, that the function wants. */
function configureConsole(environment) {
  isJson = environment.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === "JSON";
  const least = levels[environment.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()] ?? levels.TRACE;
  for (const level of Object.keys(levels)) if (levels[level] < least) console[level.toLowerCase()] = () => undefined;
  console.log = console.info;
}

/** Opened again it is closed in the programs that the function starts: Node.js sees to the first descriptors only. */
function takeOver(fd) {
  try {
    const own = openSync(`/dev/fd/${fd}`, constants.O_WRONLY);
    closeSync(fd);
    return own;
  } catch {
    // What is no pipe cannot be opened again.
    return fd;
  }
}

function print(level, message, params) {
  const time = new Date();
  writeMessage(level, time, isJson ? jsonMessage(time, level, message, params) : textMessage(time, level, message, params));
}

const textMessage = (time, level, message, params) =>
  `${time.toISOString()}\t${requestId}\t${level}\t${format(message, ...params)}`;

function jsonMessage(time, level, message, params) {
  const line = { timestamp: time.toISOString(), level, requestId };
  if (tenantId !== undefined) line.tenantId = tenantId;
  if (params.length === 0) {
    try {
      return JSON.stringify({ ...line, message }, (_key, value) => (value instanceof Error ? Object.assign(describe(value), value) : value));
    } catch {
      return JSON.stringify({ ...line, message: format(message) });
    }
  }
  const error = (isOldClient ? [message, ...params] : params).find((param) => param instanceof Error);
  return JSON.stringify({ ...line, message: format(message, ...params), ...(error === undefined ? {} : describe(error)) });
}

const describe = (error) => ({
  errorType: error.constructor?.name ?? "UnknownError",
  errorMessage: error.message,
  stackTrace: typeof error.stack === "string" ? error.stack.split("\n") : [],
});

/** A line feed would end the event: inside a message it becomes a carriage return, as AWS's own client does. */
function writeLine(_level, _time, text) {
  writeAll(stdoutFd, Buffer.from(`${text.replaceAll("\n", "\r")}\n`));
}

/** ../PROTOCOL.md: with its length in front a message may have lines. */
function writeFrame(fd, level, time, text) {
  const ending = isJson ? "" : "\n";
  const length = Buffer.byteLength(text) + ending.length;
  const bytes = Buffer.allocUnsafe(frameHeaderBytes + length);
  bytes.writeUInt32BE(((isJson ? jsonFrame : textFrame) | levels[level]) >>> 0, 0);
  bytes.writeUInt32BE(length, 4);
  bytes.writeBigInt64BE(BigInt(time.valueOf()) * 1000n, 8);
  bytes.write(`${text}${ending}`, frameHeaderBytes);
  writeAll(fd, bytes);
}

function writeAll(fd, bytes) {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

/**
 * Touching process.stdout makes its pipe non-blocking, and what does not fit would wait for an event loop that stands
 * still between invokes. So the pipe is made blocking again, when and only when somebody touches it.
 */
function keepBlocking(name) {
  const original = Object.getOwnPropertyDescriptor(process, name);
  Object.defineProperty(process, name, {
    configurable: true,
    enumerable: true,
    get: () => {
      const stream = original.get.call(process);
      stream._handle?.setBlocking?.(true);
      Object.defineProperty(process, name, { configurable: true, enumerable: true, writable: true, value: stream });
      return stream;
    },
  });
}

module.exports = {
  patchConsole,
  configureConsole,
  setInvoke: (meta) => {
    ({ requestId, tenantId } = meta);
  },
  /** What the runtime itself says of a failure of the function. */
  logError: (title, thrown) => {
    if (isJson) console.error(intoError(thrown));
    else console.error(title, formatError(intoError(thrown)));
  },
};
