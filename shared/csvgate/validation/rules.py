"""The rules: one record in; its typed values, or everything that is wrong with it, out.

They are the authority. The vectorised path may clear cells in bulk, but only cells that the rules
accept, and with the same values.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from operator import getitem
from typing import Final

from csvgate.contracts.effects import merge_key_of_file
from csvgate.contracts.model import Contract, Dialect
from csvgate.csv.decoding import decode, displayable, is_damaged
from csvgate.csv.encodings import encoding_label
from csvgate.csv.header import Header
from csvgate.csv.marked_cell import ABSENT, MarkedCell
from csvgate.csv.records import Record
from csvgate.csv.work import WORK
from csvgate.references.keys import KeySets
from csvgate.text import shorten
from csvgate.types.common.field_type import CellFault
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.unique.keys import GrowingKeySet, KeySet
from csvgate.validation.arrange import arranger
from csvgate.validation.cells import Cells
from csvgate.validation.faults import VALUE_CHARACTERS, Fault
from csvgate.validation.foreign_keys import ForeignKeys, GroupKey
from csvgate.validation.rescue import RescuedCells

_NUL: Final = ("cell.nul", "contains a NUL character (a byte of value zero); remove it")
_REPEATED_HEADER: Final = (
    "row.repeated_header",
    "repeats the header instead of being a row; remove the line, perhaps files were joined",
)


class Rules:
    """The contract's rules for one file. They remember the file's unique keys, so records must be
    checked in the file's order."""

    def __init__(
        self,
        contract: Contract,
        header: Header,
        *,
        references: KeySets = (),
        keyed: KeyedHash,
        key_set: Callable[[KeyedHash], KeySet] = GrowingKeySet,
    ) -> None:
        fields = contract.schema_.fields
        primary = contract.schema_.primary_key or ()
        self._names: Final = [field.name for field in fields]
        rescued = header.others is not None
        if rescued:
            self._names.append(contract.schema_.rescue_column)
        self._foreign: Final = ForeignKeys(contract, references)
        self._fields: Final = [
            Cells(
                field,
                contract.schema_,
                required=field.constraints.required or field.name in primary,
                foreign=self._foreign.of_field(field.name),
                is_absent=place is None,
            )
            for field, place in zip(fields, header.order, strict=True)
        ]
        self._cells: Final[list[Cells | RescuedCells]] = [
            *self._fields,
            *([RescuedCells()] if rescued else ()),
        ]
        encoding = encoding_label(contract.encoding)
        grouped = (i for group in self._foreign.groups for i in group.fields)
        self._in_foreign_groups: Final = frozenset(grouped)
        self._invalid: Final = (
            "encoding.invalid",
            f"contains bytes that are invalid in {encoding}; correct the cell or the encoding",
        )
        self._width: Final = header.width
        self._pads: Final = contract.dialect.short_rows == "pad"
        self._drops_last: Final = contract.dialect.trailing_delimiter
        self._quoting: Final = _quoting(contract.dialect)
        self._arrange: Final = arranger(header)
        self._header_rows: Final = header.repeatable
        self._last_labels: Final = frozenset(row[-1] for row in header.repeatable)
        merged = merge_key_of_file(contract)
        keys = {key for key in (primary, merged) if len(key) == 1}
        single = [i for i, f in enumerate(fields) if f.constraints.unique or (f.name,) in keys]
        self._unique: Final = [(i, key_set(keyed)) for i in single]
        self._unique_by_field: Final = dict(self._unique)
        self._unique_fields: Final = frozenset(single)
        groups = {"constraint.primary_key": primary, "constraint.merge_key": merged}
        if set(primary) == set(merged):
            del groups["constraint.merge_key"]
        self._groups: Final = [
            (tuple(self._names.index(name) for name in group), key_set(keyed), code)
            for code, group in groups.items()
            if len(group) > 1
        ]

    @property
    def cells(self) -> Sequence[Cells]:
        """The reader of the cells of each field."""
        return self._fields

    @property
    def foreign_groups(self) -> Sequence[GroupKey]:
        """The foreign keys of several fields."""
        return self._foreign.groups

    @property
    def keys(self) -> Sequence[tuple[tuple[int, ...], KeySet]]:
        """The unique keys of fields and groups of fields, each with the indexes of its fields."""
        return [
            *(((i,), keys) for i, keys in self._unique),
            *((group, keys) for group, keys, _ in self._groups),
        ]

    def check(self, record: Record) -> tuple[list[object], tuple[Fault, ...]]:
        """Return the values in the order of the table's columns, or the faults in that order.

        The first valid occurrence of a unique key counts even if its row is rejected for another
        reason: a person should decide which of two rows is right, not a fault in another cell.
        """
        cells = record.cells
        if cells is None or len(cells) != self._width:
            cells = self._fitted(cells or [])
            if cells is None:
                return [], (self._malformed(record),)
        if str(cells[-1]) in self._last_labels and self._repeats_header(cells):
            return [], (Fault(record.line, None, _REPEATED_HEADER[0], None, _REPEATED_HEADER[1]),)
        WORK.judged += len(self._cells)
        arranged: Sequence[str] = cells if self._arrange is None else self._arrange(cells)
        if not record.valid_bytes or b"\0" in record.raw:
            return self._check_each(record.line, arranged)
        try:
            values = list(map(getitem, self._cells, arranged))
        except CellFault:
            return self._check_each(record.line, arranged)
        for index, keys in self._unique:
            key = values[index]
            if key is not None and keys.claim(key, record.line) is not None:
                return self._check_each(record.line, arranged)
        for group, keys, _ in self._groups:
            if keys.claim(tuple(values[i] for i in group), record.line) is not None:
                return self._check_each(record.line, arranged)
        for foreign in self._foreign.groups:
            if not foreign.holds(values):
                return self._check_each(record.line, arranged)
        return values, ()

    @property
    def foreign_fields(self) -> frozenset[int]:
        """The indexes of the fields in foreign keys of several fields."""
        return self._in_foreign_groups

    def may_fit(self, count: int) -> bool:
        """Return whether `check` may accept a record of this number of cells."""
        if count < self._width:
            return self._pads
        return count == self._width or (count == self._width + 1 and self._drops_last)

    def _fitted(self, cells: list[str]) -> list[str] | None:
        """Return the cells of the contract's columns, from a record of another number of cells;
        None if the dialect does not allow this number."""
        lacking = self._width - len(cells)
        if lacking == -1 and self._drops_last and not cells[-1]:
            return cells[:-1]
        # A single blank cell is a line of spaces or of quotes: a blank line, not a short row.
        if lacking > 0 and self._pads and (len(cells) > 1 or "".join(cells).strip()):
            return [*cells, *[ABSENT] * lacking]
        return None

    def wrong_count(self, line: int, count: int) -> tuple[Fault, ...]:
        """Return the faults that `check` would find in a record of another number of cells than the
        header has."""
        code, message = self._wrong_count(count)
        return (Fault(line, None, code, None, message),)

    def faults_of_cells(
        self, index: int, lines: Sequence[int], cells: Sequence[bytes]
    ) -> Iterator[tuple[Fault, ...]]:
        """Yield for each of these cells of the field the faults that `check` would find in it,
        apart from those of unique keys and of foreign keys of several fields. `lines` are the lines
        of their records. No unique keys are claimed."""
        WORK.judged += len(cells)
        name, faulty = self._names[index], self._cells[index].faulty
        values: dict[int, object] = {}
        for line, cell in zip(lines, cells, strict=True):
            text, valid = decode(cell)
            found = faulty.get(text) if valid and "\0" not in text else None
            if found is None:
                found = self._faults_of(index, text, values)
            if len(found) == 1:
                code, message = found[0]
                yield (Fault(line, name, code, _shown(text), message),)
            else:
                yield tuple(self._fault(line, index, text, *fault) for fault in found)

    def faults_in(
        self, line: int, strings: Mapping[int, str], fields: Collection[int]
    ) -> tuple[Fault, ...]:
        """Return the faults that `check` would find in these fields (by index), in unique keys
        whose fields are all among them, and in foreign keys of several fields. Only these unique
        keys are claimed.

        For records of the right number of cells whose other fields are known to be without faults.
        `strings` are the cells of `fields` and of `foreign_fields`.
        """
        if self._groups or self._foreign.groups or not self._unique_fields.isdisjoint(fields):
            return self._check_each(line, strings, fields)[1]
        WORK.judged += len(fields)
        values: dict[int, object] = {}
        return tuple(
            self._fault(line, index, strings[index], *fault)
            for index in sorted(fields)
            for fault in self._faults_of(index, strings[index], values)
        )

    def _check_each(
        self,
        line: int,
        strings: Sequence[str] | Mapping[int, str],
        among: Collection[int] | None = None,
    ) -> tuple[list[object], tuple[Fault, ...]]:
        """Return the same as `check` but collect every fault, in all fields or those `among` them.
        Keys that `check` has claimed are claimed again, which changes nothing for the same line."""
        count = len(self._cells)
        WORK.judged += count if among is None else len(among)
        values: list[object] = [None] * count
        faults = list[Fault]()
        valid = set[int]()
        for index in range(count) if among is None else sorted(among):
            text = strings[index]
            found = self._faults_of(index, text, values)
            if not found:
                valid.add(index)
                key = values[index]
                if key is not None and (keys := self._unique_by_field.get(index)) is not None:
                    found = _repeated(keys.claim(key, line), "constraint.unique", "value")
            faults += [self._fault(line, index, text, *fault) for fault in found]
        if self._groups:
            faults += self._repeated_keys(line, values, valid)
        if self._foreign.groups:
            if among is not None:
                # These have no faults. They are read for their values only, and claim no keys.
                for index in self._in_foreign_groups.difference(among):
                    if not self._faults_of(index, strings[index], values):
                        valid.add(index)
            for code, message in self._foreign.of_row(values, valid):
                faults.append(Fault(line, None, code, None, message))
        return values, tuple(faults)

    def _repeated_keys(
        self, line: int, values: list[object], valid: Collection[int]
    ) -> Iterator[Fault]:
        """Yield the faults of unique keys of several fields, if all these fields are `valid`."""
        for group, keys, code in self._groups:
            if all(index in valid for index in group):
                first = keys.claim(tuple(values[i] for i in group), line)
                what = f"combination of {', '.join(self._names[i] for i in group)}"
                for code_, message in _repeated(first, code, what):
                    yield Fault(line, None, code_, None, message)

    def _faults_of(
        self, index: int, text: str, values: list[object] | dict[int, object]
    ) -> tuple[tuple[str, str], ...]:
        """Return the faults of the cell, or none and put its value into `values`."""
        if is_damaged(text):
            return (self._invalid,)
        if "\0" in text:
            return (_NUL,)
        cells = self._cells[index]
        if text in cells.faulty:
            return cells.faulty[text]
        try:
            values[index] = cells[text]
        except CellFault as error:
            return error.faults
        return ()

    def _fault(self, line: int, index: int, text: str, code: str, message: str) -> Fault:
        return Fault(line, self._names[index], code, _shown(text), message)

    def _repeats_header(self, cells: Sequence[str]) -> bool:
        """Return whether a row of the header has the same cells. Each of the files that somebody
        joined may have had a byte order mark."""
        # A cell may be a MarkedCell, which equals no text.
        return (cells[0].removeprefix("\ufeff"), *map(str, cells[1:])) in self._header_rows

    def _malformed(self, record: Record) -> Fault:
        code, message = record.broken or self._wrong_count(len(record.cells or []))
        return Fault(record.line, None, code, None, message)

    def _wrong_count(self, count: int) -> tuple[str, str]:
        if count < self._width:
            found = f"has {count} of {self._width} cells"
            return "row.too_few_fields", f"{found}; check for a missing delimiter or quote"
        found = f"has {count} cells instead of {self._width}"
        return "row.too_many_fields", f"{found}; {self._quoting}"


def _quoting(dialect: Dialect) -> str:
    """Return what to do about cells that contain the delimiter."""
    if dialect.quote_char is not None:
        return "quote cells that contain the delimiter"
    if dialect.escape_char is not None:
        return "write the escape character before a delimiter inside a cell"
    return "remove the delimiter from cells, which cannot be quoted (`dialect.quoteChar` is null)"


def _shown(text: str) -> str:
    """Return the part of a cell that a fault keeps."""
    if isinstance(text, MarkedCell):
        text = text.written
    if len(text) <= VALUE_CHARACTERS and text.isascii():
        return text
    return shorten(displayable(text), VALUE_CHARACTERS)


def _repeated(first: int | None, code: str, what: str) -> tuple[tuple[str, str], ...]:
    if first is None:
        return ()
    return ((code, f"repeats the {what} of line {first}; only the first occurrence is accepted"),)
