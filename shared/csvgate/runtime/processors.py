"""How many processors this process may use."""

import os


def usable_processors(most: int | None = None) -> int:
    """Return how many processors the process may run on, at most `most`: a container may see all
    processors of its host and be given the time of fewer."""
    # Only Linux knows which processors a process may use.
    affinity = getattr(os, "sched_getaffinity", None)
    found = len(affinity(0)) if affinity else os.cpu_count() or 1
    return found if most is None else min(found, most)
