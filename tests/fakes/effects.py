"""Every change that a fake makes passes through here, so that a test can observe or fail it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from csvgate.runtime.errors import Failure

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Effect:
    """`kind` is for example `storage.create`; `target` names what is changed."""

    kind: str
    target: str


class GaveUp(Exception):
    """Raised by `before`: the client gives up and sees `error`, while the call is still on its way.
    The service may execute it at any later step (`Effects.late`)."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(eq=False, slots=True)
class LateCall:
    """A call on which its client gave up before the service executed it."""

    effect: Effect
    _change: Callable[[], object]
    _log: list[Effect]

    def execute(self) -> None:
        """Execute the call now. The service may refuse it, and nobody hears of that."""
        with suppress(Failure):
            self._change()
            self._log.append(self.effect)


def _pass(_: Effect) -> None:
    """Do nothing."""


class Effects:
    """Records each side effect in `log` and each call that changes nothing in `looks`, in order.
    `before` and `after` may raise to simulate a crash or a service's error: before the effect, or
    after it with its answer lost. `before` may raise GaveUp as well, and the call is then appended
    to `late`. `looking` is called for each call that changes nothing, and may raise too."""

    def __init__(
        self,
        before: Callable[[Effect], None] = _pass,
        after: Callable[[Effect], None] = _pass,
        looking: Callable[[Effect], None] = _pass,
    ) -> None:
        self.before, self.after, self.looking = before, after, looking
        self.log: list[Effect] = []
        self.looks: list[Effect] = []
        self.late: list[LateCall] = []

    def do(self, kind: str, target: str, change: Callable[[], T]) -> T:
        """`change` must read the state itself, because other instances may run during `before`. A
        change that it refuses by the service's rules is not recorded."""
        effect = Effect(kind, target)
        try:
            self.before(effect)
        except GaveUp as gave_up:
            self.late.append(LateCall(effect, change, self.log))
            raise gave_up.error from None
        result = change()
        self.log.append(effect)
        self.after(effect)
        return result

    def look(self, kind: str, target: str) -> None:
        """A call is about to read: other instances may run first, or the service may fail."""
        effect = Effect(kind, target)
        self.looks.append(effect)
        self.looking(effect)
