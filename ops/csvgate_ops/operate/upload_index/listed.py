"""What the names of an upload's entries in the index say: its state and its rows. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Final, Literal

from csvgate.protocol.identity import is_identifier
from csvgate.protocol.ledger.day_index import MOST_LEFT, Stage, received_at, upload_part
from csvgate.protocol.ledger.day_paths import DAY_STAGE

_END: Final = DAY_STAGE.template.rpartition("}")[2]
_stage = lru_cache(4096)(Stage.parse)
ListState = Literal["completed", "rejected", "failed", "revoked", "ignored", "under way"]
STATES: Final[tuple[ListState, ...]] = (
    "completed",
    "rejected",
    "failed",
    "revoked",
    "under way",
    "ignored",
)
"""In the order in which totals name them. What exactly is under way is in the status of one
upload."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One upload in the index."""

    id: str
    received_at: datetime
    state: ListState
    stage: Stage
    """The stage that decides the state; its entry has the facts for a line of a list."""
    end: Stage | None = None
    """How the current attempt has ended, which names the numbers of rows."""
    codes: tuple[str, ...] = ()
    """The codes of the failures, in alphabetical order."""

    @property
    def read(self) -> int:
        return self.end.read if self.end else 0

    @property
    def rejected(self) -> int:
        """The rows with a fault, also if no row was loaded."""
        return self.end.rejected if self.end else 0

    @property
    def loaded(self) -> int:
        """Rows in BigQuery: all valid rows or none."""
        return self.read - self.rejected if self.state == "completed" else 0

    @property
    def not_loaded(self) -> int:
        """Rows that were rejected: all rows that were read if the whole upload was rejected."""
        return self.read if self.state == "rejected" else self.rejected

    @property
    def is_partial(self) -> bool:
        """The file was not read to its end, so the numbers of rows are lower bounds."""
        return self.end is not None and self.end.is_partial


def listed(names: Iterable[str]) -> Iterator[Listed]:
    """Yield the uploads of a listing in its order. All entries of an upload follow each other. A
    name that is not an entry of the index is passed over."""
    for start, group in groupby(names, key=upload_part):
        texts = [name[len(start) + 1 :].removesuffix(_END) for name in group]
        stages = [stage for text in texts if (stage := _stage(text))]
        parts = DAY_STAGE.parse(f"{start}.{stages[0].text}{_END}") if stages else None
        if parts and is_identifier(parts["upload"]) and 0 < parts["left"] <= MOST_LEFT:
            yield _judged(parts["upload"], received_at(parts["day"], parts["left"]), stages)


def _judged(upload: str, at: datetime, stages: list[Stage]) -> Listed:
    """The highest attempt that an entry names decides. An attempt that was restored is over: then
    the next one is under way, or has failed. Without any attempt the same is true of the first."""
    failed = [stage for stage in stages if stage.word == "failed"]
    codes = tuple(sorted(stage.code for stage in failed))
    number = max(stage.attempt for stage in stages)
    last = {stage.word: stage for stage in stages if number and stage.attempt == number}
    end = last.get("completed") or last.get("rejected")
    if "restored" not in last:
        if revoked := last.get("revoked"):
            return Listed(upload, at, "revoked", revoked, end, codes)
        if end is not None:
            state: ListState = "completed" if end.word == "completed" else "rejected"
            return Listed(upload, at, state, end, end, codes)
    if failed:
        return Listed(upload, at, "failed", min(failed, key=lambda stage: stage.code), None, codes)
    if restored := last.get("restored"):
        return Listed(upload, at, "under way", restored)
    first = next((stage for stage in stages if stage.word != "ignored"), stages[0])
    return Listed(upload, at, "ignored" if first.word == "ignored" else "under way", first)
