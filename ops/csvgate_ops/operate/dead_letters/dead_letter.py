"""A dead letter as an operator sees it: what failed, why, how often and since when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from csvgate.protocol.dead_letters import PREFIX

Kind = Literal["storage event", "arrow chunk", "json", "other"]
PLATFORM: Final = "CloudPubSubDeadLetterSource"
PLATFORM_CODE: Final = "platform.max_attempts"
UNKNOWN_CODE: Final = "unknown"
VALIDATES: Final = "validate_and_parse"
"""The function that hands rows back. Its failures know no plan yet."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Every text in it may be hostile: anybody who may publish can write one."""

    id: str
    """Pub/Sub's id of the letter."""
    subscription: str
    """The review subscription that holds it, by its plain name."""
    topic: str
    """The dead-letter topic."""
    function: str
    source_topic: str
    """Where a replay goes."""
    dataset: str
    """Empty when nothing tells."""
    upload: str
    """Id of the upload; empty when nothing tells."""
    code: str
    message: str
    attempt: int | None
    first_seen: datetime | None
    dead_lettered_at: datetime
    published_at: datetime
    trace: str
    revision: str
    size: int
    """Bytes of data."""
    attributes: Mapping[str, str]
    data: bytes | None
    """None when it is too large to be kept: `actions.show` fetches it again."""
    platform_forwarded: bool
    """Put there by Pub/Sub itself after the last delivery attempt: it knows no reason."""
    replays: int
    """How often it has been replayed before, as far as the message can tell."""
    kind: Kind

    @property
    def is_rejection(self) -> bool:
        """It tells of rejected rows, or a rejected file: nothing failed, and replaying the event
        changes nothing."""
        ours = self.attributes
        complete = f"{PREFIX}plan" in ours and f"{PREFIX}dataset" in ours and bool(self.upload)
        return complete and self.function == VALIDATES
