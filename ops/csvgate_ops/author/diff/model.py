"""The result of comparing two versions of a contract: data without behaviour."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from pydantic import BaseModel

from csvgate_ops.deploy.tables.model import TablePlan

About = Literal["uploads", "table", "consumers"]


class Verdict(Enum):
    COMPATIBLE = "compatible"
    """Whatever was accepted still is, with the same values, and the table stays as it is."""
    NEEDS_DDL = "needs DDL"
    """The same, after the next deploy has altered the table."""
    BREAKING = "breaking"
    """Rows or files that were accepted are refused, or the same file leads to other values in the
    table, or queries of the table may fail or miss rows, or the table cannot follow."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One consequence. `place` is the property that changed."""

    about: About
    place: str
    text: str
    breaking: bool = False


@dataclass(frozen=True, slots=True)
class ContractDiff:
    """The consequences for one contract. `table` is what a deploy does to the table that the old
    version has created."""

    dataset: str
    findings: tuple[Finding, ...]
    table: TablePlan | None = None

    @property
    def verdict(self) -> Verdict:
        if any(finding.breaking for finding in self.findings):
            return Verdict.BREAKING
        if self.table is not None and self.table.changes:
            return Verdict.NEEDS_DDL
        return Verdict.COMPATIBLE


Findings = Iterator[Finding]


def refuses(place: str, text: str) -> Finding:
    """Return a finding about rows or files that were accepted and are refused now."""
    return Finding("uploads", place, text, breaking=True)


def accepts(place: str, text: str) -> Finding:
    """Return a finding about rows or files that were refused and are accepted now."""
    return Finding("uploads", place, text)


def rereads(place: str, text: str) -> Finding:
    """Return a finding about files that lead to other values than before."""
    return Finding("consumers", place, text, breaking=True)


def shown(value: object) -> str:
    """Return a value of a contract as a message shows it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, BaseModel):
        given = {k: v for k, v in value if v is not None}
        return f"{{{', '.join(f'{k}: {shown(v)}' for k, v in given.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(shown, value))}]"
    return str(value)
