"""How a check of the repository ends."""

import sys
from collections.abc import Sequence


def report(problems: Sequence[str]) -> int:
    """Say what is wrong; the exit code."""
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0
