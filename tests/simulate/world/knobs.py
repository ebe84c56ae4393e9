"""How wild one run is: drawn from its seed, so that some runs are calm and some are storms."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Knobs:
    """Probabilities are per call, per answer or per step."""

    crash: float = 0.0
    fault: float = 0.0
    duplicate: float = 0.0
    late: float = 0.0
    """That a duplicate is a day late."""
    stick: float = 1.0
    """To the instance that had the last turn; 1 runs each to its end."""
    instances: int = 1
    """That run at the same time."""
    arrive_early: float = 0.0
    """That a message arrives while its publisher does not know it yet."""
    jump: float = 0.0
    """That minutes pass."""
    day: float = 0.0
    """That a day passes while nothing runs."""
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
