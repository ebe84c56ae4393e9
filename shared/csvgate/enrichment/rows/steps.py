"""Prepare a contract's `enrich` as steps that can be run, or report everything wrong with it."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import field
from typing import TYPE_CHECKING

from csvgate.contracts.checks.enrich import KEYS
from csvgate.contracts.model import Contract, Derivation, EnrichStep, Lookup, RowCheck
from csvgate.contracts.reading.mistakes import Complaint, Path, suggest
from csvgate.contracts.table import file_columns
from csvgate.light_dataclass import dataclass
from csvgate.types.bigquery import BigQueryType
from csvgate.types.bigquery import parse as parse_type

if TYPE_CHECKING:
    from csvgate.enrichment.sql.derived_columns import DerivedColumn, DeriveStep
    from csvgate.enrichment.sql.growth import Size

Types = Mapping[str, BigQueryType]


@dataclass(frozen=True, slots=True)
class LookupStep:
    lookup: Lookup
    by_type: BigQueryType


@dataclass(slots=True)
class Steps:
    """The steps in the contract's order. They can be run when there are no complaints."""

    run: "list[LookupStep | DeriveStep]" = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    checks: "DeriveStep | None" = None
    """The contract's `checks`, as columns that are true, false or NULL; None if it has none."""


def plan_steps(contract: Contract, references: Mapping[str, Types]) -> Steps:
    """Plan the steps. `references` gives the types to compute with (`ReferenceColumn.fit`), by
    reference and column."""
    return _planned(contract, references).steps


def plan_checks(contract: Contract, references: Mapping[str, Types]) -> Steps:
    """Plan the steps and the checks after them. `references` are those of `plan_steps`."""
    planner = _planned(contract, references)
    planner.checks(contract.checks)
    return planner.steps


def _planned(contract: Contract, references: Mapping[str, Types]) -> "_Planner":
    planner = _Planner(references, field_types(contract))
    for index, step in enumerate(contract.enrich):
        if step.lookup is not None:
            planner.lookup(("enrich", index, "lookup"), step.lookup)
        if step.derive is not None:
            later = {name for each in contract.enrich[index:] for name in _added(each)}
            planner.derive(("enrich", index, "derive"), step.derive, later)
    return planner


def _added(step: EnrichStep) -> Iterable[str]:
    return step.lookup.add if step.lookup is not None else step.derive or ()


class _Planner:
    def __init__(self, references: Mapping[str, Types], fields: Types) -> None:
        self.steps = Steps()
        self._references = references
        self._present = dict(fields)
        self._sizes: dict[str, Size] = {}
        """The sizes of the derived columns' values."""

    def lookup(self, path: Path, lookup: Lookup) -> None:
        by_type = self._present.get(lookup.by)
        if by_type is None:
            hint = suggest(lookup.by, self._present)
            self._complain((*path, "by"), f"no column `{lookup.by}` at this step: {hint}")
        elif by_type.kind not in KEYS:
            kinds = ", ".join(KEYS)
            self._complain((*path, "by"), f"a key cannot be {by_type}; use {kinds}")
        else:
            self.steps.run.append(LookupStep(lookup, by_type))
        columns = self._references.get(lookup.reference)
        if columns is None:
            hint = suggest(lookup.reference, self._references)
            self._complain((*path, "reference"), f"no reference `{lookup.reference}`: {hint}")
            return
        for name in lookup.add:
            if name in columns:
                self._add((*path, "add"), name, columns[name])
            else:
                hint = suggest(name, columns)
                self._complain((*path, "add"), f"{lookup.reference} has no column `{name}`: {hint}")

    def derive(self, path: Path, derive: Mapping[str, Derivation], later: Set[str]) -> None:
        """Plan a step. `later` are the columns that it and the steps after it add."""
        # Imported here, so that only a contract with `derive` loads DuckDB.
        from csvgate.enrichment.sql.derived_columns import DeriveStep

        columns = [self._derived((*path, name), name, d, later) for name, d in derive.items()]
        ready = tuple(column for column in columns if column is not None)
        used = {name for column in ready for name in column.columns}
        inputs = {name: kind for name, kind in self._present.items() if name in used}
        self.steps.run.append(DeriveStep(ready, inputs))
        self._sizes |= {column.name: column.size for column in ready}
        for name, derivation in derive.items():
            fits = {column.name: column.fit for column in ready}
            self._add((*path, name), name, fits.get(name) or parse_type(derivation.bigquery))

    def checks(self, checks: Sequence[RowCheck]) -> None:
        """Plan the checks, which see all columns. Their columns are named after their places."""
        if not checks:
            return
        from csvgate.enrichment.sql.derived_columns import DeriveStep

        found = [
            self._derived(("checks", i), f"check {i}", Derivation(sql=check.sql, bigquery="BOOL"))
            for i, check in enumerate(checks)
        ]
        ready = tuple(column for column in found if column is not None)
        used = {name for column in ready for name in column.columns}
        inputs = {name: kind for name, kind in self._present.items() if name in used}
        self.steps.checks = DeriveStep(ready, inputs)

    def _derived(
        self, path: Path, name: str, derivation: Derivation, later: Set[str] = frozenset()
    ) -> "DerivedColumn | None":
        from csvgate.enrichment.sql.derived_columns import prepare_column
        from csvgate.enrichment.sql.refusal import RefusedExpression

        declared = parse_type(derivation.bigquery)
        try:
            return prepare_column(name, derivation.sql, declared, self._present, self._sizes)
        except RefusedExpression as refused:
            reason = str(refused)
            if refused.unknown in later:
                reason = (
                    f"uses column {refused.unknown}, which this step or a later one adds; derive "
                    f"{name} in a step after that one"
                )
            elif refused.unknown and f'"{refused.unknown}"' in derivation.sql:
                reason += " " if reason.endswith("?") else ". "
                reason += "Texts are written in single quotes, columns in double quotes"
            self._complain((*path, "sql"), f"`{derivation.sql:.200}` {reason}")
            return None

    def _add(self, path: Path, name: str, kind: BigQueryType) -> None:
        if name.lower() in (present.lower() for present in self._present):
            self._complain(path, f"there already is a column `{name}`")
        self._present[name] = kind

    def _complain(self, path: Path, message: str) -> None:
        self.steps.complaints.append((path, message))


def field_types(contract: Contract) -> dict[str, BigQueryType]:
    return file_columns(contract.schema_)
