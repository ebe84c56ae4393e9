"""Codes about a contract, its references or its table."""

from typing import Final

from csvgate_ops.operate.runbook.model import NextStep, OperationalCode, When

_PINNED: Final = (
    "The upload stays pinned to the old contract and references, so have the file uploaded again."
)

CONTRACTS: Final = (
    OperationalCode(
        "contracts.unreadable",
        When.AFTER_RETRIES,
        "A new instance could not read the contracts that are in use from their bucket",
        "The message names the object. If it does not exist, run `csvgate contracts deploy ENV`. "
        "If the function may not read it, `csvgate doctor ENV` names the missing role.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "contracts.unusable",
        When.AFTER_RETRIES,
        "The contracts that are in use are damaged, or the function's version does not understand "
        "them",
        "If contracts were deployed with a newer csvgate than the functions, deploy the functions "
        "too. Otherwise return to the contracts before with `csvgate contracts rollback ENV`.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "reference.missing",
        When.AT_ONCE,
        "The contract names a reference that is not in the references bucket",
        "Upload the reference file under the name that the message gives.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "reference.changing",
        When.AFTER_RETRIES,
        "The reference was replaced every time csvgate copied it",
        "Find out what uploads the reference so often, and pause it for a minute.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "reference.malformed",
        When.AT_ONCE,
        "A reference file does not match its description in the contract",
        f"Correct the reference file as the message says and upload it. {_PINNED}",
        NextStep.UPLOAD,
    ),
    OperationalCode(
        "reference.too_large",
        When.AT_ONCE,
        "A reference file has more bytes or rows than fit in a function's memory",
        f"Make the reference file smaller and upload it. {_PINNED}",
        NextStep.UPLOAD,
    ),
    OperationalCode(
        "reference.gone",
        When.AT_ONCE,
        "The ledger's copy of a reference was deleted",
        "Find out who deletes objects from the ledger bucket: only its lifecycle rules may. "
        + _PINNED,
        NextStep.UPLOAD,
    ),
    OperationalCode(
        "enrich.invalid",
        When.AT_ONCE,
        "The expressions or lookups of the contract cannot run with these references",
        f"Correct the contract or the reference as the message says, and deploy. {_PINNED}",
        NextStep.UPLOAD,
    ),
    OperationalCode(
        "derive.failed",
        When.AT_ONCE,
        "The results of a derived column take over 128 MiB for one chunk, or enrich_records fails "
        "on a row that validate_and_parse accepted: one of the two was deployed with another "
        "version of csvgate or DuckDB",
        f"Change the expression so that it handles the value, and deploy. {_PINNED}",
        NextStep.UPLOAD,
    ),
    OperationalCode(
        "derive.too_slow",
        When.AT_ONCE,
        "The expressions of one chunk did not finish within 60 seconds in enrich_records, or those "
        "of a part of it within 30 seconds in validate_and_parse",
        "Write an expression that needs less time, for example over left(column, 100), or limit "
        f"the length of the column by a constraint, and deploy. {_PINNED}",
        NextStep.UPLOAD,
    ),
    OperationalCode(
        "derive.crashed",
        When.AT_ONCE,
        "DuckDB crashed or ran out of memory on a chunk, twice, in two new processes",
        "Try the expression on the chunk's rows with the DuckDB version of the functions, write "
        f"it in another way, and deploy. {_PINNED}",
        NextStep.UPLOAD,
    ),
    OperationalCode(
        "derive.engine",
        When.AFTER_RETRIES,
        "The process that computes the contract's expressions did not start",
        "Usually the instance has too little memory: give the function of the letter more in "
        "deploy/topology.yaml and deploy.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "table.no_dataset",
        When.AT_ONCE,
        "The BigQuery dataset of the contract's destination does not exist",
        "Create the dataset: add it to deploy/topology.yaml and deploy.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "table.contradicts",
        When.AT_ONCE,
        "The BigQuery table exists but cannot hold these rows",
        "Deploy: it alters the table, with the statements that `csvgate tables plan ENV` shows, or "
        "says what to do about a column that cannot be altered. If instead the contract is wrong, "
        "correct it, deploy, and have the file uploaded again.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "table.schema",
        When.AFTER_RETRIES,
        "The table's columns changed while rows were being written",
        "Wait a few minutes until all of BigQuery knows the new columns.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "notify.no_contract",
        When.AT_ONCE,
        "No contract of this dataset is deployed, and the ledger has none for the upload",
        "Deploy notify_stakeholders with the contracts. Only the email is outstanding.",
        NextStep.REPLAY,
    ),
)
