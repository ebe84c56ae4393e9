"""An organization policy as it applies to a project."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

Verdict = bool | None
"""Whether a value is allowed; None if that cannot be decided here."""
Includes = Callable[[str, str], Verdict]
"""Whether a value of a policy, which may be a group of values, includes a value."""


def equal(entry: str, value: str) -> Verdict:
    """Compare an entry of a list, perhaps with the prefix `is:`. The contents of a group (`in:`) or
    of a part of the hierarchy (`under:`) are not known."""
    if entry.startswith(("in:", "under:")):
        return None
    return entry.removeprefix("is:").casefold() == value.casefold()


@dataclass(frozen=True, slots=True)
class EffectivePolicy:
    """The default is a constraint that nobody has set."""

    constraint: str
    enforced: bool = False
    """For a constraint that is on or off."""
    denies_all: bool = False
    allowed: tuple[str, ...] = ()
    """The only values that are allowed; all if there are none."""
    denied: tuple[str, ...] = ()

    @classmethod
    def parse(cls, constraint: str, answer: Mapping[str, Any]) -> Self:
        """Parse what `gcloud resource-manager org-policies describe --effective` prints."""
        listed = answer.get("listPolicy") or {}
        return cls(
            constraint,
            enforced=bool((answer.get("booleanPolicy") or {}).get("enforced")),
            denies_all=listed.get("allValues") == "DENY",
            allowed=tuple(map(str, listed.get("allowedValues") or ())),
            denied=tuple(map(str, listed.get("deniedValues") or ())),
        )

    @property
    def restricts(self) -> bool:
        """Return whether the values of a list are limited at all."""
        return self.denies_all or bool(self.allowed or self.denied)

    def allows(self, value: str, includes: Includes = equal) -> Verdict:
        if self.denies_all:
            return False
        denials = [includes(entry, value) for entry in self.denied]
        if True in denials:
            return False
        grants = [includes(entry, value) for entry in self.allowed]
        if None in denials or (None in grants and True not in grants):
            return None
        return not self.allowed or True in grants
