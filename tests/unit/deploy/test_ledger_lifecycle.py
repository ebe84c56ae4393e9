"""The ledger's lifecycle rule deletes old entries, and keeps the logs of scopes."""

from pathlib import Path

import pytest

from csvgate.protocol.ledger import effect_paths, job_paths, paths
from csvgate_ops.deploy import topology as topo

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def topology() -> topo.Topology:
    return topo.load(ROOT / "deploy" / "topology.yaml")


def test_every_entry_of_the_ledger_expires_but_the_logs_of_scopes(topology: topo.Topology) -> None:
    """The last entry of a log says what a table holds, and its numbers must have no gap."""
    (rule,) = topology.buckets["ledger"].lifecycle
    of_audit = ("audit/", "audit-letters/")  # in a bucket of their own
    kept = {
        path.template.partition("/")[0]
        for path in (*paths.TABLE, *effect_paths.TABLE, *job_paths.TABLE)
        if not path.template.startswith((*rule.prefixes, *of_audit))
    }
    assert kept == {"scopes"}
