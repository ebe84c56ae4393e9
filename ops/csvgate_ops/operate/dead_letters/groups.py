"""Count the letters with the same owner that have the same code, function, dataset or day."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.owners import owner_of_letter
from csvgate_ops.operate.runbook import OWNERS, Owner

By = Literal["code", "function", "dataset", "day"]
_KEYS: Final[dict[By, Callable[[DeadLetter], str]]] = {
    "code": lambda letter: letter.code,
    "function": lambda letter: letter.function,
    "dataset": lambda letter: letter.dataset,
    "day": lambda letter: letter.published_at.astimezone(UTC).date().isoformat(),
}


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    """The code, function, dataset or UTC day; empty for letters without a known dataset."""
    count: int
    uploads: int
    """Number of different uploads among the letters."""
    oldest: datetime
    newest: datetime
    expires_at: datetime | None
    """When the first of its letters expires; None if that is not known."""
    example: DeadLetter
    """The newest letter of the group."""
    letters: tuple[DeadLetter, ...]
    owner: Owner
    """Who has to act on its letters. A group has one owner, so a failure is never counted among
    letters that are an uploader's."""


def groups(letters: Iterable[DeadLetter], by: By = "code") -> list[Group]:
    """The operator's groups come first, then those of uploaders. Among the groups of an owner, the
    largest comes first; of days, the newest."""
    found: dict[tuple[Owner, str], list[DeadLetter]] = {}
    for letter in letters:
        found.setdefault((owner_of_letter(letter), _KEYS[by](letter)), []).append(letter)
    all_groups = [_group(key, owner, members) for (owner, key), members in found.items()]
    if by == "day":
        all_groups.sort(key=lambda group: group.key, reverse=True)
    else:
        all_groups.sort(key=lambda group: (-group.count, group.key))
    return sorted(all_groups, key=lambda group: OWNERS.index(group.owner))


def _group(key: str, owner: Owner, members: list[DeadLetter]) -> Group:
    newest = max(members, key=lambda letter: letter.published_at)
    return Group(
        key=key,
        count=len(members),
        uploads=len({letter.upload for letter in members if letter.upload}),
        oldest=min(letter.published_at for letter in members),
        newest=newest.published_at,
        expires_at=min((it.expires_at for it in members if it.expires_at), default=None),
        example=newest,
        letters=tuple(members),
        owner=owner,
    )
