"""Codes about an upload: its rows, its file, and the messages about it."""

from collections.abc import Iterator
from typing import Final

from csvgate.validation.codes import CODES
from csvgate_ops.operate.runbook.model import REPORT, NextStep, OperationalCode, When

_NOT_OURS: Final = (
    "Look at the message (`csvgate dlq show`) and find out who else publishes to this topic; "
    "revoke their permission. A message that was damaged by hand can be corrected with "
    "`csvgate dlq edit`."
)
_ROW_TOO_LARGE: Final = (
    "Have the row removed from the file or shortened, and the file uploaded again."
)

UPLOADS: Final = (
    OperationalCode(
        "rows.rejected",
        When.AT_ONCE,
        "Some rows of an upload were rejected; the others are loaded",
        "The uploader has the reject file and corrects it. Act only if the same code appears in "
        "many uploads, because then the contract may be wrong: correct it, deploy, and replay the "
        "rejected rows.",
        NextStep.REVALIDATE,
        "uploader",
    ),
    OperationalCode(
        "limit.rejected",
        When.AT_ONCE,
        "More rows, or more bytes of rows, were rejected than the contract allows; nothing is "
        "loaded",
        "The uploader was informed by email and uploads the whole corrected file. If the letter "
        "says at which line reading stopped, more rows may be faulty than it counts. If the "
        "contract or its limits are wrong, correct them, deploy, and have the file uploaded again.",
        NextStep.CORRECT,
        "uploader",
    ),
    OperationalCode(
        "upload.killed",
        When.AT_ONCE,
        "Five starts in a row on this file ended silently: the instance ran out of memory, "
        "crashed, or was stopped at its timeout",
        "Check the log of validate_and_parse at the times that `csvgate status` shows. Give the "
        "function more memory or a longer timeout in deploy/topology.yaml, or have the file split. "
        "A replay, or a new revision, has five starts again.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "object.gone",
        When.AT_ONCE,
        "The uploaded object was deleted or overwritten before it was read to its end",
        "Have the file uploaded again under a new name. Check that object versioning is enabled "
        "on the uploads bucket.",
        NextStep.UPLOAD,
    ),
    OperationalCode(
        "origin.waiting",
        When.AFTER_RETRIES,
        "A correction waits for its original upload, or for an earlier correction of it",
        "The message names the upload it waits for. Find out what holds up that one "
        "(`csvgate status`), and fix it first.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "sidecar.waiting",
        When.AFTER_RETRIES,
        "An upload waits for its sidecar, which states the totals of the file",
        "Have the sidecar that the message names uploaded, before the replay. Usually the upload "
        "is not dead-lettered but refused as `file.sidecar_missing` after 14 hours.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "event.malformed",
        When.AT_ONCE,
        "The message is not from csvgate, or is damaged",
        _NOT_OURS,
        NextStep.DISCARD,
    ),
    OperationalCode(
        "chunk.malformed",
        When.AT_ONCE,
        "A chunk of records is not what validate_and_parse writes",
        _NOT_OURS,
        NextStep.DISCARD,
    ),
    OperationalCode(
        "event.too_large",
        When.AT_ONCE,
        "An event has more bytes than Eventarc delivers to a function",
        REPORT,
        NextStep.REPLAY,
    ),
    OperationalCode(
        "message.too_large",
        When.AT_ONCE,
        "A message has more bytes than Pub/Sub accepts",
        REPORT,
        NextStep.REPLAY,
    ),
    OperationalCode(
        "storage.too_large",
        When.AT_ONCE,
        "A ledger entry, or the copy of a reference, has more bytes than one request can hold",
        f"{REPORT} But if the message names a reference, make that file smaller.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "chunk.row_too_large",
        When.AT_ONCE,
        "A single row has more bytes than a message can hold",
        _ROW_TOO_LARGE,
        NextStep.UPLOAD,
    ),
    OperationalCode(
        "append.row_too_large",
        When.AT_ONCE,
        "A single row has more bytes than BigQuery accepts",
        _ROW_TOO_LARGE,
        NextStep.UPLOAD,
    ),
)


_ROW_FAULTS: Final = frozenset(["correction.line", "correction.repeated", "correction.not_open"])
"""These `correction.…` codes concern one row, not the file."""


def file_fault_codes() -> Iterator[OperationalCode]:
    """Yield the codes for which a whole file is rejected; docs/faults.md explains each."""
    for code in CODES.values():
        kind = code.code.split(".")[0]
        if kind in ("file", "header", "correction") and code.code not in _ROW_FAULTS:
            yield OperationalCode(
                code.code,
                When.AT_ONCE,
                code.title,
                "The uploader was informed by email and uploads the corrected file. If the "
                "contract is wrong, correct it, deploy, and have the file uploaded again.",
                NextStep.CORRECT,
                "uploader",
            )
