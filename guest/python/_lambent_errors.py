"""Errors in the shapes that AWS's runtime gives them: the payload for the caller and the cause for a trace."""
import sys

# Clients leave a larger cause out.
LONGEST_CAUSE_BYTES = 1024 * 1024


class Fault(Exception):
    """An error of the runtime itself: its type starts with `Runtime.`."""

    def __init__(self, kind, message, trace=None):
        super().__init__(message)
        self.kind = "Runtime." + kind
        self.message = message
        self.trace = trace


def describe(error, request_id, own_folder):
    """The payload, and what `Lambda-Runtime-Function-XRay-Error-Cause` says."""
    if isinstance(error, Fault):
        payload = _payload(error.message, error.kind, error.trace or [], request_id)
        return payload, _cause("LambdaValidationError", error.message, [])
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    # The trace begins at the first frame that is not ours. As tuples, frames have no marks below their lines.
    first = next((at for at, frame in enumerate(frames) if not frame.filename.startswith(own_folder)), 0)
    frames = [(frame.filename, frame.lineno, frame.name, frame.line) for frame in frames[first:]]
    kind, message = type(error).__name__, str(error)
    return _payload(message, kind, traceback.format_list(frames), request_id), _cause(kind, message, frames)


def _payload(message, kind, trace, request_id):
    payload = {"errorMessage": message, "errorType": kind}
    # The runtime of Python 3.8 is older than this member.
    if sys.version_info >= (3, 9):
        payload["requestId"] = request_id or ""
    payload["stackTrace"] = trace
    return payload


def _cause(kind, message, frames):
    import json
    import os

    stack = [{"label": name, "path": path, "line": line} for path, line, name, _ in frames]
    cause = json.dumps(
        {
            "working_directory": os.getcwd(),
            "exceptions": [{"message": message, "type": kind, "stack": stack}],
            "paths": list({frame["path"] for frame in stack}),
        }
    )
    return cause if len(cause) < LONGEST_CAUSE_BYTES else None
