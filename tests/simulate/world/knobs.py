"""How likely each fault is in a run, drawn from its seed, so that some runs are calm and others are
not."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Knobs:
    """Probabilities are per call, per answer or per step."""

    crash: float = 0.0
    fault: float = 0.0
    late_call: float = 0.0
    """The probability that a refused call was only given up by its client: the service executes it
    later, or never."""
    late_run: float = 1.0
    """The probability that the service executes such a call now."""
    hidden: float = 0.0
    """The probability that a stream or table of the last two minutes is not found."""
    corrupt: float = 0.0
    """The probability that a read receives other bytes."""
    saturated: float = 0.0
    """The probability that a delivery is answered with 429, without an instance."""
    duplicate: float = 0.0
    """The probability that a message is delivered again after it was acknowledged."""
    late: float = 0.0
    """The probability that such a duplicate is a day late."""
    twin: float = 0.0
    """The probability that a message is delivered a second time while the first delivery runs."""
    freeze: float = 0.0
    """The probability that an instance stands still for minutes, hours or a day."""
    stick: float = 1.0
    """The probability that the same task continues; with 1 each task runs to its end."""
    instances: int = 1
    """How many tasks may run at the same time."""
    arrive_early: float = 0.0
    """The probability that a message arrives before its publisher knows it."""
    jump: float = 0.0
    """The probability that seconds or minutes pass."""
    day: float = 0.0
    """The probability that hours or days pass while nothing runs."""
    replay: float = 0.0

    @classmethod
    def drawn(cls, chance: Random) -> "Knobs":
        return cls(
            crash=chance.choice((0, 0, 0.003, 0.01, 0.03)),
            fault=chance.choice((0, 0, 0.003, 0.01, 0.05)),
            late_call=chance.choice((0, 0.3, 0.8)),
            late_run=chance.choice((0.002, 0.01, 0.1)),
            hidden=chance.choice((0, 0, 0.3, 0.9)),
            corrupt=chance.choice((0, 0, 0, 0.2)),
            saturated=chance.choice((0, 0, 0, 0.3)),
            duplicate=chance.choice((0, 0.1, 0.4)),
            late=chance.choice((0, 0, 0.3)),
            twin=chance.choice((0, 0, 0.3)),
            freeze=chance.choice((0, 0, 0.002, 0.02)),
            stick=chance.choice((0.0, 0.5, 0.8, 0.95)),
            instances=chance.choice((1, 2, 3, 5)),
            arrive_early=chance.choice((0.0, 0.02, 0.2)),
            jump=chance.choice((0, 0.002, 0.01)),
            day=chance.choice((0, 0, 0, 0.05)),
            replay=chance.choice((0, 0, 0.01)),
        )


CALM = Knobs()
