"""The rule function: one record in; its typed values, or everything that is wrong with it, out.

It is the authority. A faster path may clear records in bulk, but only such as this would clear,
with the same values.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from operator import getitem, itemgetter
from typing import Final

from csvgate.contracts.model import Contract
from csvgate.csv.decoding import displayable, is_damaged
from csvgate.csv.encodings import spoken
from csvgate.csv.header import Header
from csvgate.csv.records import Record
from csvgate.references.keys import KeySets
from csvgate.text import shorten
from csvgate.types.common.field_type import CellFault
from csvgate.unique.keys import MOST_IN_MEMORY, KeySet, SpillingKeys
from csvgate.validation.cells import Cells
from csvgate.validation.faults import VALUE_CHARACTERS, Fault
from csvgate.validation.foreign_keys import ForeignKeys, GroupKey

_NUL: Final = ("cell.nul", "has a NUL character (byte zero), which no text needs")


class Rules:
    """The contract's rules for one file. Keeps the keys of the file so far: call in file order."""

    def __init__(
        self,
        contract: Contract,
        header: Header,
        *,
        references: KeySets = (),
        keys_in_memory: int = MOST_IN_MEMORY,
        key_set: Callable[[int], KeySet] = SpillingKeys,
    ) -> None:
        fields = contract.schema_.fields
        primary = contract.schema_.primary_key or ()
        self._names: Final = [field.name for field in fields]
        self._foreign: Final = ForeignKeys(contract, references)
        self._cells: Final = [
            Cells(
                field,
                contract.schema_,
                required=field.constraints.required or field.name in primary,
                foreign=self._foreign.of_field(field.name),
            )
            for field in fields
        ]
        not_in = spoken(contract.encoding)
        grouped = (i for group in self._foreign.groups for i in group.fields)
        self._in_foreign_groups: Final = frozenset(grouped)
        self._invalid: Final = ("encoding.invalid", f"has bytes that are not {not_in}")
        self._width: Final = len(fields)
        in_order = header.order == tuple(range(self._width))
        # Of one index, itemgetter would give the cell alone; but then the order is the file's.
        self._arrange: Final = None if in_order else itemgetter(*header.order)
        single = [i for i, f in enumerate(fields) if f.constraints.unique or primary == (f.name,)]
        groups = [tuple(self._names.index(name) for name in primary)] if len(primary) > 1 else []
        share = keys_in_memory // max(1, len(single) + len(groups))
        self._unique: Final = [(i, key_set(share)) for i in single]
        self._unique_by_field: Final = dict(self._unique)
        self._unique_fields: Final = frozenset(single)
        self._groups: Final = [(group, key_set(share)) for group in groups]

    @property
    def cells(self) -> Sequence[Cells]:
        """For each field, the reader of its cells."""
        return self._cells

    @property
    def foreign_groups(self) -> Sequence[GroupKey]:
        """The foreign keys of several fields."""
        return self._foreign.groups

    @property
    def keys(self) -> Sequence[tuple[tuple[int, ...], KeySet]]:
        """The keys of each unique field and each group, with the indices of its fields."""
        return [*(((i,), keys) for i, keys in self._unique), *self._groups]

    def check(self, record: Record) -> tuple[list[object], tuple[Fault, ...]]:
        """Values in the contract's order, and no faults; or faults, in the contract's order of
        fields.

        The first valid occurrence of a key in the file stands, even when its row is rejected for
        another reason: which of two rows is meant is for a person to say, not for a bad amount.
        """
        cells = record.cells
        if cells is None or len(cells) != self._width:
            return [], (self._misshapen(record),)
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
        for group, keys in self._groups:
            if keys.claim(tuple(values[i] for i in group), record.line) is not None:
                return self._check_each(record.line, arranged)
        for foreign in self._foreign.groups:
            if not foreign.holds(values):
                return self._check_each(record.line, arranged)
        return values, ()

    @property
    def foreign_fields(self) -> frozenset[int]:
        """Those of the foreign keys of several fields."""
        return self._in_foreign_groups

    def faults(
        self, line: int, texts: Mapping[int, str], fields: Collection[int]
    ) -> tuple[Fault, ...]:
        """Those that `check` finds in these fields, by their indices, and in keys all of whose
        fields are among them, and in foreign keys of several fields; only these keys are claimed.
        `texts` are the cells of these and of the `foreign_fields`. The record has as many cells as
        there are fields, and the other fields no faults."""
        if self._groups or self._foreign.groups or not self._unique_fields.isdisjoint(fields):
            return self._check_each(line, texts, fields)[1]
        values: dict[int, object] = {}
        return tuple(
            self._fault(line, index, texts[index], *fault)
            for index in sorted(fields)
            for fault in self._faults_of(index, texts[index], values)
        )

    def _check_each(
        self,
        line: int,
        texts: Sequence[str] | Mapping[int, str],
        among: Collection[int] | None = None,
    ) -> tuple[list[object], tuple[Fault, ...]]:
        """The same, gathering faults; of all fields, or of those `among` them. Claiming a key again
        for the same line changes nothing."""
        values: list[object] = [None] * self._width
        faults = list[Fault]()
        valid = set[int]()
        for index in range(self._width) if among is None else sorted(among):
            text = texts[index]
            found = self._faults_of(index, text, values)
            if not found:
                valid.add(index)
                key = values[index]
                if key is not None and (keys := self._unique_by_field.get(index)) is not None:
                    found = _taken(keys.claim(key, line), "constraint.unique", "value")
            faults += [self._fault(line, index, text, *fault) for fault in found]
        if self._groups:
            faults += self._taken_keys(line, values, valid)
        if self._foreign.groups:
            if among is not None:
                # Known to be fine; they are read for their values, and claim nothing.
                for index in self._in_foreign_groups.difference(among):
                    if not self._faults_of(index, texts[index], values):
                        valid.add(index)
            for code, message in self._foreign.of_row(values, valid):
                faults.append(Fault(line, None, code, None, message))
        return values, tuple(faults)

    def _taken_keys(
        self, line: int, values: list[object], valid: Collection[int]
    ) -> Iterator[Fault]:
        """Of several fields, when all of these are `valid`."""
        for group, keys in self._groups:
            if all(index in valid for index in group):
                first = keys.claim(tuple(values[i] for i in group), line)
                what = f"combination of {', '.join(self._names[i] for i in group)}"
                for code, message in _taken(first, "constraint.primary_key", what):
                    yield Fault(line, None, code, None, message)

    def _faults_of(
        self, index: int, text: str, values: list[object] | dict[int, object]
    ) -> tuple[tuple[str, str], ...]:
        """Puts the cell's value into its place, when there is one."""
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
        return Fault(
            line, self._names[index], code, shorten(displayable(text), VALUE_CHARACTERS), message
        )

    def close(self) -> None:
        for _, keys in [*self._unique, *self._groups]:
            keys.close()

    def _misshapen(self, record: Record) -> Fault:
        code, message = record.broken or self._wrong_count(record.cells or [])
        return Fault(record.line, None, code, None, message)

    def _wrong_count(self, cells: Sequence[str]) -> tuple[str, str]:
        if len(cells) < self._width:
            return "row.too_few_fields", f"has {len(cells)} of {self._width} fields"
        return "row.too_many_fields", f"has {len(cells)} fields, {self._width} expected"


def _taken(first: int | None, code: str, what: str) -> tuple[tuple[str, str], ...]:
    if first is None:
        return ()
    return ((code, f"repeats the {what} of line {first}; the first in the file stands"),)
