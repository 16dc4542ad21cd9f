"""Where messages go and in which form, and the root logger as AWS sets it up: as soon as somebody imports `logging`,
which costs five milliseconds."""
import _thread
import os
import struct
import sys

# Of the invoke that runs, or ran last.
request_id = None
tenant_id = None

is_json = False
level_name = ""
log_fd = None

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
# A frame of the log descriptor (../PROTOCOL.md): type, length, microseconds.
FRAME_HEADER = struct.Struct(">IIq")
TEXT_FRAME = 0xA55A0003
JSON_FRAME = 0xA55A0002
# By tens of logging's levels: none, debug, info, warning, error, critical.
LEVEL_BITS = (0x00, 0x08, 0x0C, 0x10, 0x14, 0x18)
ERROR_TENS = 4
# Frames of several threads must not mix.
FRAMES = _thread.allocate_lock()
# Names that every record has; what else is on it was given as `extra`.
RECORD_NAMES = frozenset(
    "name msg args levelname levelno pathname filename module exc_info exc_text stack_info lineno funcName created msecs "
    "relativeCreated thread threadName processName process aws_request_id tenant_id _frame_type".split()
)


def install(environment):
    """Reads the settings; the function does not see the descriptor, nor do programs that it starts."""
    global is_json, level_name, log_fd
    is_json = environment.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"
    level_name = environment.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    if level_name == "TRACE":
        level_name = "DEBUG"
    descriptor = environment.pop("_LAMBDA_TELEMETRY_LOG_FD", None)
    if descriptor is not None:
        log_fd = int(descriptor)
        os.set_inheritable(log_fd, False)
    if "logging" in sys.modules:
        _set_up(sys.modules["logging"])
    else:
        sys.meta_path.insert(0, ImportHook)


def write(message, frame_type=TEXT_FRAME):
    """One message with its line end."""
    if log_fd is None:
        sys.stdout.write(message)
        return
    import time

    body = message.encode("utf8")
    with FRAMES:
        view = memoryview(FRAME_HEADER.pack(frame_type, len(body), time.time_ns() // 1000) + body)
        while view:
            view = view[os.write(log_fd, view) :]


def write_error(payload):
    """What the runtime itself says of a failure of the function."""
    if is_json:
        import time

        from _lambent_json import encode

        lines = [encode(dict({"timestamp": time.strftime(TIME_FORMAT, time.gmtime()), "level": "ERROR"}, **payload))]
    else:
        lines = _error_lines(payload)
    if log_fd is None:
        # A line feed would end the event.
        write("\r".join(lines) + "\n")
    else:
        write("\n".join(lines), (JSON_FRAME if is_json else TEXT_FRAME) | LEVEL_BITS[ERROR_TENS])


def _error_lines(payload):
    kind, message = payload["errorType"], payload["errorMessage"]
    lines = ["[ERROR] " + (kind + ": " + message if kind and message else kind or message)]
    lines.append("Traceback (most recent call last):")
    for entry in payload["stackTrace"]:
        lines += [_indent(line) for line in entry.splitlines()] if entry else [""]
    return lines


def _indent(line):
    """Spaces that do not break keep their place in log viewers."""
    bare = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(bare)) + bare


class ImportHook:
    """Steps aside at the first import of `logging` and sets up what it brought."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(ImportHook)
        found = (finder.find_spec(name, path, target) for finder in sys.meta_path)
        spec = next((spec for spec in found if spec is not None), None)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def execute_and_set_up(module):
            execute(module)
            _set_up(module)

        spec.loader.exec_module = execute_and_set_up
        return spec


def _set_up(logging):
    import time

    class InvokeFilter(logging.Filter):
        def filter(self, record):
            record.aws_request_id = request_id or ""
            record.tenant_id = tenant_id
            return True

    class LambdaHandler(logging.Handler):
        def emit(self, record):
            # A message that cannot be formatted is an error of the function, as on AWS.
            message = self.format(record)
            tens = record_tens(record) if is_json or level_name else 0
            write(message, (JSON_FRAME if is_json else TEXT_FRAME) | LEVEL_BITS[tens])

    logging.Formatter.converter = time.gmtime
    text_format = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
    handler = LambdaHandler()
    handler.setFormatter(_json_formatter(logging) if is_json else logging.Formatter(text_format, "%Y-%m-%dT%H:%M:%S"))
    handler.addFilter(InvokeFilter())
    root = logging.getLogger()
    if level_name in logging._nameToLevel:
        root.setLevel(level_name)
    root.addHandler(handler)


def record_tens(record):
    return min(50, max(0, record.levelno)) // 10


def _json_formatter(logging):
    import json
    import traceback

    # What JSON does not know is text: no record is lost for it.
    encode = json.JSONEncoder(ensure_ascii=False, default=str).encode

    class JsonFormatter(logging.Formatter):
        def format(self, record):
            # Levels between AWS's are the next lower one.
            record.levelno = record_tens(record) * 10
            record.levelname = logging.getLevelName(record.levelno)
            kind, error, trace = record.exc_info or (None, None, None)
            line = {
                "timestamp": self.formatTime(record, TIME_FORMAT),
                "level": record.levelname,
                "message": record.msg if isinstance(record.msg, dict) and not record.args else record.getMessage(),
                "logger": record.name,
                "stackTrace": traceback.format_tb(trace) if record.exc_info else None,
                "errorType": kind.__name__ if record.exc_info else None,
                "errorMessage": str(error) if record.exc_info else None,
                "requestId": getattr(record, "aws_request_id", None),
                "location": "%s:%s:%s" % (record.pathname, record.funcName, record.lineno) if record.exc_info else None,
            }
            if getattr(record, "tenant_id", None) is not None:
                line["tenantId"] = record.tenant_id
            for name, value in vars(record).items():
                if name not in RECORD_NAMES and name not in line:
                    line[name] = value
            return encode({name: value for name, value in line.items() if value is not None}) + "\n"

    return JsonFormatter()
