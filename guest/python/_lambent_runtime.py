"""Boot, specialise, load the handler, loop."""
import json
import os
import sys

import _lambent_channel as channel
import _lambent_logging as function_logging
from _lambent_context import LambdaContext
from _lambent_errors import describe
from _lambent_handler import load_handler
from _lambent_json import encode, marshal, unmarshal

OWN_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep

INIT_FAILED = (
    "LAMBDA_WARNING: Unhandled exception. The most likely cause is an issue in the function code. However, in rare cases, "
    "a Lambda runtime update can cause unexpected function behavior. For functions using managed runtimes, runtime updates "
    "can be triggered by a function change, or can be applied automatically. To determine if the runtime has been updated, "
    "check the runtime version in the INIT_START log entry. If this error correlates with a change in the runtime version, "
    "you may be able to mitigate this error by temporarily rolling back to the previous runtime version. For more "
    "information, see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html\r"
)


def main(layers_root):
    # Says that this is no runtime but a fork server, whose children are; the process whose requests it takes.
    host = os.environ.pop("LAMBENT_FORK_SERVER", None)
    if host is not None:
        _serve(int(host))
    _boot()
    if os.environ.pop("LAMBENT_STANDBY", None) is not None:
        _stand_by(os.environ)
    function_logging.install(os.environ)
    _specialise(os.environ, layers_root)
    handler = _load(os.environ["_HANDLER"])
    channel.send_next()
    while True:
        received = channel.read_invoke()
        if received is None:
            # Not the interpreter's way out: threads of the function must not hold it up.
            os._exit(0)
        _answer(handler, *received)


def _serve(host):
    """Returns in children of the fork server: each goes on as if it had just been started."""
    import site  # noqa: F401

    before = set(sys.modules)
    sys.path.insert(0, OWN_FOLDER)
    preloaded = None
    folder = os.environ.pop("LAMBENT_PRELOAD", None)
    if folder is not None:
        import _lambent_models
        import _lambent_preload

        preloaded = _lambent_preload.load("boto3", folder, before)
        if preloaded is not None:
            _lambent_models.load()
    from _lambent_fork_server import ForkServer

    sys.path.remove(OWN_FOLDER)
    for name in set(sys.modules).difference(before):
        del sys.modules[name]
    ForkServer(host).serve()
    if preloaded is not None:
        sys.meta_path.insert(0, preloaded)


def _boot():
    channel.close_in_children()
    # Older interpreters set it themselves where the machine lacks AWS's locale; on AWS they find that, and it is not there.
    if sys.version_info < (3, 12) and os.environ.get("LC_CTYPE") == "C.UTF-8":
        del os.environ["LC_CTYPE"]
    _add_site_builtins()


def _add_site_builtins():
    """`exit()` and its like, which `python -S` leaves out."""
    import site

    site.setquit()
    site.setcopyright()
    site.sethelper()


def _stand_by(environment):
    """A process that was started ahead of its environment learns for which one it is."""
    channel.send(channel.BOOTED)
    received = channel.read_variables()
    if received is None:
        os._exit(0)
    meta, variables = map(json.loads, received)
    for name, value in variables.items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    if "TZ" in variables and "time" in sys.modules:
        sys.modules["time"].tzset()
    os.chdir(meta["cwd"])


def _specialise(environment, layers_root):
    """Makes the booted process that of one function. Code first, then layers, then what the interpreter has, and the runtime's own packages last."""
    task_root = environment["LAMBDA_TASK_ROOT"]
    runtime_dir = environment["LAMBDA_RUNTIME_DIR"]
    layers = layers_root + "/python"
    version = "python%d.%d" % sys.version_info[:2]
    sys.path[0:0] = [task_root, layers + "/lib/" + version + "/site-packages", layers]
    sys.path.append(runtime_dir + "/site-packages")
    if environment.get("PYTHONPATH") != runtime_dir:
        # Instrumentation layers bring a sitecustomize module by their own PYTHONPATH.
        import site

        site.execsitecustomize()


def _load(name):
    try:
        return load_handler(name)
    except Exception as error:
        payload, cause = describe(error, None, OWN_FOLDER)
    import logging

    logging.warning(INIT_FAILED)
    function_logging.write_error(payload)
    channel.send(channel.INIT_ERROR, _meta(errorType=payload["errorType"], xrayCause=cause), encode(payload).encode())
    sys.exit(1)


def _answer(handler, meta_bytes, body):
    meta = json.loads(meta_bytes)
    request_id = meta["requestId"]
    function_logging.request_id = request_id
    function_logging.tenant_id = meta.get("tenantId")
    if "traceId" in meta:
        os.environ["_X_AMZN_TRACE_ID"] = meta["traceId"]
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    try:
        context = LambdaContext(meta, os.environ)
        result, content_type = marshal(handler(unmarshal(body), context))
    except Exception as error:
        payload, cause = describe(error, request_id, OWN_FOLDER)
        function_logging.write_error(payload)
        meta = _meta(requestId=request_id, errorType=payload["errorType"], xrayCause=cause)
        channel.send(channel.ERROR, meta, encode(payload).encode(), then_next=True)
    else:
        channel.send(channel.RESPONSE, _meta(requestId=request_id, contentType=content_type), result, then_next=True)


def _meta(**members):
    return json.dumps({name: value for name, value in members.items() if value is not None}).encode()

