"""Foreign keys, from the row's side: whether its values are in the references.

A key of one field is a rule about its cells, and `Cells` checks it. A key of several is one about
rows, for `Rules`.
"""

from collections.abc import Collection, Container, Iterator, Sequence
from typing import Final, NamedTuple

from csvgate.contracts.model import Contract
from csvgate.references.keys import KeySets

Known = tuple[Container[object], tuple[str, str]]
"""The keys there are, and code and message for a value that is not among them."""

_CODE: Final = "constraint.foreign_key"


class GroupKey(NamedTuple):
    """A key of several fields."""

    fields: tuple[int, ...]
    known: Container[object]
    fault: tuple[str, str]

    def holds(self, values: Sequence[object]) -> bool:
        """In a row with these values."""
        return self.has(tuple(values[i] for i in self.fields))

    def has(self, key: tuple[object, ...]) -> bool:
        """A key whose values are all null is none; one that is null in part is nowhere."""
        return key in self.known or all(value is None for value in key)


class ForeignKeys:
    """Of one contract. Raises ValueError when `known` is not a set of keys for each of them: a rule
    must not go unchecked because somebody forgot what it needs."""

    def __init__(self, contract: Contract, known: KeySets) -> None:
        keys = contract.schema_.foreign_keys
        if len(known) != len(keys):
            raise ValueError(
                f"contract {contract.dataset} has {len(keys)} foreign keys; give `references` for "
                f"each of them (see reference_keys), not {len(known)}"
            )
        names = [field.name for field in contract.schema_.fields]
        self._single: dict[str, list[Known]] = {}
        self.groups: list[GroupKey] = []
        for key, there in zip(keys, known, strict=True):
            where = f"not in the reference {key.reference.resource}"
            if len(key.fields) == 1:
                fault = (_CODE, f"is {where}")
                self._single.setdefault(key.fields[0], []).append((there, fault))
            else:
                fault = (_CODE, f"the combination of {', '.join(key.fields)} is {where}")
                self.groups.append(GroupKey(tuple(map(names.index, key.fields)), there, fault))

    def of_field(self, name: str) -> Sequence[Known]:
        return self._single.get(name, ())

    def of_row(self, values: Sequence[object], valid: Collection[int]) -> Iterator[tuple[str, str]]:
        """Code and message of each key of several fields, all of them valid, that does not hold."""
        for group in self.groups:
            if all(i in valid for i in group.fields) and not group.holds(values):
                yield group.fault
