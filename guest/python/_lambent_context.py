"""The context object of one invoke, with the attribute names of AWS's runtime."""
import json
import time

import _lambent_logging as function_logging
from _lambent_errors import Fault

# What of a trace context may come with the client context, where functions do not see it.
W3C_NAMES = ("traceparent", "tracestate", "baggage")


class LambdaContext:
    def __init__(self, meta, environment):
        self.aws_request_id = meta["requestId"]
        self.log_group_name = environment.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environment.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = environment.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = environment.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = meta.get("invokedFunctionArn")
        client_context = _parse(meta.get("clientContext"), "Client Context")
        w3c = client_context.pop("w3c", None) if isinstance(client_context, dict) else None
        known = w3c if isinstance(w3c, dict) else {}
        self._w3c_fields = {name: known[name] for name in W3C_NAMES if isinstance(known.get(name), str)}
        self.client_context = None if client_context is None else make_client_context(client_context)
        self.identity = CognitoIdentity(_parse(meta.get("cognitoIdentity"), "Cognito Identity") or {})
        self.tenant_id = meta.get("tenantId")
        self._epoch_deadline_time_in_ms = meta["deadlineMs"]

    def get_remaining_time_in_millis(self):
        remaining = self._epoch_deadline_time_in_ms - int(time.time() * 1000)
        return remaining if remaining > 0 else 0

    def w3c(self):
        """The trace context at the time of the invoke."""
        return dict(self._w3c_fields)

    def log(self, message):
        """As print, without a line feed of its own."""
        function_logging.write(str(message))

    def __repr__(self):
        return "LambdaContext([%s])" % ",".join(
            "%s=%s" % (name, value) for name, value in vars(self).items() if not name.startswith("_")
        )


def _parse(text, name):
    try:
        return None if text is None else json.loads(text)
    except Exception as error:
        raise Fault("LambdaContextUnmarshalError", "Unable to parse %s JSON: %s" % (name, error)) from None


class CognitoIdentity:
    __slots__ = ["cognito_identity_id", "cognito_identity_pool_id"]

    def __init__(self, values):
        self.cognito_identity_id = values.get("cognitoIdentityId")
        self.cognito_identity_pool_id = values.get("cognitoIdentityPoolId")

    def __repr__(self):
        return _describe(self)


class Client:
    __slots__ = ["installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"]

    def __repr__(self):
        return _describe(self)


class ClientContext:
    __slots__ = ["custom", "env", "client"]

    def __repr__(self):
        return _describe(self)


def make_client_context(values):
    """What is not sent is None; `client` is None when nothing of it was sent."""
    context = ClientContext()
    context.custom = values.get("custom")
    context.env = values.get("env")
    context.client = None
    sent = values.get("client")
    if sent is not None:
        context.client = Client()
        for name in Client.__slots__:
            setattr(context.client, name, sent.get(name))
    return context


def _describe(value):
    attributes = ",".join("%s=%s" % (name, getattr(value, name)) for name in value.__slots__)
    return "%s([%s])" % (type(value).__name__, attributes)
