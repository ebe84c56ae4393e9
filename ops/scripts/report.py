"""The end of every check of the repository, imported by the scripts beside this one."""

import sys
from collections.abc import Sequence


def report(problems: Sequence[str]) -> int:
    """Print the problems and return the exit code."""
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0
