"""Try every crash, and every pair of crashes, in the small scenarios."""

from collections.abc import Iterator
from dataclasses import dataclass

from simulate.sequence import Point, Scenario, Sequence
from simulate.world.crash import Violation


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
    pairs: int = 0
    alike: int = 0

    def __add__(self, other: "Enumeration") -> "Enumeration":
        return Enumeration(
            self.effects + other.effects,
            self.points + other.points,
            self.pairs + other.pairs,
            self.alike + other.alike,
        )

    def __str__(self) -> str:
        return (
            f"{self.effects} side effects, {self.points} crash points, {self.pairs} pairs "
            f"({self.alike} of them alike)"
        )


def enumerate_crashes(scenario: Scenario, *, pairs: bool = True) -> tuple[Enumeration, list[Tried]]:
    """All violations. A crash just before an effect leaves the same state as a crash just after the
    previous effect, if both belong to one delivery, because only effects change state and memory is
    lost. Such pairs are counted as alike and run once; single points are all run."""
    clean, violation = _run(scenario, ())
    count = Enumeration(effects=len(clean.log))
    wrong = [Tried(scenario.name, (), violation)] if violation else []
    for first in _points(1, len(clean.log)):
        crashed, violation = _run(scenario, (first,))
        count.points += 1
        if violation:
            wrong.append(_tried(crashed, violation))
        if not pairs:
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


def _points(first: int, last: int) -> Iterator[Point]:
    for number in range(first, last + 1):
        yield Point(number, after=False)
        yield Point(number, after=True)


def _alike(sequence: Sequence, point: Point) -> bool:
    """Whether the crash leaves the same state as one just after the previous effect."""
    return not point.after and point.number not in sequence.firsts


def _run(scenario: Scenario, points: tuple[Point, ...]) -> tuple[Sequence, str | None]:
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
