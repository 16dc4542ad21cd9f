// Errors in the shapes that AWS's runtime gives them: the payload for the caller, the text for the log, the cause for a
// trace.
"use strict";

/**
 * AWS has two clients for Node.js, which differ in details that functions see: one up to Node.js 22, and one from 24 on.
 * Here, since a file of its own would cost half a millisecond of every start.
 */
const isOldClient = Number.parseInt(process.versions.node, 10) < 24;

/** Clients leave a larger cause out. */
const longestCauseBytes = 1024 * 1024;

/** An error of the runtime itself: its name starts with `Runtime.`. */
function runtimeError(name, reason) {
  const error = new Error(reason);
  // Logs show what is enumerable.
  Object.defineProperty(error, "name", { value: `Runtime.${name}`, enumerable: !isOldClient });
  return error;
}

/** What the host is told of a failure. Anything can be thrown, with getters that throw too. */
function reportOf(thrown) {
  const payload = describeError(thrown);
  return { errorType: String(payload.errorType), body: JSON.stringify(payload), xrayCause: describeCause(thrown) };
}

/** The payload of a failed invoke. */
function describeError(thrown) {
  try {
    if (looksLikeError(thrown)) {
      const { name, message, stack } = thrown;
      if (isOldClient && typeof stack !== "string") throw new TypeError("no stack");
      return { errorType: escapeDelete(name), errorMessage: escapeDelete(message), trace: linesOf(escapeDelete(stack)) };
    }
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  } catch {
    return {
      errorType: "handled",
      errorMessage:
        "callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack",
      ...(isOldClient ? {} : { trace: [] }),
    };
  }
}

/** `Lambda-Runtime-Function-XRay-Error-Cause`; undefined where nothing can be said. */
function describeCause(thrown) {
  try {
    const { name, message, stack } = thrown;
    const frames = linesOf(escapeDelete(stack)).slice(1).map(describeFrame);
    const cause = JSON.stringify({
      working_directory: process.cwd(),
      exceptions: [{ type: escapeDelete(name), message: escapeDelete(message), stack: frames }],
      paths: [...new Set(frames.map(({ path }) => path))],
    });
    return Buffer.byteLength(cause) < longestCauseBytes ? cause : undefined;
  } catch {
    return undefined;
  }
}

/** `at label (path:line:column)` or `at path:line:column`. */
function describeFrame(line) {
  const text = line.trim().replace(/[()]/g, "").replace(/^\S*\s/, "");
  const end = text.lastIndexOf(" ");
  const [path, number] = text.slice(end + 1).split(":");
  return { path, line: Number.parseInt(number, 10), label: end < 0 ? "anonymous" : text.slice(0, end) };
}

/** Headers cannot carry this character, in which AWS's clients send some of this. Throws for what is no text. */
const escapeDelete = (text) => text?.replaceAll("\x7F", "%7F");
const linesOf = (stack) => stack?.split("\n") ?? [];

/** What is logged is always an error. */
function intoError(thrown) {
  if (thrown instanceof Error) return thrown;
  try {
    return new Error(String(thrown));
  } catch {
    return new Error(typeof thrown);
  }
}

/** What a text log shows behind `Invoke Error` and its like. */
function formatError(error) {
  try {
    return `\t${JSON.stringify(error, (_key, value) => (value instanceof Error ? spread(value) : value))}`;
  } catch {
    return `\t${JSON.stringify(describeError(error))}`;
  }
}

function spread(error) {
  const { name, message, code, stack } = error;
  return {
    errorType: name,
    errorMessage: message,
    code,
    ...error,
    ...(typeof stack === "string" ? { stack: stack.split("\n") } : {}),
  };
}

/** To older clients also an error of another realm, and whatever has the members of one. */
function looksLikeError(value) {
  if (value instanceof Error) return true;
  if (!isOldClient) return false;
  return typeof value?.name === "string" && typeof value.message === "string" && typeof value.stack === "string";
}

module.exports = { formatError, intoError, isOldClient, reportOf, runtimeError };
