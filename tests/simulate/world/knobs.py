"""How likely each fault is in a run, drawn from its seed, so that some runs are calm and others are
not."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Knobs:
    """Probabilities are per call, per answer or per step."""

    crash: float = 0.0
    fault: float = 0.0
    duplicate: float = 0.0
    late: float = 0.0
    """The probability that a duplicate is a day late."""
    stick: float = 1.0
    """The probability that the same task continues; with 1 each task runs to its end."""
    instances: int = 1
    """How many tasks may run at the same time."""
    arrive_early: float = 0.0
    """The probability that a message arrives before its publisher knows it."""
    jump: float = 0.0
    """The probability that minutes pass."""
    day: float = 0.0
    """The probability that a day passes while nothing runs."""
    replay: float = 0.0

    @classmethod
    def drawn(cls, chance: Random) -> "Knobs":
        return cls(
            crash=chance.choice((0, 0, 0.003, 0.01, 0.03)),
            fault=chance.choice((0, 0, 0.003, 0.01, 0.05)),
            duplicate=chance.choice((0, 0.1, 0.4)),
            late=chance.choice((0, 0, 0.3)),
            stick=chance.choice((0.0, 0.5, 0.8, 0.95)),
            instances=chance.choice((1, 2, 3, 5)),
            arrive_early=chance.choice((0.0, 0.02, 0.2)),
            jump=chance.choice((0, 0.002, 0.01)),
            day=chance.choice((0, 0, 0, 0.05)),
            replay=chance.choice((0, 0, 0.01)),
        )


CALM = Knobs()
