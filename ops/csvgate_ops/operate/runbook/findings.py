"""What `csvgate reconcile` finds. No letters come of these; `then` does not apply."""

from typing import Final, NamedTuple


class FindingCode(NamedTuple):
    code: str
    meaning: str
    remedy: str


FINDINGS: Final = (
    FindingCode(
        "counts.unequal",
        "The ledger's own counts do not add up",
        "It is a mistake of csvgate: report it with `csvgate status UPLOAD --json`.",
    ),
    FindingCode(
        "rows.missing",
        "The table has fewer lines of an upload than were committed",
        "Were rows deleted, or did a partition expire? Otherwise restore them: time travel "
        "(`FOR SYSTEM_TIME AS OF`) keeps 7 days. Uploading the file again loads all of it as a new "
        "upload: delete what is left of the old one first.",
    ),
    FindingCode(
        "rows.surplus",
        "The table has more lines of an upload than were committed",
        "Find who writes to the table besides csvgate, and delete the lines that the file does not "
        "have.",
    ),
    FindingCode(
        "rows.duplicate",
        "The table has lines of an upload more than once",
        "Find who copied rows (a restored table, an INSERT … SELECT). Keep one of each "
        "(_upload_id, _line).",
    ),
    FindingCode(
        "rows.orphan",
        "The table has rows that no upload in the ledger accounts for",
        "They come from another program, from another project's csvgate, or their ledger was "
        "deleted. Find out which before deleting anything.",
    ),
    FindingCode(
        "rows.uncommitted",
        "The table has rows of an upload that the ledger has not committed to it",
        "If the upload is under way, replay its dead letters: the commit is repeated and does no "
        "harm. If it was rejected, somebody else put the rows there.",
    ),
    FindingCode(
        "rejects.missing",
        "A reject file is gone, and younger than its bucket's lifecycle",
        "Restore it from soft delete: `gcloud storage restore`.",
    ),
    FindingCode(
        "rejects.rows",
        "A reject file has another number of rows than were rejected",
        "Somebody edited it in place. Corrections belong in the uploads bucket; restore the file "
        "from soft delete.",
    ),
    FindingCode(
        "table.missing",
        "A table into which uploads were loaded is gone",
        "Restore it: `bq cp TABLE@TIME TABLE`, within 7 days.",
    ),
    FindingCode(
        "upload.stuck",
        "An upload goes no further, and no dead letter says why",
        "Look for letters that Pub/Sub forwarded (`csvgate dlq list`), an open breaker, and the "
        "subscription's backlog. With nothing of these, upload the file again.",
    ),
    FindingCode(
        "upload.unfinished",
        "An upload is loaded, and its end was never announced",
        "As upload.stuck: a replay of its dead letters announces it. The rows are right.",
    ),
)
