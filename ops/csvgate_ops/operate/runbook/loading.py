"""Codes of the ledger and of the load into BigQuery."""

from typing import Final

from csvgate_ops.operate.runbook.model import How, Operational, Then

_LEDGER: Final = "Find who writes to or deletes from the ledger bucket: only csvgate may."
_CHECK: Final = "Check with `csvgate reconcile` what the table has of it."

LOADING: Final = (
    Operational(
        "plan.unknown",
        How.AT_ONCE,
        "The ledger knows nothing of the upload that the message belongs to",
        "Either the message is not csvgate's, or its ledger was deleted: then have the file "
        "uploaded again.",
        Then.UPLOAD,
    ),
    Operational(
        "ledger.corrupt",
        How.AT_ONCE,
        "An entry of the ledger is not what csvgate wrote",
        f"{_LEDGER} Restore the object that the message names from soft delete.",
        Then.REPLAY,
    ),
    Operational(
        "ledger.vanished",
        How.RETRIED,
        "An entry of the ledger was there and is gone",
        f"{_LEDGER} Restore the object that the message names from soft delete.",
        Then.REPLAY,
    ),
    Operational(
        "chunk.row_count",
        How.AT_ONCE,
        "BigQuery holds another number of rows than the chunk has",
        "Somebody else wrote to the stream, or it is a mistake of csvgate: report it. Nothing of "
        "the upload is visible; have the file uploaded again.",
        Then.UPLOAD,
    ),
    Operational(
        "commit.row_count",
        How.AT_ONCE,
        "The loaded chunks are not the rows that were validated, so nothing was committed",
        "It is a mistake of csvgate, or of a changed ledger: report it. Have the file uploaded "
        "again.",
        Then.UPLOAD,
    ),
    Operational(
        "commit.refused",
        How.EITHER,
        "BigQuery refused to make the rows visible",
        "Read the reason in the letter: a dropped or altered table is the usual one. If a replay "
        f"fails again, have the file uploaded again. {_CHECK}",
        Then.REPLAY,
    ),
    Operational(
        "commit.contradictory",
        How.RETRIED,
        "BigQuery says that only some of an upload's streams are committed, which it never does",
        f"{_CHECK} Report it with the letter.",
        Then.REPLAY,
    ),
    Operational(
        "stream.gone",
        How.AT_ONCE,
        "The write stream of a chunk expired after a day, or its table was dropped",
        "The chunk waited too long, or the table was made anew. A replay has the upload read again "
        "from its file. Where a commit was begun it refuses and says what to ask BigQuery: unless "
        f"the table has rows of the upload, have the file uploaded again. {_CHECK}",
        Then.REPLAY,
    ),
    Operational(
        "stream.short",
        How.AT_ONCE,
        "The write stream of a chunk was closed with rows missing",
        "Somebody else closed it, or it is a mistake of csvgate: report it. Nothing of the upload "
        "is visible; have the file uploaded again.",
        Then.UPLOAD,
    ),
    Operational(
        "stream.committed",
        How.RETRIED,
        "Another delivery committed the chunk's stream meanwhile",
        "A replay finds it done.",
        Then.REPLAY,
    ),
    Operational(
        "append.gap",
        How.RETRIED,
        "Rows before these are missing in the write stream",
        "A replay appends them from the beginning. If it comes back, report it.",
        Then.REPLAY,
    ),
    Operational(
        "append.broken",
        How.RETRIED,
        "The connection to BigQuery broke time and again while rows were written",
        "See https://status.cloud.google.com.",
        Then.REPLAY,
    ),
    Operational(
        "rows.refused",
        How.AT_ONCE,
        "BigQuery refused rows that csvgate took for valid",
        "The message names the first of them. It is a gap in the validation: report it. Have the "
        "file uploaded again without these rows.",
        Then.UPLOAD,
    ),
)
