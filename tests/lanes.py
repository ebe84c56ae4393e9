"""Which tests run one after the other, in one process, when `make test` has several.

A lane is such a row of tests. Lanes are begun in the order of `rank`: those that take long and
mostly wait come first, and the simulation, which spreads itself over all processors, comes last, so
that none is idle at the end.
"""

from pathlib import PurePosixPath

CLOUDS = "clouds"
"""Every local cloud, one at a time: they choose their ports and measure the machine."""
SHARED_SERVERS = tuple(f"tests/contract/{name}" for name in ("mail", "queues", "ports", "pubsub"))
"""Folders whose files share servers, which are slower to start than to use."""
WITH_CLOUD = (
    *("tests/e2e", "tests/chaos", "tests/integration/cloud", "tests/integration/breaker"),
    "tests/integration/interrupted/test_interrupted_runs.py",
)
STORY = "tests/integration/deploy/test_deploy.py"
SIMULATION = "tests/simulate"


def lane(nodeid: str) -> str:
    """Of the test with this id: the clouds, a folder, a file or, of the simulation, the test."""
    file = PurePosixPath(nodeid.partition("::")[0])
    if any(file.is_relative_to(folder) for folder in WITH_CLOUD):
        return CLOUDS
    for folder in SHARED_SERVERS:
        if file.is_relative_to(folder):
            return folder
    return nodeid if file.is_relative_to(SIMULATION) else str(file)


def rank(nodeid: str) -> int:
    """Lower is earlier; equal ones keep their order."""
    found = lane(nodeid)
    first = (CLOUDS, STORY, *SHARED_SERVERS, "tests/fuzz", "tests/integration")
    for number, beginning in enumerate(first):
        if found.startswith(beginning):
            return number
    return len(first) + found.startswith(SIMULATION)
