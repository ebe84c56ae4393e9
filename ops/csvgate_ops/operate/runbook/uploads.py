"""Codes that speak of an upload: its rows, its file, the messages made of it."""

from collections.abc import Iterator
from typing import Final

from csvgate.validation.codes import CODES
from csvgate_ops.operate.runbook.model import How, Operational, Then

_NOT_OURS: Final = (
    "Look at the message (`csvgate dlq show`): who publishes to this topic besides csvgate? Remove "
    "their right to. A message damaged by hand can be mended with `csvgate dlq edit`."
)
_REPORT: Final = "It is a mistake of csvgate: report it with the letter (`csvgate dlq export`)."

UPLOADS: Final = (
    Operational(
        "rows.rejected",
        How.AT_ONCE,
        "Rows of an upload were handed back; the others are loaded",
        "The uploader has the reject file and mends it. Do something only when the same code comes "
        "back in many uploads: then the contract may be wrong. Mend it, deploy, and replay the "
        "rejected rows.",
        Then.REVALIDATE,
    ),
    Operational(
        "limit.rejected",
        How.AT_ONCE,
        "More rows were rejected than the contract allows; nothing is loaded",
        "The uploader was told, and uploads the mended file whole. If the contract or its limits "
        "are wrong, mend it, deploy, and have the file uploaded again.",
        Then.CORRECT,
    ),
    Operational(
        "object.gone",
        How.AT_ONCE,
        "The uploaded object was deleted or overwritten before it was read to its end",
        "Have the file uploaded again, under a new name. Check that the uploads bucket has "
        "versions switched on.",
        Then.UPLOAD,
    ),
    Operational(
        "origin.waiting",
        How.RETRIED,
        "A correction waits for its original, or for another correction before it",
        "The message names the upload it waits for: see what stops that one (`csvgate status`), "
        "and mend that first.",
        Then.REPLAY,
    ),
    Operational(
        "event.malformed",
        How.AT_ONCE,
        "The message is none of csvgate's, or is damaged",
        _NOT_OURS,
        Then.DISCARD,
    ),
    Operational(
        "chunk.malformed",
        How.AT_ONCE,
        "A chunk of records is not what validate_and_parse writes",
        _NOT_OURS,
        Then.DISCARD,
    ),
    Operational(
        "message.too_large",
        How.AT_ONCE,
        "A message would have more bytes than Pub/Sub takes",
        _REPORT,
        Then.REPLAY,
    ),
    Operational(
        "storage.too_large",
        How.AT_ONCE,
        "An entry of the ledger, or a reference's copy, has more bytes than one request takes",
        "If the message names a reference, make that file smaller. Otherwise it is a mistake of "
        "csvgate: report it with the letter (`csvgate dlq export`).",
        Then.REPLAY,
    ),
    Operational(
        "chunk.row_too_large",
        How.AT_ONCE,
        "One row alone has more bytes than a message may have",
        "Take the row out of the file, or shorten it, and have the file uploaded again.",
        Then.UPLOAD,
    ),
    Operational(
        "append.row_too_large",
        How.AT_ONCE,
        "One row alone has more bytes than BigQuery takes",
        "Take the row out of the file, or shorten it, and have the file uploaded again.",
        Then.UPLOAD,
    ),
)


_OF_ROWS: Final = frozenset(["correction.line", "correction.repeated", "correction.not_open"])
"""Faults of a row of a correction, not of the file."""


def file_fault_codes() -> Iterator[Operational]:
    """The codes of files that are rejected whole, as docs/faults.md explains them."""
    for code in CODES.values():
        kind = code.code.split(".")[0]
        if kind in ("file", "header", "correction") and code.code not in _OF_ROWS:
            yield Operational(
                code.code,
                How.AT_ONCE,
                code.title,
                "The uploader was told, and uploads the mended file again. If the contract is "
                "wrong, mend it, deploy, and have the file uploaded again.",
                Then.CORRECT,
            )
