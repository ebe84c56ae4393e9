"""Judge an upload by its counts and the contract's limits."""

from typing import Final, Literal

from csvgate.contracts.model import Limits
from csvgate.light_dataclass import dataclass
from csvgate.protocol.events import Counts

IDENTICAL: Final = "upload.identical"
"""The code of an upload that is skipped because its content is loaded already."""
LimitCode = Literal["limit.rejected_rows", "limit.rejected_bytes", "limit.rejected_rate"]


@dataclass(frozen=True, slots=True)
class Stopped:
    """Where the reading of the rows ended early, and the limit that is certainly exceeded."""

    code: LimitCode
    line: int
    """The physical line of the first row that is not counted."""


@dataclass(frozen=True, slots=True)
class Verdict:
    status: Literal["valid", "over_limit", "file_fault", "skipped"]
    code: str | None = None
    detail: str | None = None


def judge(
    counts: Counts, limits: Limits, stopped: Stopped | None = None, *, replaces: bool = False
) -> Verdict:
    """Return the verdict about an upload. It is over a limit if it exceeds it; exactly the limit is
    allowed. If the reading `stopped` early, the counts are those of the rows before. `replaces`
    says that the upload would remove earlier rows even if it has no valid row."""
    if stopped is not None:
        detail = f"{_exceeded(counts, limits, stopped.code)}. {_stopped(counts, stopped)}"
        return Verdict("over_limit", stopped.code, detail)
    if counts.rejected > limits.rejected_rows:
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
    if replaces and counts.read and not counts.valid:
        return Verdict(
            "over_limit",
            "limit.none_valid",
            f"none of the {counts.read:,} rows is valid, so the upload would only remove the rows "
            "that it replaces",
        )
    return Verdict("valid")


def _exceeded(counts: Counts, limits: Limits, code: LimitCode) -> str:
    """Return which limit is exceeded, by rows of which only the first are counted."""
    if code == "limit.rejected_rows":
        return (
            f"more than {counts.rejected:,} rows are rejected; the contract allows "
            f"{limits.rejected_rows:,}"
        )
    if code == "limit.rejected_bytes":
        return (
            f"the rejected rows need a reject file of more than {limits.rejected_bytes:,} bytes, "
            "which is the contract's `limits.rejected_bytes`"
        )
    rate = f"{counts.rejected / counts.read:.1%}"
    return (
        f"{counts.rejected:,} of the first {counts.read:,} rows ({rate}) are rejected; the "
        f"contract allows {limits.rejected_rate:.1%}, and the rest of the file is too short to "
        "bring the rate down to that"
    )


def _stopped(counts: Counts, stopped: Stopped) -> str:
    shown = {0: "no rejected row is shown", 1: "only the first one is shown"}.get(
        counts.rejected, f"the first {counts.rejected:,} are shown"
    )
    return f"Reading stopped at line {stopped.line:,}, so more rows may be faulty; {shown}"
