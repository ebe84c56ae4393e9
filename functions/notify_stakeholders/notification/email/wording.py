"""Every sentence and label of the email. Both templates only lay them out.

To add a sentence, put it here: a field of `Wording` when it depends on the upload, otherwise a
label. The templates have no words of their own (`test_email_wording.py`).
"""

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from csvgate.light_dataclass import dataclass
from csvgate.protocol.events import UploadFinished
from csvgate.text import changed, counted, shorten_middle

LABELS: Final = MappingProxyType(
    {
        "product": "csvgate",
        "rejected": "rejected",
        "reason": "Reason",
        "advice": "What to do next",
        "reject_file": "Reject file",
        "open_reject_file": "Open the reject file",
        "reasons": "Why rows were rejected",
        "warnings": "Loaded with a warning",
        "whole_row": "whole row",
        "empty_value": "(empty)",
        "line": "line",
    }
)
"""Headings and captions that are the same in every email, by the name the templates use."""
_LOADED_TWICE: Final = (
    "Do not upload the original file again: {} loaded would then be in the table twice."
)
_LONGEST_NAME: Final = 120
"""Characters of another object's name in a sentence."""
_CODES: Final = MappingProxyType(
    {
        "upload.superseded": (
            "Newer rows are in the table already, so no rows of this file were loaded.",
            "You do not need to do anything. If the rows of this file should count after all, "
            "upload it again: then it is the newest one. If it is a corrected reject file, its "
            "original was replaced: correct the newer file instead.",
        ),
        "upload.identical": (
            "The rows of this file are in the table already, so they were not loaded again.",
            "You do not need to do anything.",
        ),
        "upload.revoked": (
            "An operator has revoked this upload before its rows were loaded.",
            "Ask the operator. If the rows should be in the table, the operator can restore the "
            "upload, or you can upload the file again.",
        ),
        "unique.in_table": (
            "Some keys of this file are in the table already, so none of its rows were loaded.",
            "Remove the rows whose keys are in the table, or correct the keys, then upload the "
            "whole file again. At most 20 such rows are listed.",
        ),
    }
)
"""By code, lead and advice for uploads that were rejected although their rows are valid."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What the email says about one upload. Empty strings and tuples are left out."""

    tone: str
    """The colours of the HTML: good, partly, bad or stuck."""
    verdict: str
    """The title, and the beginning of the subject."""
    lead: str
    valid: str
    """The caption of the valid rows in the bar."""
    read: str = "rows read"
    """The caption of the number of rows."""
    advice: tuple[str, ...] = ()
    more_reasons: str = ""
    why_you: str = ""


def wording(finished: UploadFinished, *, hidden_reasons: int = 0) -> Wording:
    """Return the words for an upload's outcome; `hidden_reasons` is how many reasons for rejected
    rows the email does not list."""
    words = _outcome(finished)
    if finished.stopped_at is not None:
        words = replace(words, read="rows read so far")
    return replace(
        words,
        more_reasons=_more_reasons(finished, hidden_reasons),
        why_you=(
            f"You receive this email because the contract for dataset {finished.dataset} lists "
            "you as a recipient."
        ),
    )


def _outcome(finished: UploadFinished) -> Wording:
    if finished.outcome == "failed":
        return _failed(finished)
    if finished.outcome == "rejected":
        return _rejected(finished)
    if finished.outcome == "revoked":
        return _revoked(finished)
    words = _partly_loaded(finished) if finished.counts.rejected else _loaded(finished)
    return replace(words, lead=f"{words.lead}{_changes(finished)}{_identical(finished)}")


def _changes(finished: UploadFinished) -> str:
    """Return what the upload did to rows that the table had already."""
    found = finished.changes
    if found is None:
        return ""
    return f" In the table: {changed(found.inserted, found.updated, found.deleted)}."


def _identical(finished: UploadFinished) -> str:
    """Return the warning that another upload has the same content."""
    other = finished.identical
    if other is None:
        return ""
    name = shorten_middle(other.name, _LONGEST_NAME)
    if finished.changes is not None:
        return f" Warning: this file has the same content as {name}, uploaded before."
    return (
        f" Warning: this file has the same content as {name}, uploaded before. If that was not "
        "intended, its rows are in the table twice."
    )


