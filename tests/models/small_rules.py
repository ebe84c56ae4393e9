"""The rules of the small lane as switches, and what is possible in a world of the model."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of the protocol. A model with one of them off shows what the rule is for."""

    no_acknowledgement_on_foreign_claim: bool = True
    """A delivery that finds a claim repeats its append. Off: it leaves the upload to the owner of
    the claim, and acknowledges."""
    claim_before_append: bool = True
    """The claim is created before the append is sent. Off: after it."""
    stream_used_by_one: bool = True
    """A stream is used by one delivery at a time. Off: all deliveries of a process share it."""
    dropped_after_doubtful_claim: bool = True
    """A stream is not used again if it is unknown whether a claim of it exists. Off: it is."""
    dropped_after_doubtful_append: bool = True
    """A stream is not used again after an append without an answer. Off: at the same offset."""
    fence_before_dead: bool = True
    """A stream that refuses the repeated append is finalized before its rows are counted. Off: its
    row count is read."""
    all_rows_present: bool = True
    """A final row count means loaded from offset + rows on. Off: if it is above the offset."""
    missing_must_be_old: bool = True
    """NOT_FOUND counts only if the stream is over an hour old. Off: at any age."""
    young_sight_is_not_noted: bool = True
    """NOT_FOUND about a younger stream leaves no trace. Off: it is noted as the first of two."""
    age_before_request: bool = True
    """The stream's age is judged by a time before the append was sent. Off: by a time after the
    answer, before which the delivery may have paused for an hour."""
    missing_seen_twice: bool = True
    """The second NOT_FOUND, ten minutes after the first, is believed. Off: the first."""


ALL_RULES: Final = Rules()
"""The protocol."""


@dataclass(frozen=True, slots=True)
class World:
    """What is possible: the bounds of the search. A fault of the service ends at most one attempt
    of each upload, so that one more attempt than faults is enough."""

    deliveries: tuple[int, ...] = (1, 1)
    """The concurrency of each process."""
    rows: tuple[int, ...] = (2, 1)
    """The rows of each upload."""
    places: int = 4
    """The streams that something refers to at the same time."""
    faults: int = 1
    """How often the service may do one of what follows."""
    closes: bool = False
    """It closes a stream."""
    refuses: bool = False
    """It refuses a repeated append although the stream is open, as if it were closed."""
    stranger: bool = False
    """Somebody else appends a row to a stream, which is closed after that."""
    forgets: bool = False
    """It forgets a stream of over an hour, or answers NOT_FOUND once although it knows it. About
    younger streams it may give this false answer any number of times, which costs no fault."""

    @property
    def attempts(self) -> int:
        return self.faults + 1
