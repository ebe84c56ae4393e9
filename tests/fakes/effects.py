"""The one door through which a fake changes anything, so that a test can stand in it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Effect:
    """`kind` is for instance `storage.create`; `target` says on what."""

    kind: str
    target: str


def _pass(_: Effect) -> None:
    """Let it happen."""


class Effects:
    """Records each side effect in order. `before` and `after` may raise: a crash, or a service's
    error, before the effect took place or after it did and the answer was lost. `looking` is
    called, and may raise, at each call that changes nothing."""

    def __init__(
        self,
        before: Callable[[Effect], None] = _pass,
        after: Callable[[Effect], None] = _pass,
        looking: Callable[[Effect], None] = _pass,
    ) -> None:
        self.before, self.after, self.looking = before, after, looking
        self.log: list[Effect] = []

    def do(self, kind: str, target: str, change: Callable[[], T]) -> T:
        """`change` looks at the state itself, for in `before` others may have had their turn. What
        it refuses by the service's rules is no effect and not recorded."""
        effect = Effect(kind, target)
        self.before(effect)
        result = change()
        self.log.append(effect)
        self.after(effect)
        return result

    def look(self, kind: str, target: str) -> None:
        """A call is about to read: others may have their turn, or the service may fail."""
        self.looking(Effect(kind, target))
