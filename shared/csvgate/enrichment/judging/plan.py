"""Prepares the expressions of a contract once, to judge the rows of any number of files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING

from csvgate.contracts.model import Contract, RowCheck
from csvgate.contracts.reading.mistakes import spell
from csvgate.contracts.table import file_columns
from csvgate.enrichment.judging.assumed import assumed_types
from csvgate.enrichment.judging.needed import references_needed, without_unused_lookups
from csvgate.enrichment.rows.steps import LookupStep, Steps, plan_checks
from csvgate.enrichment.sql.derived_columns import DerivedColumn, DeriveStep
from csvgate.light_dataclass import dataclass
from csvgate.runtime.errors import Permanent

if TYPE_CHECKING:
    from csvgate.enrichment.rows.lookups import PreparedLookup
    from csvgate.enrichment.rows.references import ReferenceTable
    from csvgate.types.bigquery import BigQueryType

Check = tuple[int, RowCheck, DeriveStep]
"""The index of a check in the contract, the check, and the step that evaluates it alone."""


@dataclass(slots=True)
class JudgePlan:
    """The steps in the order of the contract."""

    fields: "dict[str, BigQueryType]"
    """The columns of the file, in order."""
    steps: "list[PreparedLookup | DeriveStep]" = field(default_factory=list)
    checks: DeriveStep | None = None
    """All checks, evaluated together."""
    each_check: list[Check] = field(default_factory=list)
    sources: dict[str, frozenset[str]] = field(default_factory=dict)
    """For each column that a step adds, the columns of the file that it depends on."""
    unjudged: list[str] = field(default_factory=list)
    """The derived columns and checks that are left out, because they need a reference that is
    missing."""

    @property
    def used(self) -> frozenset[str]:
        """The columns of the file that are needed."""
        found = set[str]()
        for step in (*self.steps, self.checks):
            if isinstance(step, DeriveStep):
                found |= step.inputs.keys()
            elif step is not None:
                found.add(step.by)
        return frozenset(found & self.fields.keys())

    def add(self, step: "PreparedLookup | DeriveStep") -> None:
        """Append a step."""
        self.steps.append(step)
        if isinstance(step, DeriveStep):
            self.sources |= {c.name: frozenset(self.cells(c.columns)) for c in step.columns}
        else:
            key = frozenset(self.cells((step.by,)))
            self.sources |= dict.fromkeys(step.columns, key)

    def cells(self, columns: Sequence[str]) -> list[str]:
        """Return the columns of the file that these columns depend on, in the file's order."""
        found = {source for name in columns for source in self.sources.get(name, (name,))}
        return [name for name in self.fields if name in found]


def prepare(contract: Contract, read: Callable[[str], bytes]) -> JudgePlan:
    """Prepare a contract. `read` returns the bytes of a reference by its name in the contract; only
    the references that expressions need are read. Raises Permanent `enrich.invalid`,
    `reference.malformed`, `reference.too_large`, and what `read` raises."""
    contract = without_unused_lookups(contract)
    references = read_references(contract, read)
    for lookup in (step.lookup for step in contract.enrich if step.lookup):
        references[lookup.reference].require(lookup.add)
    types = {name: table.fits for name, table in references.items()}
    steps = plan_checks(contract, types)
    if steps.complaints:
        raise Permanent(
            "enrich.invalid",
            f"contract {contract.dataset} cannot compute its expressions: "
            + "; ".join(f"{spell(path)}: {message}" for path, message in steps.complaints),
        )
    return _prepared(contract, steps, references)


def prepare_without_references(contract: Contract) -> JudgePlan:
    """Prepare what can be computed without the references of lookups."""
    plans = [plan_checks(contract, types) for types in assumed_types(contract, {})]
    return _prepared(contract, min(plans, key=lambda plan: len(plan.complaints)), {})


def read_references(
    contract: Contract, read: Callable[[str], bytes]
) -> "dict[str, ReferenceTable]":
    """Return the references of the contract's lookups."""
    names = sorted(references_needed(contract))
    if not names:
        return {}
    # Contracts without lookups save its import at a cold start, 6 ms of CPU.
    from csvgate.enrichment.rows.references import parse_reference

    return {
        name: parse_reference(read(name), name=name, reference=contract.references[name])
        for name in names
    }


def _prepared(
    contract: Contract, steps: Steps, references: "Mapping[str, ReferenceTable]"
) -> JudgePlan:
    plan = JudgePlan(file_columns(contract.schema_))
    known = set(plan.fields)
    for step in steps.run:
        if isinstance(step, LookupStep):
            lookup = step.lookup
            if lookup.reference not in references or lookup.by not in known:
                continue
            # Contracts without lookups save its import at a cold start.
            from csvgate.enrichment.rows.lookups import prepare_lookup

            table = references[lookup.reference]
            plan.add(prepare_lookup(table, by=lookup.by, by_type=step.by_type, add=lookup.add))
            known |= {*lookup.add}
        else:
            possible = _possible(step, known)
            known |= {column.name for column in possible.columns}
            if possible.columns:
                plan.add(possible)
    if steps.checks is not None:
        plan.checks = _possible(steps.checks, known)
        for column in plan.checks.columns:
            index = int(column.name.removeprefix("check "))
            alone = _only(plan.checks, [column])
            plan.each_check.append((index, contract.checks[index], alone))
        if not plan.checks.columns:
            plan.checks = None
    derived = [name for step in contract.enrich for name in step.derive or ()]
    plan.unjudged += [name for name in derived if name not in known]
    checked = {index for index, _, _ in plan.each_check}
    plan.unjudged += [f"checks[{i}]" for i in range(len(contract.checks)) if i not in checked]
    return plan


def _possible(step: DeriveStep, known: set[str]) -> DeriveStep:
    """Return the step with the columns that are computed from `known` ones."""
    return _only(step, [c for c in step.columns if known.issuperset(c.columns)])


def _only(step: DeriveStep, columns: Sequence[DerivedColumn]) -> DeriveStep:
    used = {name for column in columns for name in column.columns}
    inputs = {name: kind for name, kind in step.inputs.items() if name in used}
    return replace(step, columns=tuple(columns), inputs=inputs)
