"""Breadth-first search through all states of a model, for a state that breaks a property.

A model describes what processes, services and time may do as steps from one state to the next. A
step is a fault if nobody may rely on it, for example a crash or a lost answer. `search` looks for
two kinds of violation: a state that the model itself calls broken, and a dead end, which is a state
from which no finished state can be reached without the help of a fault.
"""

from collections import deque
from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

DEAD_END: Final = "dead end"
"""The property that is broken by a state from which nothing but a fault could lead to an end."""

S = TypeVar("S", bound=Hashable)


class Step(NamedTuple, Generic[S]):
    """One transition. Its name says who does what."""

    name: str
    state: S
    fault: bool = False


class Model(Protocol[S]):
    """What `search` needs to know. States are immutable and hashable."""

    def initial(self) -> S:
        """Return the state in which everything begins."""

    def steps(self, state: S) -> Iterable[Step[S]]:
        """Yield all steps that are possible in this state."""

    def broken(self, state: S) -> Iterable[str]:
        """Yield the names of the properties that this state breaks."""

    def finished(self, state: S) -> bool:
        """Whether nothing remains to be done in this state."""


@dataclass(frozen=True, slots=True)
class Violation(Generic[S]):
    """A broken property with one of the shortest ways to break it."""

    property: str
    names: tuple[str, ...]
    state: S

    def __str__(self) -> str:
        lines = [f"{number:3}. {name}" for number, name in enumerate(self.names, 1)]
        return "\n".join([f"{self.property}, after {len(lines)} steps:", *lines, f"{self.state}"])


@dataclass(frozen=True, slots=True)
class Result(Generic[S]):
    """The number of states that were visited, and what was found first. Without a violation these
    are all states that can be reached."""

    states: int
    violation: Violation[S] | None


class TooManyStates(Exception):
    """The model is larger than the limit, so that nothing can be said about it."""


def search(
    model: Model[S], only: Collection[str] | None = None, limit: int = 1_000_000
) -> Result[S]:
    """Visit all states, nearest first, until one breaks a property in `only` (None: any property).
    Dead ends are looked for after that, because they need the whole graph; a state without any step
    is found at once. Raises TooManyStates."""
    graph = _Graph(model)
    for number in graph.visit():
        if number > limit:
            raise TooManyStates(f"more than {limit:,} states")
        for name in model.broken(graph.states[number]):
            if only is None or name in only:
                return graph.result(name, number)
        if graph.stuck(number) and (only is None or DEAD_END in only):
            return graph.result(DEAD_END, number)
    if only is None or DEAD_END in only:
        number_of_dead_end = graph.dead_end()
        if number_of_dead_end is not None:
            return graph.result(DEAD_END, number_of_dead_end)
    return Result(len(graph.states), None)


class _Graph(Generic[S]):
    """The states in the order in which they were found, which is that of their distance."""

    def __init__(self, model: Model[S]) -> None:
        self._model = model
        initial = model.initial()
        self.states = [initial]
        self._numbers = {initial: 0}
        self._found_by: list[tuple[int, str]] = [(0, "")]
        self._before: list[list[int]] = [[]]
        """The states from which a step that is not a fault leads here."""
        self._leads_on = [False]

    def visit(self) -> Iterator[int]:
        """Yield the number of each state after its steps have been followed."""
        queue = deque([0])
        while queue:
            number = queue.popleft()
            for name, state, fault in self._model.steps(self.states[number]):
                found = self._numbers.get(state)
                if found is None:
                    found = self._numbers[state] = len(self.states)
                    self.states.append(state)
                    self._found_by.append((number, name))
                    self._before.append([])
                    self._leads_on.append(False)
                    queue.append(found)
                if not fault and found != number:
                    self._before[found].append(number)
                    self._leads_on[number] = True
            yield number

    def stuck(self, number: int) -> bool:
        """Whether only faults lead on from this visited state, which is not finished."""
        return not self._leads_on[number] and not self._model.finished(self.states[number])

    def dead_end(self) -> int | None:
        """Return the nearest state from which no finished state is reached without faults."""
        ends = [n for n, state in enumerate(self.states) if self._model.finished(state)]
        good = bytearray(len(self.states))
        for number in ends:
            good[number] = 1
        while ends:
            for number in self._before[ends.pop()]:
                if not good[number]:
                    good[number] = 1
                    ends.append(number)
        number = good.find(0)
        return None if number < 0 else number

    def result(self, name: str, number: int) -> Result[S]:
        state, names = self.states[number], list[str]()
        while number:
            number, step = self._found_by[number]
            names.append(step)
        return Result(len(self.states), Violation(name, tuple(reversed(names)), state))