def _loaded(finished: UploadFinished) -> Wording:
    read, table = finished.counts.read, finished.table or "the table"
    if not read:
        lead = "The file contains no rows, so there was nothing to load."
    elif read == 1:
        lead = f"The row is in {table}."
    else:
        lead = f"All rows are in {table}."
    return Wording(
        tone="good",
        verdict=f"Loaded {'all ' if read > 1 else ''}{counted(read, 'row')}",
        lead=lead,
        valid="loaded",
    )


def _partly_loaded(finished: UploadFinished) -> Wording:
    counts, table = finished.counts, finished.table or "the table"
    lead = (
        f"{counted(counts.rejected, 'row')} {'was' if counts.rejected == 1 else 'were'} rejected."
    )
    advice = [
        "To load the rejected rows, correct them in the reject file. Do not change its two "
        "columns whose names begin with _csvgate_. Then upload the reject file to the folder of "
        "the original, without renaming it. Only the rows in it are loaded, each of them once."
    ]
    if counts.valid == 1:
        lead += f" The other row is in {table}."
    elif counts.valid:
        lead += f" The other {counts.valid:,} rows are in {table}."
    if counts.valid and finished.changes is None:
        rows = "the row that was" if counts.valid == 1 else f"the {counts.valid:,} rows that were"
        advice.append(_LOADED_TWICE.format(rows))
    return Wording(
        tone="partly",
        verdict=f"Loaded {counts.valid:,} of {counted(counts.read, 'row')}",
        lead=lead,
        valid="loaded",
        advice=tuple(advice),
    )


def _rejected(finished: UploadFinished) -> Wording:
    if found := _CODES.get(finished.code or ""):
        lead, advice = found
        return Wording(
            tone="bad", verdict="Not loaded", lead=lead, valid="valid, not loaded", advice=(advice,)
        )
    lead, listed = "No rows of this file were loaded.", "each"
    if finished.stopped_at is not None:
        lead += (
            f" Reading stopped at line {finished.stopped_at:,}: all numbers in this email are "
            "those of the rows before it, and more rows may be faulty."
        )
        rejected = finished.counts.rejected
        listed = "the first one" if rejected == 1 else f"each of the first {rejected:,}"
    correct = (
        f"Correct the rejected rows in your own file (the reject file lists {listed} with its line "
        "number and the reason), then upload the whole file again."
        if finished.rejects
        else "Correct the file, then upload it again."
    )
    return Wording(
        tone="bad",
        verdict="Not loaded",
        lead=lead,
        valid="valid, not loaded",
        advice=(f"{correct} Nothing was loaded, so no row can be loaded twice.",),
    )


def _revoked(finished: UploadFinished) -> Wording:
    removed = finished.changes.deleted if finished.changes else 0
    are, table = "is" if removed == 1 else "are", finished.table or "the table"
    return Wording(
        tone="bad",
        verdict=f"Removed {counted(removed, 'row')}",
        lead=f"An operator has revoked this upload. {counted(removed, 'row')} of it, those of "
        f"corrections included, {are} not in {table} any more.",
        valid="valid, removed",
        advice=(
            "If you uploaded the file: correct it and upload it again, if its rows should be in "
            "the table. Corrected reject files of this upload are refused.",
            "If it was revoked by mistake: an operator can load the same rows again with `csvgate "
            "restore`.",
        ),
    )


def _failed(finished: UploadFinished) -> Wording:
    return Wording(
        tone="stuck",
        verdict="Failed",
        lead="csvgate could not finish processing this file, so the table may lack its rows. An "
        "operator has to act; the file need not be at fault.",
        valid="valid",
        advice=(
            "If you uploaded the file: do not upload it again unless an operator asks you to. "
            "If an operator replays its dead letter, the rows are loaded once.",
            f"If you are an operator: `csvgate status {finished.upload.id}` says what to do about "
            f"{finished.code}. Fix the cause, then replay the dead letter, unless the file must be "
            "uploaded again. A replay cannot load a row twice.",
        ),
    )


def _more_reasons(finished: UploadFinished, hidden: int) -> str:
    if hidden <= 0:
        return ""
    where = "listed in the reject file" if finished.rejects else "not listed here"
    return f"{counted(hidden, 'more reason')} {'is' if hidden == 1 else 'are'} {where}."
