"""The findings of `csvgate reconcile`. They do not produce dead letters."""

from typing import Final, NamedTuple


class FindingCode(NamedTuple):
    """The entry for one finding, with its meaning and remedy as in `OperationalCode`."""

    code: str
    meaning: str
    remedy: str


FINDINGS: Final = (
    FindingCode(
        "counts.unequal",
        "The ledger's own row counts do not add up",
        "This is a bug in csvgate: report it and attach `csvgate status UPLOAD --json`.",
    ),
    FindingCode(
        "rows.missing",
        "The table has fewer lines of an upload than were committed",
        "Check whether rows were deleted or a partition expired. Otherwise restore them: BigQuery "
        "time travel (`FOR SYSTEM_TIME AS OF`) goes back 7 days. If you upload the file again, all "
        "of it is loaded as a new upload: first delete the rows that are left of the old one.",
    ),
    FindingCode(
        "rows.surplus",
        "The table has more lines of an upload than were committed",
        "Find out who else writes to the table, and delete the lines that are not in the file.",
    ),
    FindingCode(
        "rows.duplicate",
        "The table has lines of an upload more than once",
        "Find out who copied rows (a restored table, an INSERT … SELECT). Keep one row of each "
        "(_upload_id, _line).",
    ),
    FindingCode(
        "rows.orphan",
        "The table has rows whose upload is not in the ledger",
        "Another program wrote them, or the csvgate of another project, or their ledger entries "
        "were deleted. Find out which before you delete anything.",
    ),
    FindingCode(
        "rows.uncommitted",
        "The table has rows of an upload that the ledger does not record as committed to it",
        "If the upload is in progress, replay its dead letters: repeating the commit is harmless. "
        "If the upload was rejected or revoked, another program wrote the rows.",
    ),
    FindingCode(
        "revoke.unfinished",
        "The revocation of an upload was begun, and its rows are not known to be gone",
        "The command was interrupted, or its job has failed. Run `csvgate revoke UPLOAD` again: it "
        "continues with the same job, which cannot run twice.",
    ),
    FindingCode(
        "rejects.missing",
        "A reject file is gone before its bucket's lifecycle rule would have deleted it",
        "Restore it from soft delete: `gcloud storage restore`.",
    ),
    FindingCode(
        "rejects.rows",
        "The number of rows in a reject file is not the number of rejected rows",
        "Somebody edited the file in place. Corrections belong in the uploads bucket. Restore the "
        "file from soft delete.",
    ),
    FindingCode(
        "table.missing",
        "A table into which uploads were loaded is gone",
        "Restore it within 7 days: `bq cp TABLE@TIME TABLE`.",
    ),
    FindingCode(
        "event.lost",
        "The uploads bucket has a file that a contract matches, and the ledger has no entry of it",
        "Its event was lost, usually because the trigger did not exist when the file arrived. Look "
        "at the backlog of validate_and_parse's subscription first: the event may only be waiting. "
        "Then publish it again: `csvgate reconcile --replay-lost`. That loads every such file; "
        "remove those from the bucket that must not be loaded.",
    ),
    FindingCode(
        "letter.missing",
        "An upload failed and has not ended since, and no dead letter can complete it",
        "Repeat the command, because another process may have held the letter. If the letter "
        "expired or was lost, have the file uploaded again under a new name. If it was replayed, "
        "look at the backlog and the log of the function that the finding names.",
    ),
    FindingCode(
        "upload.stuck",
        "An upload makes no progress, and no dead letter says why",
        "Look for dead letters that Pub/Sub forwarded (`csvgate dlq list`), for an open breaker "
        "(`csvgate breaker`), and at the subscription's backlog. If you find none of these, upload "
        "the file again.",
    ),
    FindingCode(
        "upload.unfinished",
        "An upload was decided to be committed, but its completion was never announced",
        "Look where upload.stuck says: a replay of its dead letters repeats the commit, which is "
        "harmless, and announces the completion.",
    ),
)
