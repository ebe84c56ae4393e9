"""Functions are deployed after those that consume their messages."""

from pathlib import Path

import pytest

from csvgate_ops.deploy import topology as topo

FILE = Path(__file__).parents[3] / "deploy" / "topology.yaml"


@pytest.fixture(scope="module")
def topology() -> topo.Topology:
    return topo.load(FILE)


def test_functions_come_after_the_consumers_of_their_messages(topology: topo.Topology) -> None:
    names = ["notify_stakeholders", "enrich_records", "validate_and_parse"]
    assert names == list(topo.consumers_first(topology))


def test_functions_in_a_cycle_keep_their_order(topology: topo.Topology) -> None:
    functions = dict(topology.functions)
    notify = functions["notify_stakeholders"]
    uses = notify.uses.model_copy(update={"publish": ("validated",)})
    functions["notify_stakeholders"] = notify.model_copy(update={"uses": uses})
    circle = topology.model_copy(update={"functions": functions})
    assert list(functions) == list(topo.consumers_first(circle))


def test_a_function_that_publishes_to_itself_still_follows_its_consumers(
    topology: topo.Topology,
) -> None:
    """enrich_records subscribes to a topic to which it publishes. validate_and_parse, which
    publishes to it too, must still be deployed last."""
    assert "validated" in topology.functions["enrich_records"].uses.publish
    order = ["notify_stakeholders", "enrich_records", "validate_and_parse"]
    assert order == list(topo.consumers_first(topology))
