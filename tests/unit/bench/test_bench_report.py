"""The report: every part, every contender, and what was not measured."""

import pytest
from bench.contenders import ENRICHMENT, VALIDATION
from bench.processes.large import Large
from bench.reporting import machine
from bench.reporting.report import render
from bench.reporting.report_kernels import MARK, kernels, with_kernels
from bench.reporting.results import Run
from bench.stage_names import ALL_STAGES

from csvgate_ops.local.cloud.options import repository
from unit.bench.bench_results import MACHINE, a_run, found, slower


@pytest.fixture
def run() -> Run:
    return a_run()


def test_every_part_and_every_contender(run: Run) -> None:
    text = render(run)
    for entry in (*VALIDATION, *ENRICHMENT):
        assert f"| {entry.title} |" in text
    parts = (
        "The goals", "Shapes of files", "All contenders on `orders`", "What each found",
        "Enrichment", "Bytes per record", "Small files", "Cold starts", "The machine",
    )  # fmt: skip
    for part in parts:
        assert f"\n## {part}" in text
    assert "make bench ROWS=1000 ROUNDS=2" in text


def test_a_line_for_each_shape(run: Run) -> None:
    text = render(run)
    assert (
        "| `orders` | 1,000 | 100 | 1.00 | 0.40 | 2.50× | 7.00 | 7.00× | 0.90 | 0.90× | 1.00 "
        "| 0.65 | 0.65 | 100 MiB | 100 MiB | 10 exact |" in text
    )
    assert "| `returns` | 1,000 | 100 | 1.00 | 0.40 | 2.50× | – | – | – | – | 1.00 | – |" in text
    assert "Geometric mean of “÷ pyarrow”: **2.50×**" in text


def test_a_missed_fault_stands_in_the_line_of_its_shape(run: Run) -> None:
    run.shapes["texts"].results["csvgate_encoded"].score = found(9, missed=1)
    assert "| 9 exact, **1 missed, 0 false** |" in render(run)
    assert "| 1 | 0 | `row.stray_quote` (1) |" in render(run)


def test_a_contender_that_could_not_run_is_named(run: Run) -> None:
    del run.shapes["sample"].results["frictionless_report"]
    run.shapes["sample"].left_out["frictionless"] = "frictionless is not installed"
    text = render(run)
    assert "- **frictionless** was not measured on `sample`: frictionless is not" in text
    assert "as fast as frictionless | not measured | – |" in text


def test_stages_of_slow_shapes(run: Run) -> None:
    assert "Where the time goes" not in render(run)
    run.shapes["wide"].stages = dict.fromkeys(ALL_STAGES, 0.5)
    assert f"| `wide` | {'0.50 | ' * len(ALL_STAGES)}4.50 |" in render(run)


def test_the_goal_of_the_headline_is_stricter(run: Run) -> None:
    assert [3.0, 4.0] == [run.shapes[name].goal for name in ("orders", "wide")]


def test_memory_of_the_large_file_is_one_number(run: Run) -> None:
    run.large = Large(
        rows=10, valid=9, rejected=1, bytes=5 * 10**9, bytes_out=1, cpu=1.0, wall=1.0,
        peak=300 * 2**20, files=40 * 2**20, processors=2, faults=1, exact=True,
    )  # fmt: skip
    assert "`/tmp` together | 340 MiB |" in render(run)


def test_the_first_upload_in_all_functions(run: Run) -> None:
    text = render(run)
    assert "1500 ms for what the three functions make only when they need it" in text
    # Three functions take 0.3 s each until they listen; hello_world does not count.
    assert "**2400 ms** in all three functions together" in text
    run.first_upload, run.no_first_upload = None, "the reason"
    assert "was not measured: the reason." in render(run)


def test_the_kernel_table(run: Run) -> None:
    text = kernels(run.costs, MACHINE)
    assert "| email | `EmailKernel` 60%, the rules, by row, 36% | 40 | 10 | 1,500 |" in text
    assert "| `duration` | default | `DistinctKernel` 100% | 2,500 | 9 | 1,200 |" in text


def test_the_kernel_table_replaces_what_is_between_the_markers() -> None:
    page = f"before\n{MARK}\n\nold\n{MARK}\nafter\n"
    assert f"before\n{MARK}\n\nnew\n\n{MARK}\nafter\n" == with_kernels(page, "new\n")
    with pytest.raises(ValueError, match="twice"):
        with_kernels("no marker", "new")


def test_the_architecture_has_the_markers() -> None:
    page = (repository() / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert "\n### What a cell costs\n" in with_kernels(page, "")


def test_the_report_of_a_slow_run_says_so(run: Run) -> None:
    slower(run, "orders", "csvgate_encoded", 2.0)
    assert "bare parse | 5.00× | **no** |" in render(run)


def test_a_missing_library_is_named_without_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LIBRARIES", ("a-library-that-nobody-has",))
    assert {"a-library-that-nobody-has": "not installed"} == machine.look().libraries
