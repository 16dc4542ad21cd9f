"""Boot, specialise, load the handler, loop."""
import json
import os
import sys

import _lambent_channel as channel
import _lambent_logging as function_logging
from _lambent_context import LambdaContext
from _lambent_errors import Fault, describe_exception, describe_fault, format_log
from _lambent_handler import load_handler

OWN_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep
# Runtimes from 3.12 on answer in UTF-8, older ones escape.
ENSURE_ASCII = sys.version_info < (3, 12)


def main(layers_root):
    _boot()
    _specialise(os.environ, layers_root)
    handler = _load(os.environ["_HANDLER"])
    channel.send_next()
    while True:
        received = channel.read_invoke()
        if received is None:
            # Not the interpreter's way out: threads of the function must not hold it up.
            os._exit(0)
        _answer(handler, *received)


def _boot():
    channel.close_in_children()
    _add_site_builtins()
    function_logging.install()


def _add_site_builtins():
    """`exit()` and its like, which `python -S` leaves out."""
    import site

    site.setquit()
    site.setcopyright()
    site.sethelper()


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
    except Fault as fault:
        payload = describe_fault(fault, None)
    except Exception as error:
        payload = describe_exception(error, None, OWN_FOLDER)
    sys.stdout.write(format_log(payload))
    channel.send(channel.INIT_ERROR, _encode({"errorType": payload["errorType"]}), _encode(payload))
    sys.exit(1)


def _answer(handler, meta_bytes, body):
    meta = json.loads(meta_bytes)
    request_id = meta["requestId"]
    function_logging.request_id = request_id
    if "traceId" in meta:
        os.environ["_X_AMZN_TRACE_ID"] = meta["traceId"]
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    try:
        result = _marshal(handler(_unmarshal(body), LambdaContext(meta, os.environ, json.loads)))
    except Fault as fault:
        _fail(describe_fault(fault, request_id), request_id)
    except Exception as error:
        _fail(describe_exception(error, request_id, OWN_FOLDER), request_id)
    else:
        channel.send(channel.RESPONSE, _encode({"requestId": request_id}), result, then_next=True)


def _fail(payload, request_id):
    sys.stdout.write(format_log(payload))
    meta = {"requestId": request_id, "errorType": payload["errorType"]}
    channel.send(channel.ERROR, _encode(meta), _encode(payload), then_next=True)


def _unmarshal(body):
    try:
        return json.loads(body)
    except Exception as error:
        raise Fault("UnmarshalError", "Unable to unmarshal input: %s" % error) from None


def _marshal(response):
    try:
        return json.dumps(response, ensure_ascii=ENSURE_ASCII).encode()
    except Exception as error:
        raise Fault("MarshalError", "Unable to marshal response: %s" % error) from None


def _encode(value):
    return json.dumps(value).encode()
