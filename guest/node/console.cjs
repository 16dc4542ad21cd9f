// console as on AWS: one line a message, with time, request id and level in front.
"use strict";
const { writeSync } = require("node:fs");
const { format } = require("node:util");

let currentRequestId;

function patchConsole() {
  console.log = (...args) => print("INFO", args);
  console.info = (...args) => print("INFO", args);
  console.debug = (...args) => print("DEBUG", args);
  console.warn = (...args) => print("WARN", args);
  console.error = (...args) => print("ERROR", args);
  console.fatal = (...args) => print("FATAL", args);
  console.trace = (...args) => {
    const place = {};
    Error.captureStackTrace(place, console.trace);
    print("TRACE", [`${format("Trace:", ...args)}\n${place.stack.split("\n").slice(1).join("\n")}`]);
  };
  for (const name of ["stdout", "stderr"]) keepBlocking(name);
}

const print = (level, args) => printLine(level, format(...args));

/** A line feed would end the event: inside a message it becomes a carriage return, as AWS's own client does. */
function printLine(level, message) {
  const text = `${new Date().toISOString()}\t${currentRequestId}\t${level}\t${message}`;
  const bytes = Buffer.from(`${text.replaceAll("\n", "\r")}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
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
  setRequestId: (requestId) => {
    currentRequestId = requestId;
  },
};
