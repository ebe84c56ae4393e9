"""The goals: which are met, and by what."""

import pytest
from bench.processes.large import Large
from bench.reporting.goals import Goal, goals
from bench.reporting.results import Run

from unit.bench.bench_results import a_run, found, slower


@pytest.fixture
def run() -> Run:
    return a_run()


def goal(run: Run, text: str) -> Goal:
    (one,) = [each for each in goals(run) if text in each.text]
    return one


def test_goals(run: Run) -> None:
    met = {each.text: each.met for each in goals(run)}
    assert [
        True, True, True, True, True, True, True, None, True, False, True, True, False, True,
    ] == list(met.values())  # fmt: skip


def test_the_headline_comes_first(run: Run) -> None:
    assert "`orders`" in goals(run)[0].text
    assert "2.50×" == goals(run)[0].measured


@pytest.mark.parametrize(("micros", "met"), [(1.2, True), (1.21, False)])
def test_the_headline_may_take_three_times_a_parse(run: Run, micros: float, met: bool) -> None:
    slower(run, "orders", "csvgate_encoded", micros)
    assert goal(run, "CPU of pyarrow's bare parse").met is met


@pytest.mark.parametrize(("micros", "met"), [(1.6, True), (1.61, False)])
def test_the_slowest_shape_is_named(run: Run, micros: float, met: bool) -> None:
    slower(run, "wide", "csvgate_encoded", micros)
    assert goal(run, "every shape: at most 4×").met is met
    assert "`wide`" in goal(run, "every shape: at most 4×").measured


def test_the_mean_is_geometric_and_leaves_out_the_sample_with_other_line_ends(run: Run) -> None:
    slower(run, "returns", "csvgate_encoded", 1000.0)
    assert goal(run, "geometric mean").met is True
    assert "8 shapes" in goal(run, "geometric mean").text
    slower(run, "wide", "csvgate_encoded", 2.0)
    slower(run, "texts", "csvgate_encoded", 0.5)
    assert run.mean_over_parse == pytest.approx(2.5)
    slower(run, "texts", "csvgate_encoded", 0.6)
    assert goal(run, "geometric mean").met is False


def test_pydantic_is_compared_on_the_headline(run: Run) -> None:
    slower(run, "orders", "pydantic_rows", 6.9)
    assert goal(run, "pydantic").met is False


def test_two_processors_are_judged_by_wall_time(run: Run) -> None:
    slower(run, "gzip", "csvgate_two", 0.66)
    assert goal(run, "`gzip`: wall time").met is False
    assert goal(run, "`orders`: wall time").met is True
    del run.shapes["orders"].results["csvgate_two"]
    assert goal(run, "`orders`: wall time").met is None


@pytest.mark.parametrize("name", ["csvgate_encoded", "csvgate_two"])
def test_a_fault_missed_on_any_shape_is_a_goal_missed(run: Run, name: str) -> None:
    run.shapes["latin"].results[name].score = found(10, missed=1)
    assert goal(run, "every shape: each fault").met is False
    assert "not exact: latin" == goal(run, "every shape: each fault").measured


@pytest.mark.parametrize(
    ("size", "peak", "files", "exact", "met"),
    [
        (5 * 10**9, 1280 * 2**20, 0, True, True),
        (5 * 10**9, 1280 * 2**20, 1, True, False),
        (5 * 10**9, 2**20, 0, False, False),
        (10**9, 2**20, 0, True, None),
    ],
)
def test_the_large_file(
    run: Run, size: int, peak: int, files: int, exact: bool, met: bool | None
) -> None:
    run.large = Large(
        rows=10, valid=9, rejected=1, bytes=size, bytes_out=1, cpu=1.0, wall=1.0, peak=peak,
        files=files, processors=2, faults=1, exact=exact,
    )  # fmt: skip
    assert goal(run, "5 GB").met is met


def test_lines_that_end_with_returns_are_compared_with_the_sample(run: Run) -> None:
    slower(run, "returns", "csvgate_encoded", 1.51)
    assert goal(run, "1.5× the time").met is False
