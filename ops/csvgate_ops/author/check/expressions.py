"""Prepares what judges rows by the expressions of a contract, on the author's machine.

Only a contract with `derive` or `checks` imports DuckDB's interface, and starts its process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from csvgate.contracts.load import load
from csvgate.contracts.model import Contract
from csvgate.contracts.reading.mistakes import Complaint, ContractError
from csvgate.enrichment.judging.needed import (
    has_expressions,
    references_needed,
    without_unused_lookups,
)
from csvgate.runtime.errors import Permanent, Transient
from csvgate.validation.judge import Judge
from csvgate_ops.author.check.output import Unusable


@dataclass(frozen=True, slots=True)
class Expressions:
    judge: Judge | None = None
    """None if the contract has no expressions, or none that can be computed."""
    left_out: str | None = None
    """A note on those that are not computed."""


def expressions(file: Path, contract: Contract, folder: Path | None) -> Expressions:
    """Prepare the expressions of a contract, which is in `file`. `folder` has the references; None
    if they are not known. Raises Unusable for mistakes in expressions and for references that
    cannot be used."""
    if not has_expressions(contract):
        return Expressions()
    from csvgate.enrichment.judging.plan import prepare, prepare_without_references
    from csvgate.enrichment.judging.row_judge import RowJudge

    try:
        load(file, further=_mistakes(folder))
        if folder is not None or not references_needed(without_unused_lookups(contract)):
            return Expressions(RowJudge(prepare(contract, _reader(contract, folder or Path()))))
        plan = prepare_without_references(contract)
    except (ContractError, Permanent, Transient) as error:
        raise Unusable(str(error)) from error
    verb = "are" if len(plan.unjudged) > 1 else "is"
    return Expressions(
        RowJudge(plan) if plan.steps or plan.checks else None,
        f"{', '.join(plan.unjudged)} {verb} not computed without --references DIR",
    )


def _mistakes(folder: Path | None) -> Callable[[Contract], list[Complaint]]:
    def found(contract: Contract) -> list[Complaint]:
        from csvgate.enrichment.judging.assumed import expression_mistakes
        from csvgate.enrichment.judging.plan import read_references

        if folder is None:
            return expression_mistakes(contract, {})
        needed = without_unused_lookups(contract)
        tables = read_references(needed, _reader(contract, folder))
        return expression_mistakes(contract, {name: t.fits for name, t in tables.items()})

    return found


def _reader(contract: Contract, folder: Path) -> Callable[[str], bytes]:
    def read(name: str) -> bytes:
        path = folder / contract.references[name].object
        try:
            return path.read_bytes()
        except OSError as error:
            raise Unusable(
                f"cannot read reference {name}: {path}: {error.strerror or error}"
            ) from error

    return read
