"""The table of kernels in docs/architecture.md, with what a cell costs in each.

Its numbers are measured, so only the bench writes it. `make docs` and its check leave what is
between the markers as it is: they would give other numbers each time.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.kernel_cases import LOW, Cost
from bench.reporting.machine import Machine
from bench.reporting.markdown import percent, table
from bench.stage_names import RULES

MARK: Final = "<!-- kernel table, by `make bench`: measured, so `make docs` leaves it alone -->"
_SHOWN: Final = 0.05
"""The least share of a column's time that is worth naming."""


def kernels(costs: Sequence[Cost], machine: Machine) -> str:
    rows = [
        (
            f"`{cost.type}`",
            cost.what,
            _read_by(cost),
            f"{cost.high:,.0f}",
            f"{cost.low:,.0f}",
            f"{cost.rules:,.0f}",
        )
        for cost in costs
    ]
    head = (
        "type", "format, column or constraint", "read by", "ns per cell, hardly repeated",
        f"ns per cell, {LOW} distinct", "ns per cell, rules alone",
    )  # fmt: skip
    return (
        f"Measured on {machine.at} ({machine.cpu}, commit `{machine.commit}`), with columns of "
        f"valid cells. “Read by” names the classes that take {percent(_SHOWN)} or more of the time "
        "of a column whose cells hardly repeat. `DistinctKernel` has each new text read by the "
        "rules, and looks it up when it comes again. A type without a kernel for all its cells has "
        "its reason in the last three columns. “Rules alone” is one cell after the other, with the "
        "texts that the rules remember (4,096 at most).\n\n" + table(head, rows)
    )


def _read_by(cost: Cost) -> str:
    shares = sorted(cost.kernels.items(), key=lambda each: -each[1])
    return ", ".join(
        f"`{name}` {percent(share)}" if name != RULES else f"the rules, by row, {percent(share)}"
        for name, share in shares
        if share >= _SHOWN
    )


def with_kernels(page: str, text: str) -> str:
    """Return the page with the text between its two markers. Raises ValueError if it does not have
    them."""
    if page.count(MARK) != 2:
        raise ValueError(f"the page must have this line twice: {MARK}")
    before, _, after = page.split(MARK)
    return f"{before}{MARK}\n\n{text}\n{MARK}{after}"


def write_kernels(path: Path, costs: Sequence[Cost], machine: Machine) -> None:
    page = path.read_text(encoding="utf-8")
    path.write_text(with_kernels(page, kernels(costs, machine)), encoding="utf-8")
