"""Rebuild the message that a letter was made from, to publish it again. Pure."""

import json
from collections.abc import Mapping
from typing import Any, Final

from csvgate.ports import Message
from csvgate.protocol.dead_letters import ATTRIBUTE_BYTES, PREFIX
from csvgate.text import shorten_bytes
from csvgate_ops.operate.dead_letters.content.parse import (
    REPLAY_OF,
    REPLAY_RUN,
    REPLAYED_BY,
    REPLAYS,
)
from csvgate_ops.operate.dead_letters.dead_letter import PLATFORM, DeadLetter
from csvgate_ops.operate.storage_notification import NOTIFICATION

_MOST_ATTRIBUTES: Final = 100


class Unreplayable(Exception):
    """The message tells an operator why there is nothing to send, and what can be done instead."""


def original(attributes: Mapping[str, str], data: bytes, *, is_storage: bool) -> Message:
    """Return the message without the attributes that dead-lettering added. A letter of a Storage
    trigger holds the CloudEvent that the function received, but the transport topic carries Storage
    notifications (https://cloud.google.com/storage/docs/pubsub-notifications), so a notification is
    built from the event. Raises Unreplayable."""
    own = {
        name: value for name, value in attributes.items() if not name.startswith((PREFIX, PLATFORM))
    }
    if is_storage and "eventType" not in own:
        return _notification(own, data)
    return Message(data, own)


def with_lineage(message: Message, letter: DeadLetter, *, actor: str, run: str) -> Message:
    """Add attributes that say who replayed the message, in which run, how often, and which letter
    was its first. They are left out when the message already has the most attributes that Pub/Sub
    allows."""
    attributes = dict(message.attributes)
    lineage = {
        REPLAY_OF: letter.attributes.get(REPLAY_OF) or letter.id,
        REPLAYS: str(letter.replays + 1),
        REPLAYED_BY: actor,
        REPLAY_RUN: run,
    }
    for name, value in lineage.items():
        if len(attributes) < _MOST_ATTRIBUTES:
            attributes[name] = shorten_bytes(value, ATTRIBUTE_BYTES)
    return Message(message.data, attributes)


def _notification(own: Mapping[str, str], data: bytes) -> Message:
    resource = _resource(data)
    bucket, name = resource.get("bucket"), resource.get("name")
    generation = str(resource.get("generation", ""))
    if not (isinstance(bucket, str) and bucket and isinstance(name, str) and name):
        raise Unreplayable(_not_a_notification("its data names no bucket and object"))
    if not (generation.isascii() and generation.isdigit()):
        raise Unreplayable(_not_a_notification("its generation is not a number"))
    named = {
        **NOTIFICATION,
        "bucketId": bucket,
        "objectId": name,
        "objectGeneration": generation,
        "eventTime": own.get("ce-time", ""),
    }
    return Message(data, {key: value for key, value in named.items() if value})


def _resource(data: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise Unreplayable(_not_a_notification("its data is not JSON")) from None
    if not isinstance(found, dict):
        raise Unreplayable(_not_a_notification("its data is not a JSON object"))
    return found


def _not_a_notification(why: str) -> str:
    return (
        f"no Storage notification can be built from it: {why}; edit its data, or discard it and "
        "upload the file again"
    )
