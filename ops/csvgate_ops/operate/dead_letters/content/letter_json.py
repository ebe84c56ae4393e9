"""Letters and groups as JSON for programs, as `list`, `show`, `groups` and `export` print them."""

from datetime import datetime
from typing import Any

from csvgate_ops.operate.dead_letters.content.content import Content
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.groups import Group
from csvgate_ops.operate.dead_letters.owners import owner_of_letter
from csvgate_ops.operate.references import letter_reference


def letter_json(letter: DeadLetter, message: str) -> dict[str, Any]:
    """Return the letter as JSON, without attributes and data. `message` is the reason, masked where
    necessary."""
    return {
        "id": letter.id,
        "function": letter.function,
        "code": letter.code,
        "message": message,
        "dataset": letter.dataset or None,
        "upload": letter.upload or None,
        "object": letter.object_name or None,
        "owner": owner_of_letter(letter),
        "reference": letter_reference(letter.topic, letter.id),
        "dead_lettered_at": letter.dead_lettered_at.isoformat(),
        "published_at": letter.published_at.isoformat(),
        "expires_at": _iso(letter.expires_at),
        "first_seen": _iso(letter.first_seen),
        "attempt": letter.attempt,
        "replays": letter.replays,
        "kind": letter.kind,
        "rejection": letter.is_rejection,
        "platform_forwarded": letter.platform_forwarded,
        "size": letter.size,
        "trace": letter.trace or None,
        "revision": letter.revision or None,
        "subscription": letter.subscription,
        "topic": letter.topic,
        "source_topic": letter.source_topic,
    }


def group_json(group: Group, message: str) -> dict[str, Any]:
    return {
        "key": group.key,
        "owner": group.owner,
        "count": group.count,
        "uploads": group.uploads,
        "oldest": group.oldest.isoformat(),
        "newest": group.newest.isoformat(),
        "expires_at": _iso(group.expires_at),
        "example": {
            "id": group.example.id,
            "code": group.example.code,
            "object": group.example.object_name or None,
            "message": message,
        },
    }


def content_json(content: Content) -> dict[str, Any]:
    return {
        "text": content.text or None,
        "remark": content.remark or None,
    }


def attributes(letter: DeadLetter, message: str) -> dict[str, str]:
    """Return all attributes, with the reason replaced by `message`."""
    found = dict(letter.attributes)
    if "csvgate-message" in found:
        found["csvgate-message"] = message
    return found


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
