"""Events, responses and errors as JSON. AWS's client uses simplejson, whose ways with decimals and bytes functions rely on."""
import json
import sys

from _lambent_errors import Fault

# Runtimes from 3.12 on answer in UTF-8, older ones escape.
ENSURE_ASCII = sys.version_info < (3, 12)


def encode(value):
    return json.dumps(value, ensure_ascii=ENSURE_ASCII)


def unmarshal(body):
    try:
        return json.loads(body)
    except Exception as error:
        raise Fault("UnmarshalError", "Unable to unmarshal input: %s" % error) from None


def marshal(response):
    """The response as bytes, and its content type where that is not JSON."""
    if isinstance(response, bytes):
        return response, "application/unknown"
    numbers = _Numbers()
    try:
        text = json.dumps(response, ensure_ascii=ENSURE_ASCII, default=numbers.encode)
    except Exception as error:
        raise Fault("MarshalError", "Unable to marshal response: %s" % error) from None
    return numbers.restore(text).encode(), None


class _Numbers:
    """Decimals keep all their digits: a string stands for each of them until the text is there."""

    mark = None

    def encode(self, value):
        if isinstance(value, bytes):
            return value.decode()
        # Nobody has a decimal without the module.
        decimal = sys.modules.get("decimal")
        if decimal is None or not isinstance(value, decimal.Decimal):
            raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)
        if value.is_nan():
            return float("nan")
        if self.mark is None:
            import os

            # Random, so that no text of the response can be one.
            self.mark = os.urandom(16).hex()
        return "%s%s" % (self.mark, value)

    def restore(self, text):
        if self.mark is None:
            return text
        import re

        return re.sub('"%s([^"]*)"' % self.mark, r"\1", text)
