"""Groups the tests into lanes for runs with several processes.

The tests of a lane run one after another in one process. Lanes start in the order of `rank`: lanes
that take long and mostly wait come first, and the simulation, which uses all processors itself,
comes last, so that no processor is idle at the end.
"""

from pathlib import PurePosixPath

CLOUDS = "clouds"
"""The lane of all local clouds, which run one at a time: they choose ports and measure times."""
SHARED_SERVERS = tuple(f"tests/contract/{name}" for name in ("mail", "queues", "ports", "pubsub"))
"""Folders whose files share servers, because starting these takes longer than using them."""
WITH_CLOUD = (
    *("tests/e2e", "tests/chaos", "tests/integration/cloud", "tests/integration/breaker"),
    "tests/integration/interrupted/test_interrupted_runs.py",
)
STORY = "tests/integration/deploy/test_deploy.py"
SIMULATION = "tests/simulate"


def lane(nodeid: str) -> str:
    """The lane of a test: CLOUDS, its folder, its file, or the test itself in the simulation."""
    file = PurePosixPath(nodeid.partition("::")[0])
    if any(file.is_relative_to(folder) for folder in WITH_CLOUD):
        return CLOUDS
    for folder in SHARED_SERVERS:
        if file.is_relative_to(folder):
            return folder
    return nodeid if file.is_relative_to(SIMULATION) else str(file)


def rank(nodeid: str) -> int:
    """The rank of a test's lane. Lower ranks start earlier; equal ranks keep their order."""
    found = lane(nodeid)
    first = (CLOUDS, STORY, *SHARED_SERVERS, "tests/fuzz", "tests/integration")
    for number, beginning in enumerate(first):
        if found.startswith(beginning):
            return number
    return len(first) + found.startswith(SIMULATION)
