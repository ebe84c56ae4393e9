"""Loads the keys of references into memory, for foreign keys.

Keys are compared as values of the column's type, as lookups do: in a reference for an INT64 column,
`7` and `07` are the same key; strings must be identical.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from csvgate.contracts.model import Contract
from csvgate.contracts.table import column_type
from csvgate.references.cells import WrongCell, parse_cell
from csvgate.references.csv_file import (
    MAX_BYTES,
    WrongReference,
    near_labels,
    read_records,
)
from csvgate.runtime.errors import Permanent
from csvgate.types.bigquery import BigQueryType

MAX_KEYS: Final = 1_000_000
"""Keys in memory for all foreign keys of a contract together: about 120 MB if they are short."""

KeySets = Sequence[Container[object]]
"""For each foreign key of a contract the keys of its reference: values, or tuples of values."""


class _AnyKey(Container[object]):
    def __contains__(self, _: object) -> bool:
        return True


class _KeyColumns(NamedTuple):
    """The columns of a reference that one foreign key needs, and the keys found in them."""

    found: set[object]
    columns: tuple[str, ...]
    indexes: tuple[int, ...]
    """The positions of the columns in a record."""
    parsers: tuple[Callable[[str], object], ...]

    def add(self, cells: Sequence[str], line: int) -> None:
        strings = [cells[index] for index in self.indexes]
        if not all(strings):
            return  # An empty cell is NULL, and NULL equals no value.
        if len(strings) == 1:
            self.found.add(self._value(0, strings[0], line))
        else:
            self.found.add(tuple(self._value(i, text, line) for i, text in enumerate(strings)))

    def _value(self, i: int, text: str, line: int) -> object:
        try:
            return self.parsers[i](text)
        except WrongCell as error:
            raise WrongReference(
                f"line {line}, column {self.columns[i]}: the cell {error}"
            ) from None


def key_sets(
    contract: Contract, references: Mapping[str, bytes], *, max_keys: int = MAX_KEYS
) -> KeySets:
    """Return the keys that `validate` needs. `references` has the CSV bytes of the references by
    their names in the contract; KeyError if one is missing.

    Raises Permanent `reference.malformed` if a reference lacks a column or a cell is not a value of
    its field's type, and `reference.too_large` for more than `max_keys` keys.
    """
    found = tuple(set[object]() for _ in contract.schema_.foreign_keys)
    for name in sorted(referred_to(contract)):
        data = references[name]
        if len(data) > MAX_BYTES:
            raise Permanent(
                "reference.too_large",
                f"reference {name} has {len(data):,} bytes, but at most {MAX_BYTES:,} are allowed",
            )
        try:
            _collect(contract, name, data, found, max_keys)
        except WrongReference as error:
            where = contract.references[name].object
            message = f"reference {name} ({where}), {error}. Correct it, then upload the data again"
            raise Permanent("reference.malformed", message) from None
    return found


def unchecked(contract: Contract) -> KeySets:
    """Return keys for `validate` with which every foreign key holds, for use without references."""
    return [_AnyKey()] * len(contract.schema_.foreign_keys)


def referred_to(contract: Contract) -> frozenset[str]:
    """Return the names of the references that the contract's foreign keys need."""
    return frozenset(key.reference.resource for key in contract.schema_.foreign_keys)


def _collect(
    contract: Contract, name: str, data: bytes, found: Sequence[set[object]], max_keys: int
) -> None:
    records = read_records(data)
    line, header = next(records)
    wanted = list(_key_columns(contract, name, header, line, found))
    for line, cells in records:
        for columns in wanted:
            columns.add(cells, line)
        if sum(map(len, found)) > max_keys:
            message = (
                f"with reference {name}, the contract's foreign keys have more than {max_keys:,} "
                "keys to compare with, which is the maximum"
            )
            raise Permanent("reference.too_large", message)


def _key_columns(
    contract: Contract, name: str, header: list[str], line: int, found: Sequence[set[object]]
) -> Iterable[_KeyColumns]:
    fields = {field.name: field for field in contract.schema_.fields}
    for key, keys in zip(contract.schema_.foreign_keys, found, strict=True):
        if key.reference.resource != name:
            continue
        columns = key.reference.fields
        missing = [column for column in columns if column not in header]
        if missing:
            raise WrongReference(
                f"line {line}: column {', '.join(missing)} is missing, but a foreign key needs it; "
                f"{near_labels(header, missing)}"
            )
        kinds = [column_type(fields[field]).kind for field in key.fields]
        yield _KeyColumns(
            keys, columns, tuple(map(header.index, columns)), tuple(map(_parser, kinds))
        )


def _parser(kind: str) -> Callable[[str], object]:
    if kind == "STRING":
        return str
    column = BigQueryType(kind)
    return lambda text: parse_cell(text, column)
