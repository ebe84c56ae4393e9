"""The differences of contracts for a terminal and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from csvgate.text import counted
from csvgate_ops.author.diff.model import ContractDiff, Verdict
from csvgate_ops.deploy.tables.ddl import alteration


def lines(diff: ContractDiff) -> Iterator[str]:
    """Yield the verdict on one contract, and what leads to it."""
    yield f"{diff.dataset}: {diff.verdict.value}"
    for finding in diff.findings:
        mark = "breaking" if finding.breaking else "ok"
        yield f"  {mark:8}  {finding.about:9}  {finding.place}: {finding.text}"
    for statement in statements(diff):
        yield f"  {'DDL':8}  {statement}"


def statements(diff: ContractDiff) -> list[str]:
    """Return what the next deploy runs on the table, without the project's name."""
    if diff.table is None or diff.table.refusals:
        return []
    return [alteration(change) for change in diff.table.changes]


def summary(diffs: Sequence[ContractDiff]) -> str:
    """Return the verdict on all contracts."""
    return f"{verdict(diffs).value} ({counted(len(diffs), 'contract')} compared)"


def verdict(diffs: Sequence[ContractDiff]) -> Verdict:
    """Return the worst verdict."""
    worst = [Verdict.BREAKING, Verdict.NEEDS_DDL]
    found = {diff.verdict for diff in diffs}
    return next((each for each in worst if each in found), Verdict.COMPATIBLE)


def as_json(diff: ContractDiff) -> dict[str, Any]:
    return {
        "contract": diff.dataset,
        "verdict": diff.verdict.value,
        "findings": [
            {"about": f.about, "place": f.place, "text": f.text, "breaking": f.breaking}
            for f in diff.findings
        ],
        "ddl": statements(diff),
    }
