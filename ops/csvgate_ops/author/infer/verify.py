"""A draft against the engine: what it does not accept is relaxed, until it does."""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from csvgate.contracts.load import load
from csvgate.contracts.model import Contract
from csvgate.validation.faults import Fault
from csvgate.validation.validate import validate
from csvgate_ops.author.infer.draft import Column, Draft
from csvgate_ops.author.infer.yaml_text import yaml_text

_WIDER: Final = {"INT64": "NUMERIC", "NUMERIC": "BIGNUMERIC"}
_HOPELESS: Final = ("row.", "encoding.", "cell.")


@dataclass(slots=True)
class Outcome:
    """`hopeless` are rows that no contract could accept: their first faults, and how many."""

    rows: int = 0
    hopeless_rows: int = 0
    hopeless: list[Fault] = field(default_factory=list)
    by_column: dict[str, dict[str, Fault]] = field(default_factory=dict)
    """For columns whose rules are too narrow, the first fault of each code."""


def contract_of(draft: Draft) -> Contract:
    """As the loader reads it from a file."""
    with tempfile.TemporaryDirectory(prefix="csvgate-infer-") as folder:
        path = Path(folder) / f"{draft.dataset}.yaml"
        path.write_text(yaml_text(draft), encoding="utf-8")
        return load(path)


def settle(draft: Draft, pieces: Callable[[], Iterable[bytes]]) -> Outcome:
    """Relaxes the draft until every row is accepted that could be. Raises FileFault."""
    while True:
        outcome = _try(contract_of(draft), pieces())
        if not outcome.by_column:
            return outcome
        for column in draft.columns:
            for code, fault in outcome.by_column.get(column.name, {}).items():
                relax(column, code, fault)


def _try(contract: Contract, pieces: Iterable[bytes]) -> Outcome:
    outcome = Outcome()
    for batch in validate(pieces, contract):
        outcome.rows += batch.rows_read
        for row in batch.rejected:
            hopeless = [f for f in row.faults if f.column is None or f.code.startswith(_HOPELESS)]
            outcome.hopeless_rows += bool(hopeless)
            if len(outcome.hopeless) < 3:
                outcome.hopeless += hopeless[:1]
            for fault in row.faults:
                if fault.column is not None and not fault.code.startswith(_HOPELESS):
                    outcome.by_column.setdefault(fault.column, {}).setdefault(fault.code, fault)
    return outcome


def relax(column: Column, code: str, fault: Fault) -> None:
    """Take back the guess that a fault disproves; each call leaves less to take back."""
    line = f"line {fault.line}"
    match code:
        case "constraint.required":
            column.required = False
        case "constraint.unique":
            column.unique = False
            _renote(column, "unique", f"not unique: {line} repeats a value")
        case "constraint.enum":
            column.enum = None
            _renote(column, "values", f"few values, but another in {line}")
        case "constraint.minimum":
            column.minimum = None
            _renote(column, "below zero", "")
        case "bigquery.range" | "bigquery.scale" if _widen(column):
            pass
        case _:
            column.become_text(f"text, for {line} {fault.message}")


def _widen(column: Column) -> bool:
    kind = column.bigquery.partition("(")[0]
    if column.type not in ("integer", "number"):
        return False
    if column.bigquery != kind:
        column.bigquery = kind
        return True
    if kind in _WIDER:
        column.bigquery = _WIDER[kind]
        return True
    return False


def _renote(column: Column, words: str, note: str) -> None:
    column.notes = [n for n in column.notes if words not in n] + ([note] if note else [])
