"""Check the contracts' tables with the comparison that enrich_records makes before loading."""

from collections.abc import Iterator
from dataclasses import replace

from csvgate.contracts.model import Contract
from csvgate.contracts.table import table_spec
from csvgate.gcp.columns import differences
from csvgate.ports import Column, TableSpec
from csvgate.types.bigquery import BigQueryType, parse
from csvgate_ops.deploy.doctor import fixes
from csvgate_ops.deploy.doctor.model import Check, Facts, Fault
from csvgate_ops.deploy.kinds.dataset import query
from csvgate_ops.deploy.plan.model import Command, Key

BY_HAND = "set another table as the contract's destination, or copy this one with that column cast"


def checks(facts: Facts) -> Iterator[Check]:
    for contract in facts.contracts:
        yield _check(facts, contract)


def _check(facts: Facts, contract: Contract) -> Check:
    destination = contract.destination
    name = f"{destination.dataset}.{destination.table}"
    subject = f"table {name} of contract {contract.dataset}"
    if Key("dataset", destination.dataset) not in facts.observed.resources:
        if Key("dataset", destination.dataset) in {r.key for r in facts.desired.resources}:
            return Check(subject, skipped=f"dataset {destination.dataset} is missing")
        description = f"uploads cannot be loaded: deploy/topology.yaml has no {destination.dataset}"
        return Check(subject, faults=(Fault("table.dataset", description),))
    found = facts.tables.get(name)
    if found is None:
        return Check(subject, "is created by the first upload")
    spec = expected(contract, found)
    faults = tuple(_faults(facts, spec, found, set(_looked_up(contract))))
    return Check(subject, f"{len(spec.columns)} columns match", faults)


def expected(contract: Contract, found: tuple[Column, ...]) -> TableSpec:
    """Return the table that an upload needs. The type of a column that a lookup adds is only known
    from the reference's rows: an existing column counts as correct, a missing one as STRING."""
    existing = {column.name.lower(): column for column in found}
    added = {name: _type(existing.get(name.lower())) for name in _looked_up(contract)}
    return table_spec(contract, added)


def _type(column: Column | None) -> BigQueryType:
    try:
        return parse(column.type if column else "STRING")
    except ValueError:
        return BigQueryType("STRING")


def _looked_up(contract: Contract) -> Iterator[str]:
    for step in contract.enrich:
        yield from step.lookup.add if step.lookup else ()


def _faults(
    facts: Facts, spec: TableSpec, found: tuple[Column, ...], looked_up: set[str]
) -> Iterator[Fault]:
    existing = {column.name.lower(): column for column in found}
    for column in spec.columns:
        other = existing.pop(column.name.lower(), None)
        if other is None and column.name in looked_up:
            missing = f"{column.name}: missing; add it with the type that its reference gives it"
            yield Fault("table.column", missing)
            continue
        for difference in differences(replace(spec, columns=(column,)), [other] if other else []):
            fix = _fix(facts, spec, column, other)
            description = difference if fix else f"{difference}; {BY_HAND}"
            yield Fault("table.column", description, fix)
    for column in existing.values():
        for difference in differences(replace(spec, columns=()), [column]):
            alteration = f"ALTER COLUMN `{column.name}` DROP NOT NULL"
            yield Fault("table.column", difference, _alter(facts, spec, alteration))


def _fix(facts: Facts, spec: TableSpec, column: Column, other: Column | None) -> tuple[str, ...]:
    """A column can be added, widened or made nullable in place, but its type cannot change."""
    if other is None:
        return _alter(facts, spec, f"ADD COLUMN `{column.name}` {column.type}")
    if other.required > column.required:
        return _alter(facts, spec, f"ALTER COLUMN `{column.name}` DROP NOT NULL")
    if parse(column.type).kind == _type(other).kind:
        wider = f"ALTER COLUMN `{column.name}` SET DATA TYPE {column.type}"
        return _alter(facts, spec, wider)
    return ()


def _alter(facts: Facts, spec: TableSpec, alteration: str) -> tuple[str, ...]:
    place = facts.desired.place
    statement = f"ALTER TABLE `{place.project}`.{spec.dataset}.{spec.table} {alteration}"
    return fixes.commands(facts, [Command(query(place, statement), "alter the table")])
