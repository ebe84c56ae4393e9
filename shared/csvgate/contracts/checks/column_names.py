"""The column names that BigQuery and csvgate accept."""

import re
from collections.abc import Mapping
from typing import Final

_COLUMN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,299}")
# https://cloud.google.com/bigquery/docs/schemas#column_names
_RESERVED_PREFIXES: Final = (
    "_TABLE_", "_FILE_", "_PARTITION", "_ROW_TIMESTAMP", "__ROOT__", "_COLIDENTIFIER",
    "_CHANGE_SEQUENCE_NUMBER", "_CHANGE_TYPE", "_CHANGE_TIMESTAMP",
)  # fmt: skip
UPLOAD_ID: Final = "_upload_id"
LINE: Final = "_line"
INGESTED_AT: Final = "_ingested_at"
LINEAGE: Final[Mapping[str, str]] = {
    UPLOAD_ID: "STRING",
    LINE: "INT64",
    INGESTED_AT: "TIMESTAMP",
}
"""The columns that csvgate adds to every table."""


def wrong_column_name(name: str) -> str | None:
    """Return why a column cannot have a name; None if it can."""
    if not _COLUMN.fullmatch(name):
        return (
            f"{name!r} is not a valid BigQuery column name: use letters, digits and _, at most "
            "300, and do not begin with a digit"
        )
    folded = name.casefold()
    if folded.startswith("_csvgate") or folded in LINEAGE:
        return f"{name!r} is reserved for csvgate; choose another name"
    for prefix in _RESERVED_PREFIXES:
        if folded.startswith(prefix.casefold()):
            return f"BigQuery reserves names that start with {prefix}; choose another name"
    return None
