"""Letters that failed alike, counted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter

By = Literal["code", "function", "dataset", "day"]
_KEYS: Final[dict[By, Callable[[DeadLetter], str]]] = {
    "code": lambda letter: letter.code,
    "function": lambda letter: letter.function,
    "dataset": lambda letter: letter.dataset,
    "day": lambda letter: letter.dead_lettered_at.date().isoformat(),
}


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    """The code, function, dataset or UTC day; empty for letters that tell no dataset."""
    count: int
    uploads: int
    """Different uploads among them."""
    oldest: datetime
    newest: datetime
    example: DeadLetter
    """The newest."""


def groups(letters: Iterable[DeadLetter], by: By = "code") -> list[Group]:
    """The largest first; days in their order, the newest first."""
    found: dict[str, list[DeadLetter]] = {}
    for letter in letters:
        found.setdefault(_KEYS[by](letter), []).append(letter)
    all_groups = [_group(key, members) for key, members in found.items()]
    if by == "day":
        return sorted(all_groups, key=lambda group: group.key, reverse=True)
    return sorted(all_groups, key=lambda group: (-group.count, group.key))


def _group(key: str, members: list[DeadLetter]) -> Group:
    newest = max(members, key=lambda letter: letter.dead_lettered_at)
    return Group(
        key=key,
        count=len(members),
        uploads=len({letter.upload for letter in members if letter.upload}),
        oldest=min(letter.dead_lettered_at for letter in members),
        newest=newest.dead_lettered_at,
        example=newest,
    )
