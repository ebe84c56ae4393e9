"""Decides which cells of a file people may see, if the contract has sensitive fields.

A cell of another column may hold a sensitive value too: after an extra delimiter or an open quote
the values of a row stand under the wrong labels. So a cell is shown only if no sensitive field
could have it as a value. Rows with several faults are not shown at all, because they are probably
shifted.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from csvgate.contracts.model import Constraints, Contract, Schema, SchemaField
from csvgate.types.common.field_type import CellFault
from csvgate.validation.cells import Cells
from csvgate.validation.faults import VALUE_CHARACTERS, Fault

MASK: Final = "•••"
"""Stands for a cell that is not shown."""
SHORTEST: Final = 4
"""Shorter texts are compared as a whole only: pieces of one to three characters identify nobody,
and nearly every text has one that some field accepts."""
SHORTEST_PLAIN: Final = 4
"""Bytes in UTF-8 of the shortest text that is hidden if a sensitive field accepts any text. In
scripts other than Latin two characters can be a whole name."""
MOST_READINGS: Final = 500_000
"""Comparisons of a text with a format of a sensitive field for one file, which take about a second.
Once they are used up, every cell is hidden. A cell of 20 characters has 153 pieces, one of 79 has
2,926."""
_MOST_REMEMBERED: Final = 1000
"""Cells whose answer is remembered: the examples of a fault are often the same text."""
_MOST_DIGITS: Final = 5
"""More digits than this are hidden if a sensitive field has values with digits: dates of birth and
numbers of phones, accounts, cards and documents have at least six, also after damage."""
_DIGIT: Final = re.compile(r"\d")
_DATE: Final = re.compile(
    r"\d[^\d]{1,3}\d{1,2}[^\d]{1,3}\d"
    r"|\d[^\w]{0,3}[^\W\d]{3,}[^\w]{0,3}\d"
    r"|[^\W\d]{3,}[^\w]{0,3}\d{1,2}[^\d]{1,3}\d"
)
"""Day, month and year in any order, in digits or with the name of the month. Hidden if a sensitive
field holds dates, because 28/3/75 has fewer digits than the others."""
_PLAIN: Final = ("any", "string")


class SensitiveValues:
    """The rule for one contract and one file, with at most `most_readings` comparisons."""

    def __init__(self, contract: Contract, most_readings: int = MOST_READINGS) -> None:
        sensitive = [field for field in contract.schema_.fields if field.sensitive]
        self.exist: Final = bool(sensitive)
        """Whether the contract has sensitive fields. Otherwise every cell is shown."""
        self.readings = 0
        """The comparisons so far."""
        self._most_readings: Final = most_readings
        self._remembered: Final = dict[str, bool]()
        self._columns: Final = frozenset(field.name for field in sensitive)
        self._is_plain: Final = any(map(_is_plain, sensitive))
        self._has_digits: Final = any(map(_has_digits, sensitive))
        self._has_dates: Final = any(
            _type_of_values(field) in ("date", "datetime") for field in sensitive
        )
        self._has_addresses: Final = any(field.format == "email" for field in sensitive)
        kinds = {
            _kind(field, contract.schema_).model_dump_json(): _kind(field, contract.schema_)
            for field in sensitive
            if not _is_plain(field) and not _is_address(field)
        }
        schema = Schema(fields=tuple(kinds.values())) if kinds else contract.schema_
        self._cells: Final = [
            (Cells(field, schema, required=False), len(field.formats)) for field in kinds.values()
        ]
        """The reader of each kind of field, and the number of comparisons that it makes. Addresses
        are found by their @ alone."""

    def shown(self, fault: Fault, *, alone: bool) -> str | None:
        """Return the fault's cell, or MASK if people must not see it; None if the fault has no
        cell. `alone` says whether the fault is the only one of its row."""
        value = fault.value
        if not value or not self.exist:
            return value  # an empty cell hides nothing, and its fault says that it is empty
        if not alone or fault.column in self._columns:
            return MASK
        return MASK if self._may_be_plain(value) or self.resemble(value) else value

    def resemble(self, text: str) -> bool:
        """Return whether a sensitive field with a format, a pattern or another rule could have the
        text, or a part of it, as its value."""
        if len(text) >= VALUE_CHARACTERS:
            return True  # probably shortened, so that a value may be cut in the middle
        found = self._remembered.get(text)
        if found is None:
            plain = _normalised(text)
            found = self._resemble(text) or (plain != text and self._resemble(plain))
            if len(self._remembered) < _MOST_REMEMBERED:
                self._remembered[text] = found
        return found

    def _resemble(self, text: str) -> bool:
        if len(text) >= VALUE_CHARACTERS:
            return True  # normalised text can be longer, and would take too many comparisons
        if self._has_addresses and "@" in text:
            return True
        if self._has_digits and len(_DIGIT.findall(text)) > _MOST_DIGITS:
            return True
        if self._has_dates and _DATE.search(text):
            return True
        return bool(self._cells) and any(map(self._is_value, _pieces(text)))

    def _may_be_plain(self, text: str) -> bool:
        return self._is_plain and len(text.encode(errors="surrogatepass")) >= SHORTEST_PLAIN

    def _is_value(self, text: str) -> bool:
        for cells, comparisons in self._cells:
            if self.readings >= self._most_readings:
                return True
            self.readings += comparisons
            try:
                if cells[text] is not None:
                    return True
            except CellFault:
                continue
        return False


def _normalised(text: str) -> str:
    """Return the text with compatibility characters such as ＠ as their ordinary ones, and without
    characters that cannot be seen."""
    return "".join(
        character
        for character in unicodedata.normalize("NFKC", text)
        if unicodedata.category(character) != "Cf"
    )


def _type_of_values(field: SchemaField) -> str:
    """Return the type of the field's values, or of the items of its lists."""
    return field.item_type if field.type == "list" else field.type


