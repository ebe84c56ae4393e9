"""The BigQuery table that a contract describes."""

from collections.abc import Iterator, Mapping
from typing import Final

from csvgate.contracts.checks.column_names import INGESTED_AT, LINE, LINEAGE, UPLOAD_ID
from csvgate.contracts.destination import Destination
from csvgate.contracts.model import Contract, Schema, SchemaField
from csvgate.ports import Column, Partitioning, TableOptions, TableSpec
from csvgate.types.bigquery import BigQueryType, parse
from csvgate.types.registry import FIELD_TYPES

_LINEAGE_DESCRIPTIONS: Final = {
    UPLOAD_ID: "The upload that brought the row",
    LINE: "The line of the file on which the row starts, from 1",
    INGESTED_AT: "When the file was uploaded",
}
LONGEST_DESCRIPTION: Final = 1024
"""The characters that BigQuery allows in a column's description."""
_MOST_KEY_COLUMNS: Final = 16
_KEY_KINDS: Final = frozenset(
    ("STRING", "BYTES", "INT64", "NUMERIC", "BIGNUMERIC", "BOOL", "DATE", "DATETIME", "TIMESTAMP")
)
"""What BigQuery allows in a primary key."""
_RESCUED: Final = "The cells of the file's other columns, by label"


def column_type(field: SchemaField) -> BigQueryType:
    """Return the type of a field's column. Raises ValueError for a type that a loaded contract
    cannot have."""
    return parse(field.bigquery or FIELD_TYPES[field.type].default_column)


def table_spec(contract: Contract, added: Mapping[str, BigQueryType]) -> TableSpec:
    """The table has the file's columns, then those that `enrich` adds in its order, then the
    lineage.

    `added` has the type of every column that a lookup adds, which follows from the reference's
    rows; a derived column's type comes from the contract. Raises KeyError for a lookup's column
    that is not in `added`. Only the lineage is REQUIRED: a mode cannot be relaxed in the contract
    and in a filled table at the same time, and `required` is checked before anything is loaded.
    """
    destination = contract.destination
    return TableSpec(
        dataset=destination.dataset,
        table=destination.table,
        columns=(*_from_file(contract), *_from_enrich(contract, added), *_lineage()),
        partition_by=partitioning(destination),
        cluster_by=destination.cluster_by,
        options=_options(contract),
    )


def partitioning(destination: Destination) -> Partitioning | None:
    """Return how the table is partitioned; None if it is not."""
    given = destination.partition_by
    if given is None:
        return None
    if not given.is_range:
        return Partitioning(given.column, given.unit or "day")
    start, end, step = given.start or 0, given.end or 0, given.step or 0
    return Partitioning(given.column, None, start, end, step)


def _options(contract: Contract) -> TableOptions:
    schema, destination = contract.schema_, contract.destination
    return TableOptions(
        description=schema.description or schema.title or "",
        labels=tuple(sorted(destination.labels.items())),
        partition_expiry_days=destination.partition_expiry_days,
        require_partition_filter=destination.require_partition_filter,
        primary_key=_unenforced_key(contract),
    )


def _unenforced_key(contract: Contract) -> tuple[str, ...]:
    """Return the key that BigQuery may rely on: that of `merge`, or a primary key that is unique in
    the whole table; none if it cannot be declared. A key that is unique in each file only may be
    repeated in the table, and queries would return wrong results."""
    schema = contract.schema_
    key: tuple[str, ...] = ()
    if contract.merge is not None:
        key = contract.merge.key
    elif schema.primary_key_in == "table":
        key = tuple(schema.primary_key or ())
    kinds = {name: type_.kind for name, type_ in file_columns(schema).items()}
    is_declarable = len(key) <= _MOST_KEY_COLUMNS and all(kinds.get(c) in _KEY_KINDS for c in key)
    return key if is_declarable else ()


def file_columns(schema: Schema) -> dict[str, BigQueryType]:
    """Return the columns that get their values from the file, in order: those of the fields, and
    the one with rescued cells, if there is one. Raises ValueError as `column_type` does."""
    found = {field.name: column_type(field) for field in schema.fields}
    if schema.rescues:
        found[schema.rescue_column] = BigQueryType("JSON")
    return found


def _from_file(contract: Contract) -> Iterator[Column]:
    schema = contract.schema_
    descriptions = {f.name: f.description or f.title or "" for f in schema.fields}
    for name, kind in file_columns(schema).items():
        yield Column(name, str(kind), description=_cut(descriptions.get(name, _RESCUED)))


def _from_enrich(contract: Contract, added: Mapping[str, BigQueryType]) -> Iterator[Column]:
    for step in contract.enrich:
        if step.lookup:
            for name in step.lookup.add:
                description = f"From {step.lookup.reference}, by {step.lookup.by}"
                yield Column(name, str(added[name]), description=_cut(description))
        for name, derivation in (step.derive or {}).items():
            yield Column(name, str(parse(derivation.bigquery)), description=_cut(derivation.sql))


def _cut(description: str) -> str:
    if len(description) <= LONGEST_DESCRIPTION:
        return description
    return description[: LONGEST_DESCRIPTION - 1] + "…"


def _lineage() -> Iterator[Column]:
    for name, kind in LINEAGE.items():
        yield Column(name, kind, required=True, description=_LINEAGE_DESCRIPTIONS[name])
