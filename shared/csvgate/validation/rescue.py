"""Rescues the cells of columns that the contract does not have, as one JSON text for each row."""

from collections.abc import Callable, Sequence
from json.encoder import encode_basestring
from typing import Final

from csvgate.csv.marked_cell import is_null
from csvgate.types.common.field_type import CellFault

MOST_CHARACTERS: Final = 1_500_000
"""The longest JSON text of a row. With the row's other cells it stays below the 10 MB that
BigQuery's Storage Write API accepts for a row, even if its labels have four bytes for each
character."""
_TOO_LONG: Final = (
    "bigquery.length",
    f"is longer than {MOST_CHARACTERS:,} characters, labels included; add these columns to the "
    "contract, or shorten their cells",
)


def json_keys(others: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return the index of each rescued column, and its label as the beginning of a JSON member."""
    return [(at, f"{encode_basestring(label)}: ") for at, label in others]


def rescuer(others: Sequence[tuple[int, str]]) -> Callable[[Sequence[str]], str]:
    """Return a function of the cells of a record that returns `{label: cell}` of these columns
    without empty cells and NULLs; an empty text if there are no others.

    Zero bytes and damaged characters stay as they are, so that the rules find them. The text of
    a row that is too long ends early.
    """
    keys = json_keys(others)

    def rescue(cells: Sequence[str]) -> str:
        members, size = list[str](), 0
        for at, key in keys:
            if (cell := cells[at]) and not is_null(cell):
                members.append(key + (encode_basestring(cell) if "\0" not in cell else cell))
                size += len(members[-1])
                if size > MOST_CHARACTERS:
                    break
        return f"{{{', '.join(members)}}}" if members else ""

    return rescue


class RescuedCells(dict[str, object]):
    """`cells[text]` is the value of the column for what `rescuer` returns; raises CellFault. It
    remembers nothing: these texts rarely repeat."""

    faulty: Final = dict[str, tuple[tuple[str, str], ...]]()

    def __missing__(self, text: str) -> object:
        if len(text) > MOST_CHARACTERS:
            raise CellFault(_TOO_LONG)
        return text or None
