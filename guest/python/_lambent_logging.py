"""The root logger as AWS sets it up, as soon as somebody imports `logging`, which costs five milliseconds."""
import sys

request_id = None


class ImportHook:
    """Steps aside at the first import of `logging` and sets up what it brought."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(ImportHook)
        from importlib.machinery import PathFinder

        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def execute_and_set_up(module):
            execute(module)
            _set_up(module)

        spec.loader.exec_module = execute_and_set_up
        return spec


def install():
    if "logging" in sys.modules:
        _set_up(sys.modules["logging"])
    else:
        sys.meta_path.insert(0, ImportHook)


def _set_up(logging):
    import time

    class RequestIdFilter(logging.Filter):
        def filter(self, record):
            record.aws_request_id = request_id or ""
            return True

    class PrintHandler(logging.Handler):
        def emit(self, record):
            try:
                sys.stdout.write(self.format(record))
            except Exception:
                self.handleError(record)

    formatter = logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler = PrintHandler()
    handler.setFormatter(formatter)
    handler.addFilter(RequestIdFilter())
    logging.getLogger().addHandler(handler)
