"""Try every crash, every late call and every takeover in the small scenarios, and every pair of
crashes in some of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from simulate.sequence import Point, Scenario, Sequence
from simulate.world import faults
from simulate.world.crash import Violation
from simulate.world.identifiers import repeatable

LATER = (0, 2)
"""How many deliveries begin before the service executes a call that its client gave up."""
PAUSES = (timedelta(seconds=5), timedelta(minutes=2), timedelta(hours=26))
"""How long an instance stands still while another one takes over."""


@dataclass(frozen=True, slots=True)
class Tried:
    scenario: str
    points: tuple[Point, ...]
    violation: str | None
    where: tuple[str, ...] = ()
    """The side effects at those points."""

    def __str__(self) -> str:
        crashes = " and ".join(f"{p} ({w})" for p, w in zip(self.points, self.where, strict=True))
        return f"{self.scenario}, crash {crashes or 'nowhere'}: {self.violation}"


@dataclass(slots=True)
class Enumeration:
    """What was tried. `alike` counts the pairs that need no separate run."""

    effects: int = 0
    points: int = 0
    others: int = 0
    """Late calls and takeovers."""
    pairs: int = 0
    alike: int = 0

    def __add__(self, other: "Enumeration") -> "Enumeration":
        return Enumeration(
            self.effects + other.effects,
            self.points + other.points,
            self.others + other.others,
            self.pairs + other.pairs,
            self.alike + other.alike,
        )

    def __str__(self) -> str:
        return (
            f"{self.effects} side effects, {self.points} crash points, {self.others} late "
            f"calls and takeovers, {self.pairs} pairs "
            f"({self.alike} of them alike)"
        )


def enumerate_crashes(scenario: Scenario, *, pairs: bool = True) -> tuple[Enumeration, list[Tried]]:
    """All violations. A crash just before an effect leaves the same state as a crash just after the
    previous effect, if both belong to one delivery, because only effects change state and memory is
    lost. Such pairs are counted as alike and run once; single points are all run."""
    clean, violation = _run(scenario, ())
    count = Enumeration(effects=len(clean.log))
    wrong = [Tried(scenario.name, (), violation)] if violation else []
    if scenario.points == "none":
        return count, wrong
    for point in _others(clean.log):
        count.others += 1
        tried, violation = _run(scenario, (point,))
        if violation:
            wrong.append(_tried(tried, violation))
    for first in _points(1, len(clean.log)):
        crashed, violation = _run(scenario, (first,))
        count.points += 1
        if violation:
            wrong.append(_tried(crashed, violation))
        if not pairs or scenario.points != "pairs":
            continue
        for second in _points(first.number + 1, len(crashed.log)):
            count.pairs += 1
            if _alike(clean, first) or _alike(crashed, second):
                count.alike += 1
                continue
            twice, violation = _run(scenario, (first, second))
            if violation:
                wrong.append(_tried(twice, violation))
    return count, wrong


def first_violation(scenario: Scenario, *, points: Literal["none", "one"] = "one") -> str | None:
    """What goes wrong first, without pairs of crashes; None if nothing does."""
    clean, violation = _run(scenario, ())
    if violation:
        return str(_tried(clean, violation))
    if points == "none" or scenario.points == "none":
        return None
    for point in (*_points(1, len(clean.log)), *_others(clean.log)):
        tried, violation = _run(scenario, (point,))
        if violation:
            return str(_tried(tried, violation))
    return None


def _points(first: int, last: int) -> Iterator[Point]:
    for number in range(first, last + 1):
        yield Point(number, "before")
        yield Point(number, "after")


def _others(log: list[str]) -> Iterator[Point]:
    for number, effect in enumerate(log, 1):
        late = any(f": {kind} " in effect for kind in faults.LATE)
        yield from (Point(number, "late", later=n) for n in (LATER if late else LATER[:1]))
        if ": mail.send" not in effect:
            yield from (Point(number, "frozen", pause=pause) for pause in PAUSES)


def _alike(sequence: Sequence, point: Point) -> bool:
    """Whether the crash leaves the same state as one just after the previous effect."""
    return not point.after and point.number not in sequence.firsts


def _run(scenario: Scenario, points: tuple[Point, ...]) -> tuple[Sequence, str | None]:
    """Run with the same identifiers and keys each time: what fails does so again, and what runs
    have in common is computed once (`simulate.pure`)."""
    with repeatable(0):
        sequence = Sequence(scenario, points)
        try:
            sequence.run()
        except Violation as broken:
            return sequence, str(broken)
        return sequence, None


def _tried(sequence: Sequence, violation: str) -> Tried:
    where = tuple(
        sequence.log[p.number - 1] if p.number <= len(sequence.log) else "never reached"
        for p in sequence.points
    )
    return Tried(sequence.scenario.name, sequence.points, violation, where)
