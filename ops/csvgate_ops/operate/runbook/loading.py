"""Codes about the ledger and about loading into BigQuery."""

from typing import Final

from csvgate_ops.operate.runbook.model import NextStep, OperationalCode, When

_LEDGER: Final = (
    "Find out who writes to or deletes from the ledger bucket: only csvgate may. Restore the "
    "object that the message names from soft delete."
)
_RECONCILE: Final = "Check with `csvgate reconcile` which rows of the upload the table has."
_NOT_VISIBLE: Final = "No row of the upload is visible in the table."

LOADING: Final = (
    OperationalCode(
        "seal.unknown",
        When.AT_ONCE,
        "The ledger does not have the upload, or the seal, that the message belongs to",
        "Either the message is not from csvgate, or its ledger entries were deleted; in that case "
        "have the file uploaded again.",
        NextStep.UPLOAD,
    ),
    OperationalCode(
        "seal.vanished",
        When.AFTER_RETRIES,
        "The seal of an upload existed and is gone",
        _LEDGER,
        NextStep.REPLAY,
    ),
    OperationalCode(
        "ledger.incomplete",
        When.AT_ONCE,
        "The ledger lacks an entry of the upload that a correction corrects",
        _LEDGER,
        NextStep.REPLAY,
    ),
    OperationalCode(
        "protocol.version",
        When.AFTER_RETRIES,
        "The upload was begun under another version of the delivery protocol",
        "An older revision is still in service, or a deploy was rolled back. Deploy the newer "
        "revision of validate_and_parse and of enrich_records.",
        NextStep.REPLAY,
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
        "chunk.missing",
        When.AT_ONCE,
        "A chunk of the upload is not in the staging bucket any more",
        "Find out who deletes objects from the staging bucket: only its lifecycle rule may, after "
        "90 days. A replay makes validate_and_parse read the file again and stage its chunks. If "
        "the file itself is gone, the replay ends the upload as rejected; have the file uploaded "
        "again.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "chunk.corrupt",
        When.AFTER_RETRIES,
        "At every attempt the bytes of a staged chunk differed from those that were sealed",
        "Check https://status.cloud.google.com, and who writes to the staging bucket: only csvgate "
        "may. If a replay fails again, delete the staged object that `csvgate dlq show` names and "
        "replay: the letter comes back with chunk.missing, and its replay reads the file again.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "load.claimed",
        When.AFTER_RETRIES,
        "At every attempt another delivery had just begun to append the upload's rows",
        "A replay finds out whether the rows were appended, and appends them otherwise.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "load.unsettled",
        When.AFTER_RETRIES,
        "Other deliveries changed the state of the upload faster than this one could follow",
        "A replay continues where they stopped. If the code returns, report it.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "load.contradictory",
        When.AT_ONCE,
        "A write stream ends in the middle of the upload's rows, which one request appended",
        "Something else wrote to the stream. Look at the rows with this _upload_id in the table, "
        'run `csvgate settle UPLOAD --as committed|not-loaded --reason "…"`, and replay. Report it '
        "and attach the dead letter.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "commit.unsettled",
        When.AFTER_RETRIES,
        "The upload's write streams are gone, and whether their commit took effect can be decided "
        "25 hours after the oldest of them was created",
        "The message names the hour. A replay before it is harmless and comes back. A replay after "
        "it counts the rows in the table: it completes the upload or loads it again.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "commit.partial",
        When.AT_ONCE,
        "The table has some rows of the upload but not all, and its write streams are gone",
        "Somebody deleted or changed rows before csvgate could count them. Look at the rows with "
        "this _upload_id, and decide: `csvgate settle UPLOAD --as committed` completes the upload "
        "with the rows that are there; after you have deleted them, `--as not-loaded` loads all "
        "rows again. Then replay.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "commit.row_count",
        When.AT_ONCE,
        "The loaded chunks are not the rows that were sealed, so nothing was committed",
        "Either another program wrote to a write stream, or this is a bug in csvgate: report it. A "
        f"replay loads the upload again, with new streams. {_NOT_VISIBLE}",
        NextStep.REPLAY,
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
        "effect.failed",
        When.AT_ONCE,
        "BigQuery can never carry out the statement that replaces or merges the upload's rows",
        "Read the reason in the dead letter. Often a replay is enough, because the upload's "
        "staging table had expired after 7 days. If the table was altered, correct the table or "
        "the contract. A replay loads the rows again into a new staging table.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "effect.running",
        When.AFTER_RETRIES,
        "The statement that replaces or merges the upload's rows was not done at any attempt",
        "`bq show --job=true --location=LOCATION JOB` shows what it waits for. A replay finishes "
        "the upload once the job is done; the job is not started a second time.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "effect.again",
        When.AFTER_RETRIES,
        "At every attempt the statement that replaces or merges the upload's rows failed for a "
        "cause that passes",
        "Usually a quota is used up, or other programs change the table at the same time. A replay "
        "starts the next job. Until then, no other upload can change the same rows.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "effect.blocked",
        When.AFTER_RETRIES,
        "An earlier upload has to change the table first, and BigQuery refuses that",
        "The message names the earlier upload and the reason. Fix the cause and replay the letter "
        "of that upload first.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "effect.contended",
        When.AFTER_RETRIES,
        "Many other uploads changed the table before this one at every attempt",
        "A replay continues. If the code returns, upload fewer files at a time.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "stream.unclear",
        When.AFTER_RETRIES,
        "At every attempt BigQuery refused a call because of the state of a write stream or its "
        "table, but found the stream when asked",
        "The table was dropped, replaced or altered while it was loaded, or BigQuery needs longer "
        f"than usual. Check the table named in the dead letter. {_RECONCILE}",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "stream.gone",
        When.AFTER_RETRIES,
        "At every attempt BigQuery did not find a write stream that was created a short while ago",
        "The table was dropped, or BigQuery needs longer than usual. A replay loads the upload "
        f"over new streams once the old ones are certainly lost. {_RECONCILE}",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "stream.short",
        When.AFTER_RETRIES,
        "At every attempt a write stream had been finalized before it had all rows",
        "A replay loads the upload over new streams. If the code returns, another program "
        "finalizes them, or this is a bug in csvgate: report it.",
        NextStep.REPLAY,
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
        "The message names the first of them, with their columns. The validation has a gap: report "
        "it. Have the file uploaded again without these rows.",
        NextStep.UPLOAD,
    ),
)
