"""Checks foreign keys: whether the values of a row are in the references.

A key of one field is a rule about a cell, which `Cells` checks. A key of several fields is a rule
about a row, which `Rules` checks.
"""

from collections.abc import Collection, Container, Iterator, Sequence
from typing import Final, NamedTuple

from csvgate.contracts.constraints import Known
from csvgate.contracts.model import Contract
from csvgate.references.keys import KeySets

_CODE: Final = "constraint.foreign_key"


class GroupKey(NamedTuple):
    """A foreign key of several fields."""

    fields: tuple[int, ...]
    """The indexes of its fields in the contract."""
    known: Container[object]
    """The keys of the reference, as tuples."""
    fault: tuple[str, str]

    def holds(self, values: Sequence[object]) -> bool:
        """Return whether the key of a row with these values is in the reference."""
        return self.has(tuple(values[i] for i in self.fields))

    def has(self, key: tuple[object, ...]) -> bool:
        """Return whether the key is in the reference. A key of nulls only is not checked and counts
        as present; a key with some nulls is never present."""
        return key in self.known or all(value is None for value in key)


class ForeignKeys:
    """The foreign keys of a contract, each with the keys of its reference.

    Raises ValueError if `known` does not have as many entries as the contract has foreign keys, so
    that no rule is skipped because its reference was forgotten.
    """

    def __init__(self, contract: Contract, known: KeySets) -> None:
        keys = contract.schema_.foreign_keys
        if len(known) != len(keys):
            raise ValueError(
                f"contract {contract.dataset} has {len(keys)} foreign keys, but `references` has "
                f"{len(known)} sets of keys; pass one for each (see csvgate.references.keys)"
            )
        names = [field.name for field in contract.schema_.fields]
        self._single: dict[str, list[Known]] = {}
        self.groups: list[GroupKey] = []
        for key, reference_keys in zip(keys, known, strict=True):
            where = f"not in the reference {key.reference.resource}"
            if len(key.fields) == 1:
                fault = (_CODE, f"is {where}")
                self._single.setdefault(key.fields[0], []).append((reference_keys, fault))
            else:
                fault = (_CODE, f"the combination of {', '.join(key.fields)} is {where}")
                fields = tuple(map(names.index, key.fields))
                self.groups.append(GroupKey(fields, reference_keys, fault))

    def of_field(self, name: str) -> Sequence[Known]:
        """Return the foreign keys of this field alone."""
        return self._single.get(name, ())

    def of_row(self, values: Sequence[object], valid: Collection[int]) -> Iterator[tuple[str, str]]:
        """Yield the fault of each key of several fields that is not in its reference. Keys with
        a field that is not `valid` are not checked."""
        for group in self.groups:
            if all(i in valid for i in group.fields) and not group.holds(values):
                yield group.fault
