"""Errors in the shapes that AWS's runtime gives them: the payload for the caller and the text for the log."""
import sys

# Log events end at a line feed, so that lines of one message are joined by another character, as AWS's own client does;
# indentation is kept by spaces that do not break.
LINE_END = "\r"
INDENT = "\u00a0\u00a0"


class Fault(Exception):
    """An error of the runtime itself: its type starts with `Runtime.`."""

    def __init__(self, kind, message, trace=None):
        super().__init__(message)
        self.kind = "Runtime." + kind
        self.message = message
        self.trace = trace


def describe_fault(fault, request_id):
    return _payload(fault.message, fault.kind, fault.trace or [], request_id)


def describe_exception(error, request_id, own_folder):
    """The trace begins at the first frame that is not ours."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    first = next((at for at, frame in enumerate(frames) if not _is_ours(frame.filename, own_folder)), 0)
    return _payload(str(error), type(error).__name__, traceback.format_list(frames[first:]), request_id)


def _is_ours(file_name, own_folder):
    return file_name.startswith(own_folder) or file_name.startswith("<frozen importlib")


def _payload(message, kind, trace, request_id):
    payload = {"errorMessage": message, "errorType": kind}
    # The runtime of Python 3.8 is older than this member.
    if sys.version_info >= (3, 9):
        payload["requestId"] = request_id or ""
    payload["stackTrace"] = trace
    return payload


def format_log(payload):
    lines = ["[ERROR] %s: %s" % (payload["errorType"], payload["errorMessage"]), "Traceback (most recent call last):"]
    for entry in payload["stackTrace"]:
        lines += [_indent(line) for line in entry.splitlines()] if entry else [""]
    return LINE_END.join(lines) + "\n"


def _indent(line):
    bare = line.lstrip(" ")
    pairs, single = divmod(len(line) - len(bare), 2)
    return INDENT * pairs + " " * single + bare
