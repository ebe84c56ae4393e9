"""The model of a contract, property by property. docs/contracts.md explains each of them.

The parts that Table Schema and CSV Dialect define are in `table_schema` and `dialect`, and the
table with its options is in `destination`. Other modules import all names from here.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field

from csvgate.contracts.destination import Destination
from csvgate.contracts.dialect import MAX_FOOTER_LINES, MAX_PREAMBLE_LINES, Dialect
from csvgate.contracts.table_schema import (
    Constraints,
    ExtraColumns,
    ForeignKey,
    ForeignKeyReference,
    Model,
    Names,
    Schema,
    SchemaField,
)

__all__ = [
    "MAX_FOOTER_LINES",
    "MAX_PREAMBLE_LINES",
    "ROWS_GROUP",
    "Constraints",
    "Contract",
    "Derivation",
    "Destination",
    "Dialect",
    "Encoding",
    "EnrichStep",
    "ExtraColumns",
    "ForeignKey",
    "ForeignKeyReference",
    "Limits",
    "Lookup",
    "Merge",
    "Model",
    "Notify",
    "Reference",
    "RowCheck",
    "Schema",
    "SchemaField",
    "Totals",
]

_SIZE: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*")
_UNITS: Final = {
    "": 1, "b": 1,
    "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
}  # fmt: skip


def parse_size(value: object) -> object:
    """Return the number of bytes that a text such as `5GiB` or `100 MB` says. A value that is not
    text is returned as it is, for pydantic to check.

    Raises ValueError with a message for people.
    """
    if not isinstance(value, str):
        return value
    found = _SIZE.fullmatch(value)
    unit = _UNITS.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise ValueError(f"{value!r} is not a size; write for example 5GiB, 100 MB or 1048576")
    size = Decimal(found[1]) * unit
    if size != int(size):
        raise ValueError(f"{value!r} is not a whole number of bytes")
    return int(size)


Encoding = str | tuple[str, ...]
"""The name of the encoding, or the names of the two that a file may be in."""
Size = Annotated[int, BeforeValidator(parse_size, json_schema_input_type=int | str), Field(gt=0)]
MOST_REJECTED_ROWS: Final = 700_000
"""The most rejected rows that a contract can allow: the ledger keeps their line numbers for later
corrections, and as many, with ten digits and a comma each, fit one request of 8 MiB."""
MOST_REJECTED_BYTES: Final = 1024**3
"""The largest reject file that a contract can allow (1 GiB)."""


class Limits(Model):
    """Limits above which the whole upload is refused."""

    rejected_rate: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = Field(
        1.0, description="The share of rows that may be rejected, 0 to 1."
    )
    rejected_rows: Annotated[int, Field(ge=0, le=MOST_REJECTED_ROWS)] = Field(
        100_000, description="The number of rows that may be rejected, at most 700,000."
    )
    rejected_bytes: Annotated[Size, Field(le=MOST_REJECTED_BYTES)] = Field(
        32 * 1024**2,
        description="The largest size of the reject file, at most 1 GiB: bytes, or text such as "
        "32MiB.",
    )
    """Bytes, once the contract is loaded."""
    max_bytes: Size | None = Field(
        None,
        description="The largest size of the stored object, and of the expanded file if it is "
        "compressed: bytes, or text such as 5GiB or 100 MB.",
    )
    """Bytes, once the contract is loaded."""


ROWS_GROUP: Final = "rows"
"""The group of `totals.pattern` that captures the number of rows."""


class Totals(Model):
    """Totals that the sender of a file states. They are compared with all rows of the file."""

    pattern: str = Field(
        description="An RE2 pattern with named groups, found in the footer's lines: (?P<rows>…) is "
        "the number of rows, (?P<NAME>…) the sum of that integer or number column."
    )
    sidecar: str | None = Field(
        None,
        description="The name of the object that states the totals instead of the footer, e.g. "
        "{stem}.ctl. {name} is the upload's name, {stem} the same without its extensions.",
    )


class Lookup(Model):
    """Columns taken from the row of a reference whose key equals a column's value."""

    reference: str = Field(description="A name under `references`.")
    by: str = Field(
        description="The column that has the key, from the file or from an earlier step."
    )
    add: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        description="The columns of the reference to add."
    )


class Derivation(Model):
    """A column that is computed from earlier ones."""

    sql: str = Field(description="A DuckDB expression over the columns of earlier steps.")
    bigquery: str = Field(description="The column's BigQuery type.")


class EnrichStep(Model):
    """A step has either a lookup or derivations."""

    lookup: Lookup | None = Field(None, description=Lookup.__doc__)
    derive: Mapping[str, Derivation] | None = Field(
        None, description="Columns to compute: name to expression and type."
    )


