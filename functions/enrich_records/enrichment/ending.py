"""How an upload ends, where its decision alone does not say that."""

from typing import Literal

from csvgate.light_dataclass import dataclass
from csvgate.protocol.events import Changes, Reason


@dataclass(frozen=True, slots=True)
class Ending:
    outcome: Literal["completed", "rejected"]
    code: str | None = None
    """Why it was rejected although its rows are valid."""
    detail: str | None = None
    reasons: tuple[Reason, ...] = ()
    """These come before the reasons in the seal."""
    changes: Changes | None = None
    bytes_scanned: int = 0
