"""Every change that a fake makes passes through here, so that a test can observe or fail it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Effect:
    """`kind` is for example `storage.create`; `target` names what is changed."""

    kind: str
    target: str


def _pass(_: Effect) -> None:
    """Do nothing."""


class Effects:
    """Records each side effect in order. `before` and `after` may raise to simulate a crash or a
    service's error: before the effect, or after it with its answer lost. `looking` is called for
    each call that changes nothing, and may raise too."""

    def __init__(
        self,
        before: Callable[[Effect], None] = _pass,
        after: Callable[[Effect], None] = _pass,
        looking: Callable[[Effect], None] = _pass,
    ) -> None:
        self.before, self.after, self.looking = before, after, looking
        self.log: list[Effect] = []

    def do(self, kind: str, target: str, change: Callable[[], T]) -> T:
        """`change` must read the state itself, because other instances may run during `before`. A
        change that it refuses by the service's rules is not recorded."""
        effect = Effect(kind, target)
        self.before(effect)
        result = change()
        self.log.append(effect)
        self.after(effect)
        return result

    def look(self, kind: str, target: str) -> None:
        """A call is about to read: other instances may run first, or the service may fail."""
        self.looking(Effect(kind, target))
