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

MARK: Final = "<!-- kernel table, by `make bench`: measured, so `make docs` leaves it alone -->"
_DISTINCT: Final = "DistinctKernel"


def kernels(costs: Sequence[Cost], machine: Machine) -> str:
    rows = [
        (
            f"`{cost.type}`",
            cost.what,
            _read_by(cost),
            f"{cost.high:,.0f}",
            percent(cost.left),
            f"{cost.low:,.0f}",
            f"{cost.rules:,.0f}",
        )
        for cost in costs
    ]
    head = (
        "type", "format, column or constraint", "read by", "ns per cell, hardly repeated",
        "of it in the rules", f"ns per cell, {LOW} distinct", "ns per cell, rules alone",
    )  # fmt: skip
    return (
        f"Measured on {machine.at} ({machine.cpu}, commit `{machine.commit}`), with columns of "
        "valid cells. “Distinct cells” means that there is no bulk kernel, or that it was not "
        "used: each new text is read by the rules once, and looked up when it comes again. The "
        "reason to have none is in the table: the cost of a cell that comes again (20 distinct), "
        "and that of a cell which the rules read alone.\n\n" + table(head, rows)
    )


def _read_by(cost: Cost) -> str:
    names = [name for name in cost.kernels.split(", ") if name]
    return ", ".join("distinct cells" if name == _DISTINCT else f"`{name}`" for name in names)


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
