"""Codes that speak of a contract, its references or its table."""

from typing import Final

from csvgate_ops.operate.runbook.model import How, Operational, Then

_ANEW: Final = (
    "The upload keeps the contract and references it was pinned to: have the file uploaded again."
)

CONTRACTS: Final = (
    Operational(
        "reference.missing",
        How.AT_ONCE,
        "The contract names a reference that is not in the references bucket",
        "Upload the reference file under the name that the message gives.",
        Then.REPLAY,
    ),
    Operational(
        "reference.changing",
        How.RETRIED,
        "The reference was replaced each time it was being copied",
        "Find what uploads the reference so often, and let it rest for a minute.",
        Then.REPLAY,
    ),
    Operational(
        "reference.malformed",
        How.AT_ONCE,
        "A reference file does not fit what the contract says of it",
        f"Mend the reference file as the message says, and upload it. {_ANEW}",
        Then.UPLOAD,
    ),
    Operational(
        "reference.too_large",
        How.AT_ONCE,
        "A reference file has more bytes or rows than fit in a function's memory",
        f"Make the reference file smaller and upload it. {_ANEW}",
        Then.UPLOAD,
    ),
    Operational(
        "reference.gone",
        How.AT_ONCE,
        "The ledger's copy of a reference was deleted",
        f"Find who deletes from the ledger bucket: only its lifecycle may. {_ANEW}",
        Then.UPLOAD,
    ),
    Operational(
        "enrich.invalid",
        How.AT_ONCE,
        "The contract's `enrich` cannot run with these references",
        f"Mend the contract, or the reference, as the message says, and deploy. {_ANEW}",
        Then.UPLOAD,
    ),
    Operational(
        "derive.failed",
        How.AT_ONCE,
        "An expression of the contract fails on the values of a row, or its result does not fit",
        f"Mend the expression so that it takes the value, and deploy. {_ANEW}",
        Then.UPLOAD,
    ),
    Operational(
        "derive.engine",
        How.RETRIED,
        "DuckDB, which computes derived columns, failed",
        "It is most often memory: give enrich_records more in deploy/topology.yaml, and deploy.",
        Then.REPLAY,
    ),
    Operational(
        "table.no_dataset",
        How.AT_ONCE,
        "The BigQuery dataset of the contract's destination does not exist",
        "Create the dataset (name it in deploy/topology.yaml and deploy).",
        Then.REPLAY,
    ),
    Operational(
        "table.contradicts",
        How.AT_ONCE,
        "The BigQuery table exists and cannot take these rows",
        "The message names every column at fault. Alter the table to fit; or, if the contract is "
        "wrong, mend it, deploy, and have the file uploaded again.",
        Then.REPLAY,
    ),
    Operational(
        "table.schema",
        How.RETRIED,
        "The table's columns changed while rows were being written",
        "Wait some minutes until BigQuery knows the new columns everywhere.",
        Then.REPLAY,
    ),
    Operational(
        "notify.no_contract",
        How.AT_ONCE,
        "The function was deployed without the contract of this dataset",
        "Deploy notify_stakeholders with the contracts. The rows are loaded; only the email waits.",
        Then.REPLAY,
    ),
)
