"""Attributes of csvgate's messages: their names, and values that are safe to use in names."""

from collections.abc import Mapping
from typing import Final

from cloudevents.http import CloudEvent

from csvgate.protocol.cloudevents_pubsub import ATTRIBUTE_PREFIX
from csvgate.protocol.identity import is_identifier
from csvgate.runtime.errors import Permanent

UPLOAD: Final = "uploadid"
PLAN: Final = "plan"
SEAL: Final = "seal"
DATAREF: Final = "dataref"
TRACE: Final = "traceparent"
_MAX_DIGITS: Final = 9


def identifier(event: CloudEvent, name: str) -> str:
    """Return the id of an upload or a plan. Raises Permanent `event.malformed`: it becomes a part
    of object names in the ledger, so that nothing but csvgate's own digests is accepted."""
    value = str(event.get_attributes().get(name, ""))
    if not is_identifier(value):
        raise Permanent("event.malformed", f"ce-{name}: not an id of csvgate: {value!r:.80}")
    return value


def number(event: CloudEvent, name: str) -> int:
    """Return a number of at most nine digits. Raises Permanent `event.malformed`."""
    value = str(event.get_attributes().get(name, ""))
    if not value.isascii() or not value.isdigit() or len(value) > _MAX_DIGITS:
        raise Permanent("event.malformed", f"ce-{name}: expected a number, got {value!r:.80}")
    return int(value)


def attribute(attributes: Mapping[str, str], name: str) -> str:
    """Return the CloudEvents attribute of any message, unchecked; empty when the message lacks
    it."""
    return attributes.get(f"{ATTRIBUTE_PREFIX}{name}", "")
