"""What the email says of each outcome: the verdict, what became of the rows, what to do now."""

from dataclasses import dataclass

from csvgate.protocol.events import UploadFinished
from notification.email.figures import number, rows

_MEND_IN_REJECTS = (
    "mend the rows in the reject file, leave its two columns that begin with _csvgate_ as they are,"
    " and upload it beside the original under the name it has. Only its rows are loaded, once."
)


@dataclass(frozen=True, slots=True)
class Words:
    """`tone` chooses the colours: good, partly, bad or stuck."""

    tone: str
    verdict: str
    lead: str
    advice: tuple[str, ...]
    valid: str
    rejected: str = "rejected"


def words(finished: UploadFinished) -> Words:
    if finished.outcome == "failed":
        return _failed()
    if finished.outcome == "rejected":
        return _rejected(finished)
    return _partly_loaded(finished) if finished.counts.rejected else _loaded(finished)


def _loaded(finished: UploadFinished) -> Words:
    read = finished.counts.read
    return Words(
        tone="good",
        verdict=f"Loaded all {rows(read)}" if read > 1 else f"Loaded {rows(read)}",
        lead=(
            f"{'Every row is' if read > 1 else 'Its row is'} in {finished.table or 'the table'}."
            if read
            else "The file holds no rows, so there was nothing to load."
        ),
        advice=(),
        valid="loaded",
    )


def _partly_loaded(finished: UploadFinished) -> Words:
    counts = finished.counts
    were = "row was" if counts.rejected == 1 else "rows were"
    others = "The others are" if counts.valid != 1 else "The other one is"
    rest = f" {others} in {finished.table or 'the table'}." if counts.valid else ""
    advice = [f"To load the rejected rows, {_MEND_IN_REJECTS}"]
    if counts.valid:
        loaded = f"the {rows(counts.valid)} already loaded"
        advice.append(f"Do not upload the original again: {loaded} would be there twice.")
    return Words(
        tone="partly",
        verdict=f"Loaded {number(counts.valid)} of {rows(counts.read)}",
        lead=f"{number(counts.rejected)} {were} rejected.{rest}",
        advice=tuple(advice),
        valid="loaded",
    )


def _rejected(finished: UploadFinished) -> Words:
    mend = (
        "mend the rows in your own file (the reject file gives the line and the reason of each),"
        if finished.rejects
        else "mend the file,"
    )
    return Words(
        tone="bad",
        verdict="Not loaded",
        lead="No row of this file was loaded.",
        advice=(f"Nothing was loaded, so nothing can double: {mend} then upload all of it again.",),
        valid="valid, not loaded",
    )


def _failed() -> Words:
    return Words(
        tone="stuck",
        verdict="Failed",
        lead="csvgate could not finish this file. No row of it is in the table.",
        advice=(
            "If you uploaded it: wait, and do not upload it again. The operators have it in the "
            "dead letters, and when they replay it, it is loaded once.",
            "If you are an operator: its dead letter holds the original event and this reason. "
            "Mend the cause, then replay the letter; no row can be loaded twice.",
        ),
        valid="valid, not loaded",
    )