class RowCheck(Model):
    """A rule about whole rows. A row for which the expression is false does not obey it."""

    sql: str = Field(
        description="A DuckDB expression over all columns, those of `enrich` included, that is "
        "true or false; a row for which it is NULL obeys the rule."
    )
    message: str = Field(description="What is wrong with a row that does not obey it.")
    severity: Literal["error", "warn"] = Field(
        "error", description="error rejects the row; warn loads it and counts it."
    )


class Reference(Model):
    """A small CSV file in the reference bucket."""

    object: str = Field(description="The object's name in the reference bucket.")
    key: str = Field(description="The column that identifies a row.")
    columns: Mapping[str, str] = Field(
        {},
        description="The BigQuery types of columns that should not have the default: NUMERIC if "
        "every value is a decimal number, otherwise STRING.",
    )


class Notify(Model):
    """The recipients of emails about the end of an upload."""

    completed: tuple[str, ...] = Field((), description="Notified if the rows are in the table.")
    rejected: tuple[str, ...] = Field((), description="Notified if the whole upload was refused.")
    failed: tuple[str, ...] = Field((), description="Notified if csvgate could not finish.")


MOST_LATENESS_DAYS: Final = 3650
"""The longest time for which the keys of deleted rows are remembered."""


class Merge(Model):
    """Rows update the row of the table that has the same key, or are inserted."""

    key: Annotated[Names, Field(min_length=1)] = Field(
        description="Required fields that identify a row of the table. A single name needs no list."
    )
    latest_by: str | None = Field(
        None,
        description="The row with the greatest value in this column stays, whichever file comes "
        "first. Without it, the row of the newest object stays.",
    )
    delete_when: str | None = Field(
        None,
        description="A BigQuery condition over the columns of a row. If it is true, the row with "
        "this key is removed from the table.",
    )
    lateness_days: Annotated[int, Field(ge=1, le=MOST_LATENESS_DAYS)] | None = Field(
        None,
        description="The days for which the keys of removed rows are remembered, so that an older "
        "file that arrives late does not insert them again. Needed with delete_when.",
    )


class Contract(Model):
    """A csvgate contract."""

    dataset: str = Field(description="The contract's name; equal to the file's name.")
    match: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        description="Object names of this contract: * within a folder, ** across, ? for one."
    )
    encoding: Encoding = Field(
        "utf-8",
        description="utf-8, utf-16, utf-16-le, utf-16-be, windows-1252, iso-8859-1, cp850, koi8-r, "
        "mac-roman, shift_jis, gb18030, big5, euc-kr and others; or a list of utf-8 and one of a "
        "single byte per character. A file's byte order mark overrides it.",
    )
    member: str | None = Field(
        None,
        description="The name of the member to read if a file is a zip archive of several: a "
        "pattern as in match.",
    )
    dialect: Dialect = Field(Dialect.model_construct(), description=Dialect.__doc__)
    schema_: Schema = Field(alias="schema", description=Schema.__doc__)
    destination: Destination = Field(description=Destination.__doc__)
    on_overwrite: Literal["append", "refuse", "replace"] = Field(
        "append",
        description="What happens if the same object name is uploaded again. append: its rows are "
        "added; refuse: the upload is rejected; replace: the rows of the earlier one disappear in "
        "the same instant.",
    )
    identical: Literal["skip", "warn", "refuse", "load"] = Field(
        "warn",
        description="What happens if the same content (size and checksum) is in the table already, "
        "loaded under another object name. warn: it is loaded, and the email and csvgate status "
        "say so; skip: it is not loaded; refuse: it is rejected; load: nobody looks. Under the "
        "same name it is not loaded, except with load.",
    )
    replace: Literal["table"] | None = Field(
        None, description="table: each upload replaces all rows of the table."
    )
    replace_by: Annotated[Names, Field(min_length=1)] | None = Field(
        None,
        description="Each upload replaces the rows of the table that have the same values as one "
        "of its rows in these columns, for example a day.",
    )
    merge: Merge | None = Field(None, description=Merge.__doc__)
    limits: Limits = Field(Limits.model_construct(), description=Limits.__doc__)
    totals: Totals | None = Field(None, description=Totals.__doc__)
    enrich: tuple[EnrichStep, ...] = Field((), description="Columns to add, in this order.")
    checks: tuple[RowCheck, ...] = Field((), description="Rules about whole rows.")
    references: Mapping[str, Reference] = Field(
        {}, description="Small tables for lookups and foreign keys, by name."
    )
    notify: Notify = Field(Notify.model_construct(), description=Notify.__doc__)
