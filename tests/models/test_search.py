"""`search` on models that are small enough to see the answer."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from models.search import DEAD_END, Step, TooManyStates, search


@dataclass(frozen=True)
class Graph:
    """Letters and the steps between them; a step to a letter in lower case is a fault. "A" is the
    beginning, "Z" the end, and "B" is broken."""

    edges: tuple[str, ...]

    def initial(self) -> str:
        return "A"

    def steps(self, state: str) -> Iterator[Step[str]]:
        for edge in self.edges:
            start, end = edge[0], edge[1]
            if start == state:
                yield Step(f"{start}{end}", end.upper(), fault=end.islower())

    def broken(self, state: str) -> Iterator[str]:
        if state == "B":
            yield "broken"

    def finished(self, state: str) -> bool:
        return state == "Z"


def test_all_states_are_visited() -> None:
    result = search(Graph(("AC", "AD", "CZ", "DC", "Ae", "EZ")))
    assert (5, None) == (result.states, result.violation)


def test_the_shortest_way_to_a_broken_state_is_found() -> None:
    violation = search(Graph(("Ae", "AC", "CD", "DB", "EB", "AZ", "BZ"))).violation
    assert violation is not None
    assert ("broken", ("Ae", "EB"), "B") == (violation.property, violation.names, violation.state)
    assert "broken, after 2 steps:\n  1. Ae\n  2. EB\nB" == str(violation)


@pytest.mark.parametrize(
    ("edges", "trace"),
    [
        pytest.param(("AZ", "AC"), ("AC",), id="no step"),
        pytest.param(("AZ", "AC", "Cz"), ("AC",), id="only a fault leads on"),
        pytest.param(("AZ", "AC", "CD", "DC"), ("AC",), id="a circle"),
        pytest.param(("AZ", "AC", "CD", "DC", "Dz"), ("AC",), id="a circle left by a fault"),
        pytest.param(("AZ", "Ac", "CC"), ("Ac",), id="a fault leads into it"),
    ],
)
def test_a_dead_end_is_found(edges: tuple[str, ...], trace: tuple[str, ...]) -> None:
    violation = search(Graph(edges)).violation
    assert violation is not None
    assert (DEAD_END, trace) == (violation.property, violation.names)


def test_a_circle_with_a_way_out_is_not_a_dead_end() -> None:
    assert search(Graph(("AC", "CD", "DC", "DZ"))).violation is None


def test_other_properties_can_be_ignored() -> None:
    graph = Graph(("AB", "BZ", "AC"))
    found = [search(graph, only).violation for only in (["broken"], [DEAD_END], [])]
    assert ["broken", DEAD_END, None] == [v and v.property for v in found]


def test_a_model_that_is_too_large_is_refused() -> None:
    with pytest.raises(TooManyStates, match="more than 2 states"):
        search(Graph(("AC", "CD", "DE", "EZ")), limit=2)
