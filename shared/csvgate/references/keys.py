"""Foreign keys, from the reference's side: the keys that it has, in memory.

Keys are compared as lookups compare them, as values of the column's type: in a reference, `7` and
`07` are both the INT64 7; text is only the very same text.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from csvgate.contracts.model import Contract
from csvgate.contracts.table import column_type
from csvgate.references.cells import parse_cell
from csvgate.references.csv_file import MAX_BYTES, read_records
from csvgate.runtime.errors import Permanent
from csvgate.types.bigquery import BigQueryType

MOST_KEYS: Final = 1_000_000
"""Of all foreign keys of a contract together: about 120 MB when they are short."""

KeySets = Sequence[Container[object]]
"""For each of a contract's foreign keys the keys there are: values, or tuples of several."""


class _AnyKey(Container[object]):
    def __contains__(self, _: object) -> bool:
        return True


class _Wanted(NamedTuple):
    """Of one foreign key: its cells' places in the reference and parsers, and what they found."""

    found: set[object]
    columns: tuple[str, ...]
    places: tuple[int, ...]
    parsers: tuple[Callable[[str], object], ...]

    def add(self, cells: Sequence[str], line: int) -> None:
        texts = [cells[place] for place in self.places]
        if not all(texts):
            return  # an empty cell is NULL, which equals nothing
        if len(texts) == 1:
            self.found.add(self._value(0, texts[0], line))
        else:
            self.found.add(tuple(self._value(i, text, line) for i, text in enumerate(texts)))

    def _value(self, i: int, text: str, line: int) -> object:
        try:
            return self.parsers[i](text)
        except ValueError as error:
            raise ValueError(f"line {line}, column {self.columns[i]}: the cell {error}") from None


def key_sets(
    contract: Contract, references: Mapping[str, bytes], *, most: int = MOST_KEYS
) -> KeySets:
    """For `validate`: read from the CSV bytes of the references, by their names in the contract.

    Raises Permanent `reference.malformed` where one lacks a column or has a cell that is no value
    of its field's type, `reference.too_large` for more than `most` keys; KeyError for a reference
    that is not in `references`.
    """
    found = tuple(set[object]() for _ in contract.schema_.foreign_keys)
    for name in sorted(referred_to(contract)):
        data = references[name]
        if len(data) > MAX_BYTES:
            raise Permanent(
                "reference.too_large", f"reference {name} has {len(data)} bytes, over {MAX_BYTES}"
            )
        try:
            _collect(contract, name, data, found, most)
        except ValueError as error:
            where = contract.references[name].object
            message = f"reference {name} ({where}), {error}. Correct it, then upload the data again"
            raise Permanent("reference.malformed", message) from None
    return found


def unchecked(contract: Contract) -> KeySets:
    """For `validate` where the references are not at hand: every key counts as there."""
    return [_AnyKey()] * len(contract.schema_.foreign_keys)


def referred_to(contract: Contract) -> frozenset[str]:
    """The names of the references that foreign keys need."""
    return frozenset(key.reference.resource for key in contract.schema_.foreign_keys)


def _collect(
    contract: Contract, name: str, data: bytes, found: Sequence[set[object]], most: int
) -> None:
    records = read_records(data)
    line, header = next(records)
    wanted = list(_wanted(contract, name, header, line, found))
    for line, cells in records:
        for each in wanted:
            each.add(cells, line)
        if sum(map(len, found)) > most:
            message = f"reference {name}: foreign keys have more than {most} keys to compare with"
            raise Permanent("reference.too_large", message)


def _wanted(
    contract: Contract, name: str, header: list[str], line: int, found: Sequence[set[object]]
) -> Iterable[_Wanted]:
    fields = {field.name: field for field in contract.schema_.fields}
    for key, keys in zip(contract.schema_.foreign_keys, found, strict=True):
        if key.reference.resource != name:
            continue
        columns = key.reference.fields
        missing = [column for column in columns if column not in header]
        if missing:
            raise ValueError(
                f"line {line}: no column {', '.join(missing)}, which a foreign key needs; "
                f"there are {', '.join(header)}"
            )
        kinds = [column_type(fields[field]).kind for field in key.fields]
        yield _Wanted(keys, columns, tuple(map(header.index, columns)), tuple(map(_parser, kinds)))


def _parser(kind: str) -> Callable[[str], object]:
    if kind == "STRING":
        return str
    column = BigQueryType(kind)
    return lambda text: parse_cell(text, column)
