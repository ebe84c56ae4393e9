"""Codes about the ledger and about loading into BigQuery."""

from typing import Final

from csvgate_ops.operate.runbook.model import UPLOAD_AGAIN, NextStep, OperationalCode, When

_LEDGER: Final = (
    "Find out who writes to or deletes from the ledger bucket: only csvgate may. Restore the "
    "object that the message names from soft delete."
)
_RECONCILE: Final = "Check with `csvgate reconcile` which rows of the upload the table has."
_NOT_VISIBLE: Final = "No row of the upload is visible in the table."

LOADING: Final = (
    OperationalCode(
        "plan.unknown",
        When.AT_ONCE,
        "The ledger has no entry for the upload that the message belongs to",
        "Either the message is not from csvgate, or its ledger entries were deleted; in that case "
        "have the file uploaded again.",
        NextStep.UPLOAD,
    ),
    OperationalCode(
        "ledger.corrupt",
        When.AT_ONCE,
        "An entry of the ledger is not what csvgate wrote",
        _LEDGER,
        NextStep.REPLAY,
    ),
    OperationalCode(
        "ledger.vanished",
        When.AFTER_RETRIES,
        "An entry of the ledger existed and is gone",
        _LEDGER,
        NextStep.REPLAY,
    ),
    OperationalCode(
        "chunk.row_count",
        When.AT_ONCE,
        "The number of rows in BigQuery's write stream is not the chunk's",
        "Either another program wrote to the stream, or this is a bug in csvgate: report it. "
        f"{_NOT_VISIBLE} {UPLOAD_AGAIN}",
        NextStep.UPLOAD,
    ),
    OperationalCode(
        "commit.row_count",
        When.AT_ONCE,
        "The loaded chunks are not the rows that were validated, so nothing was committed",
        "Either the ledger was changed, or this is a bug in csvgate: report it. "
        f"{_NOT_VISIBLE} {UPLOAD_AGAIN}",
        NextStep.UPLOAD,
    ),
    OperationalCode(
        "commit.refused",
        When.EITHER,
        "BigQuery refused to make the rows visible",
        "Read the reason in the dead letter; usually the table was dropped or altered. If a replay "
        f"fails again, have the file uploaded again. {_RECONCILE}",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "commit.contradictory",
        When.AFTER_RETRIES,
        "BigQuery reports that only some of an upload's streams are committed, although it commits "
        "all or none",
        f"{_RECONCILE} Report it and attach the dead letter.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "stream.gone",
        When.AT_ONCE,
        "A chunk's write stream expired after a day, or its table was dropped",
        "The chunk waited too long, or the table was created again. A replay reads the upload "
        "again from its file. If a commit had already begun, the replay refuses and says what to "
        "ask BigQuery; unless the table has rows of the upload, have the file uploaded again. "
        + _RECONCILE,
        NextStep.REPLAY,
    ),
    OperationalCode(
        "stream.short",
        When.AT_ONCE,
        "A chunk's write stream was finalized before it had all rows",
        "Either another program finalized it, or this is a bug in csvgate: report it. "
        f"{_NOT_VISIBLE} {UPLOAD_AGAIN}",
        NextStep.UPLOAD,
    ),
    OperationalCode(
        "stream.committed",
        When.AFTER_RETRIES,
        "Another delivery committed the chunk's stream in the meantime",
        "A replay finds that it is done.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "append.gap",
        When.AFTER_RETRIES,
        "Earlier rows are missing in the write stream",
        "A replay appends them from the beginning. If the code returns, report it.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "append.broken",
        When.AFTER_RETRIES,
        "The connection to BigQuery broke at every attempt while rows were being written",
        "Check https://status.cloud.google.com.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "rows.refused",
        When.AT_ONCE,
        "BigQuery refused rows that csvgate had found valid",
        "The message names the first of them. The validation has a gap: report it. Have the file "
        "uploaded again without these rows.",
        NextStep.UPLOAD,
    ),
)