def _is_plain(field: SchemaField) -> bool:
    """Return whether the contract says nothing about the field's values."""
    rules = field.constraints
    return (
        _type_of_values(field) in _PLAIN
        and field.format == "default"
        and rules.pattern is None
        and rules.enum is None
    )


def _is_address(field: SchemaField) -> bool:
    """Return whether every value of the field has an @ in its cell."""
    return field.type == "string" and field.format == "email" and not field.replace


def _has_digits(field: SchemaField) -> bool:
    return not _is_plain(field) and (
        _type_of_values(field) not in (*_PLAIN, "boolean")
        or field.format == "uuid"
        or field.constraints.pattern is not None
    )


def _kind(field: SchemaField, schema: Schema) -> SchemaField:
    """Return a field without a name that accepts the same texts, whatever their length or size."""
    missing = schema.missing_values if field.missing_values is None else field.missing_values
    return SchemaField.model_validate(
        field.model_dump(
            include={
                "type",
                "format",
                "language",
                "timezone",
                "decimal_char",
                "group_char",
                "bare_number",
                "affixes",
                "percent_as_fraction",
                "negative",
                "whole_decimals",
                "replace",
                "item_type",
                "delimiter",
                "true_values",
                "false_values",
            }
        )
        | {
            "name": "value",
            "missing_values": missing,
            "trim": schema.trim if field.trim is None else field.trim,
            "constraints": Constraints(
                pattern=field.constraints.pattern, enum=field.constraints.enum
            ),
        }
    )


def _pieces(text: str) -> Iterator[str]:
    """Yield the text and its parts of at least SHORTEST characters, also in lower case, in upper
    case and with capitals; the longest first."""
    for spelling in dict.fromkeys((text, text.lower(), text.upper(), text.title())):
        yield spelling
        for size in range(len(spelling) - 1, SHORTEST - 1, -1):
            for start in range(len(spelling) - size + 1):
                yield spelling[start : start + size]
