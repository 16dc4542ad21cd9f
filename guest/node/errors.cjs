// Errors in the shapes that AWS's runtime gives them: the payload for the caller and the text for the log.
"use strict";

/** An error of the runtime itself: its name starts with `Runtime.`. */
function runtimeError(name, reason) {
  const error = new Error(reason);
  error.name = `Runtime.${name}`;
  return error;
}

/** The payload of a failed invoke. Anything can be thrown, with getters that throw too. */
function describeError(thrown) {
  try {
    if (looksLikeError(thrown)) {
      return {
        errorType: thrown.name,
        errorMessage: thrown.message,
        trace: typeof thrown.stack === "string" ? thrown.stack.split("\n") : [],
      };
    }
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  } catch {
    return {
      errorType: "handled",
      errorMessage:
        "callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack",
    };
  }
}

/** What the log shows behind `Invoke Error` and its like. */
function formatError(thrown) {
  try {
    return `\t${JSON.stringify(thrown, (_key, value) => (looksLikeError(value) ? spread(value) : value))}`;
  } catch {
    return `\t${JSON.stringify(describeError(thrown))}`;
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

/** Also errors of another realm or of a library of its own. */
function looksLikeError(value) {
  if (value instanceof Error) return true;
  return (
    typeof value === "object" &&
    value !== null &&
    typeof value.name === "string" &&
    typeof value.message === "string" &&
    typeof value.stack === "string"
  );
}

module.exports = { runtimeError, describeError, formatError };
