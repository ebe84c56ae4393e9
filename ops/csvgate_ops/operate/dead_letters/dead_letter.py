"""A dead letter as an operator sees it: what failed, why, how often and since when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from csvgate.protocol.dead_letters import BREAKER, BREAKER_OPEN, PREFIX

Kind = Literal["storage event", "chunk", "json", "other"]
"""A `chunk` is a message of validated-records that names a staged chunk. The marker of an upload
with exactly one chunk is one, too."""
PLATFORM: Final = "CloudPubSubDeadLetterSource"
PLATFORM_CODE: Final = "platform.max_attempts"
UNKNOWN_CODE: Final = "unknown"
KEEP_BYTES: Final = 16 * 1024
"""The most data kept and searched of each letter when many are read: nearly every message fits,
except chunks."""
VALIDATES: Final = "validate_and_parse"
"""The function that reports rejected rows. Its failures have no plan yet."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """No value in it can be trusted: anyone with the right to publish can write one."""

    id: str
    """Pub/Sub's id of the letter."""
    subscription: str
    """The review subscription that holds it, without `projects/…`."""
    topic: str
    """The dead-letter topic."""
    function: str
    source_topic: str
    """The topic that a replay publishes to."""
    dataset: str
    """Empty when it is not known."""
    upload: str
    """The upload's id; empty when it is not known."""
    code: str
    message: str
    attempt: int | None
    first_seen: datetime | None
    dead_lettered_at: datetime
    """According to the function's clock."""
    published_at: datetime
    """When Pub/Sub received it. Ages are computed from this time, which no sender can choose."""
    trace: str
    revision: str
    size: int
    """Bytes of data."""
    attributes: Mapping[str, str]
    data: bytes | None
    """None when it was too large to keep; `actions.show` fetches it again."""
    platform_forwarded: bool
    """Pub/Sub itself forwarded it after the last delivery attempt, without a reason."""
    replays: int
    """How often it has been replayed, according to its attributes."""
    kind: Kind
    object_name: str = ""
    """Name of the uploaded object; empty when it is not known."""
    expires_at: datetime | None = None
    """When Pub/Sub deletes it, if nobody acts on it; None if that is not known."""

    @property
    def breaker_was_open(self) -> bool:
        """Return whether the function sent it at the last attempt, because its breaker was open."""
        return self.attributes.get(f"{PREFIX}{BREAKER}") == BREAKER_OPEN

    @property
    def stopped_at(self) -> str:
        """The line before which the rows are counted that the letter reports; empty if the file's
        rows were all read."""
        return self.attributes.get(f"{PREFIX}stopped-at", "")

    @property
    def is_rejection(self) -> bool:
        """Return whether it reports rejected rows or a rejected file: nothing failed, and replaying
        the event changes nothing."""
        ours = self.attributes
        complete = f"{PREFIX}plan" in ours and f"{PREFIX}dataset" in ours and bool(self.upload)
        return complete and self.function == VALIDATES
