"""Tests a draft with the engine, and relaxes it until it accepts all rows that it can."""

import re
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from csvgate.contracts.load import load
from csvgate.contracts.model import Contract
from csvgate.contracts.reading.mistakes import ContractError
from csvgate.validation.batch import Batch
from csvgate.validation.faults import Fault
from csvgate_ops.author.check.output import Unusable
from csvgate_ops.author.infer.contract.draft import Column, Draft
from csvgate_ops.author.infer.contract.yaml_text import yaml_text

_WIDER: Final = {"INT64": "NUMERIC", "NUMERIC": "BIGNUMERIC"}
_FIELD: Final = re.compile(r"schema\.fields\[([0-9]+)\]")
_BROKEN: Final = ("row.", "encoding.", "cell.")


@dataclass(slots=True)
class Outcome:
    """The result of a test. `broken` has the first faults of rows that no contract can accept."""

    rows: int = 0
    broken_rows: int = 0
    broken: list[Fault] = field(default_factory=list)
    by_column: dict[str, dict[str, Fault]] = field(default_factory=dict)
    """Column → code → the first fault, for columns whose rules are too strict."""


def contract_of(draft: Draft) -> Contract:
    """Return the draft as the loader reads it from a file."""
    with tempfile.TemporaryDirectory(prefix="csvgate-infer-") as folder:
        path = Path(folder) / f"{draft.dataset}.yaml"
        path.write_text(yaml_text(draft), encoding="utf-8")
        return load(path)


def relax(draft: Draft, batches: Callable[[Contract], Iterable[Batch]]) -> Outcome:
    """Relax the draft until it accepts every row that a contract can accept. `batches` reads the
    file, or a part of it, with a contract. Raises FileFault."""
    while True:
        outcome = _test(batches(_valid_contract(draft)))
        before = yaml_text(draft)
        if not outcome.by_column:
            return outcome
        for column in draft.columns:
            for code, fault in outcome.by_column.get(column.name, {}).items():
                _relax_column(column, code, fault)
        if yaml_text(draft) == before:
            # No guess is left to withdraw, so that no contract accepts these rows.
            faults = [f for codes in outcome.by_column.values() for f in codes.values()]
            outcome.broken_rows += len({fault.line for fault in faults})
            outcome.broken = (outcome.broken + faults)[:3]
            return outcome


def _valid_contract(draft: Draft) -> Contract:
    """Return the draft as a contract; columns with mistakes become text. Raises Unusable if other
    properties are wrong."""
    try:
        return contract_of(draft)
    except ContractError as error:
        mistakes = error.mistakes
    found = [(_FIELD.match(m.path), m.message) for m in mistakes]
    for field_path, message in found:
        if field_path is None:
            raise Unusable(f"cannot write a contract for this file: {message}")
        draft.columns[int(field_path[1])].become_text(f"text, because the contract {message}")
    return contract_of(draft)


def _test(batches: Iterable[Batch]) -> Outcome:
    outcome = Outcome()
    for batch in batches:
        outcome.rows += batch.rows_read
        for row in batch.rejected:
            broken = [f for f in row.faults if f.column is None or f.code.startswith(_BROKEN)]
            outcome.broken_rows += bool(broken)
            if len(outcome.broken) < 3:
                outcome.broken += broken[:1]
            for fault in row.faults:
                if fault.column is not None and not fault.code.startswith(_BROKEN):
                    outcome.by_column.setdefault(fault.column, {}).setdefault(fault.code, fault)
    return outcome


def _relax_column(column: Column, code: str, fault: Fault) -> None:
    """Withdraw the guess that a fault disproves."""
    line = f"line {fault.line}"
    match code:
        case "constraint.required":
            column.required = False
        case "constraint.unique":
            column.unique = False
            _replace_note(column, "unique", f"not unique: {line} repeats a value")
        case "constraint.enum":
            column.enum = None
            _replace_note(column, "values", f"few values, but {line} has another")
        case "constraint.minimum":
            column.minimum = None
            _replace_note(column, "never negative", "")
        case "bigquery.range" | "bigquery.scale" if _widen(column):
            pass
        case _:
            column.become_text(f"text, because {line} {fault.message}")


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


def _replace_note(column: Column, words: str, note: str) -> None:
    column.notes = [n for n in column.notes if words not in n] + ([note] if note else [])
