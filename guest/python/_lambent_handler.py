"""Finds the function that `_HANDLER` names, with the errors of AWS's runtime."""
import sys
from importlib import import_module

from _lambent_errors import Fault


def load_handler(name):
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError as error:
        raise Fault("MalformedHandlerName", "Bad handler '%s': %s" % (name, error)) from None
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault("BuiltInModuleConflict", "Cannot use built-in module %s as a handler module" % module_name)
    module = _load_module(module_name)
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault("HandlerNotFound", "Handler '%s' missing on module '%s'" % (function_name, module_name)) from None


def _load_module(name):
    try:
        return import_module(name.replace("/", "."))
    except ImportError as error:
        message = "Unable to import module '%s': %s%s" % (name, error, _advice(error))
        raise Fault("ImportModuleError", message) from error
    except SyntaxError as error:
        trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]
        raise Fault("UserCodeSyntaxError", "Syntax error in module '%s': %s" % (name, error), trace) from error


def _advice(error):
    """On AWS this package is always there; here pip has to bring it once."""
    if getattr(error, "name", None) not in ("boto3", "botocore"):
        return ""
    return (
        " (Lambent could not install boto3 for this runtime: see its log for the reason. It tries again with every new "
        "execution environment; or package boto3 with the function)"
    )
