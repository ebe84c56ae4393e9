"""The table that a contract wants, as far as the contract alone decides it."""

from collections.abc import Iterator, Mapping, Sequence

from csvgate.contracts.model import Contract
from csvgate.contracts.table import table_spec
from csvgate.ports import Column, TableSpec
from csvgate.types.bigquery import BigQueryType, parse


def expected(contract: Contract, found: Sequence[Column]) -> TableSpec:
    """Return the table that an upload needs. A column that a lookup adds has the type that the
    contract declares. Without one, its type follows from the reference's rows: an existing column
    counts as correct, and a missing one as STRING."""
    existing = {column.name.lower(): column.type for column in found}
    added = {
        name: _parsed(declared or existing.get(name.lower()))
        for name, declared in looked_up(contract).items()
    }
    return table_spec(contract, added)


def undeclared(contract: Contract) -> frozenset[str]:
    """Return the columns of lookups whose type the contract leaves to the reference's rows."""
    return frozenset(name for name, declared in looked_up(contract).items() if declared is None)


def looked_up(contract: Contract) -> Mapping[str, str | None]:
    """Return the columns that lookups add, with the types that the contract declares."""
    return dict(_looked_up(contract))


def _looked_up(contract: Contract) -> Iterator[tuple[str, str | None]]:
    for step in contract.enrich:
        if step.lookup:
            declared = contract.references[step.lookup.reference].columns
            for name in step.lookup.add:
                yield name, declared.get(name)


def _parsed(type_: str | None) -> BigQueryType:
    try:
        return parse(type_ or "STRING")
    except ValueError:
        return BigQueryType("STRING")
