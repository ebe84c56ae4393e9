"""Judge an upload by its counts and the contract's limits."""

from dataclasses import dataclass
from typing import Literal

from csvgate.contracts.model import Limits
from csvgate.protocol.events import Counts


@dataclass(frozen=True, slots=True)
class Verdict:
    status: Literal["valid", "over_limit", "file_fault"]
    code: str | None = None
    detail: str | None = None


def judge(counts: Counts, limits: Limits) -> Verdict:
    """An upload is over a limit if it exceeds it; exactly the limit is allowed."""
    if limits.rejected_rows is not None and counts.rejected > limits.rejected_rows:
        return Verdict(
            "over_limit",
            "limit.rejected_rows",
            f"{counts.rejected:,} rows are rejected; the contract allows {limits.rejected_rows:,}",
        )
    if counts.read and counts.rejected / counts.read > limits.rejected_rate:
        return Verdict(
            "over_limit",
            "limit.rejected_rate",
            f"{counts.rejected:,} of {counts.read:,} rows ({counts.rejected / counts.read:.1%}) "
            f"are rejected; the contract allows {limits.rejected_rate:.1%}",
        )
    return Verdict("valid")
