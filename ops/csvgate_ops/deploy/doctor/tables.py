"""The contracts' tables, by the comparison that enrich_records makes before it loads."""

from collections.abc import Iterator
from dataclasses import replace

from csvgate.contracts.model import Contract
from csvgate.contracts.table import table_spec
from csvgate.gcp.columns import differences
from csvgate.ports import Column, TableSpec
from csvgate.types.bigquery import BigQueryType, parse
from csvgate_ops.deploy.doctor import fixes
from csvgate_ops.deploy.doctor.model import Check, Facts, Fault
from csvgate_ops.deploy.kinds.dataset import bq
from csvgate_ops.deploy.plan.model import Command, Key

BY_HAND = "name another table in the contract's destination, or copy this one with that column cast"


def checks(facts: Facts) -> Iterator[Check]:
    for contract in facts.contracts:
        yield _check(facts, contract)


def _check(facts: Facts, contract: Contract) -> Check:
    destination = contract.destination
    name = f"{destination.dataset}.{destination.table}"
    about = f"table {name} of contract {contract.dataset}"
    if Key("dataset", destination.dataset) not in facts.observed.resources:
        if Key("dataset", destination.dataset) in {r.key for r in facts.desired.resources}:
            return Check(about, skipped=f"there is no dataset {destination.dataset}")
        said = f"no dataset {destination.dataset} in deploy/topology.yaml: no upload can be loaded"
        return Check(about, faults=(Fault("table.dataset", said),))
    found = facts.tables.get(name)
    if found is None:
        return Check(about, "is made by the first upload")
    spec = expected(contract, found)
    faults = tuple(_faults(facts, spec, found, set(_looked_up(contract))))
    return Check(about, f"{len(spec.columns)} columns fit", faults)


def expected(contract: Contract, found: tuple[Column, ...]) -> TableSpec:
    """What an upload needs. Only a reference's rows tell the type of a column that a lookup adds:
    one that is in the table counts as right, another as a STRING."""
    there = {column.name.lower(): column for column in found}
    added = {name: _type(there.get(name.lower())) for name in _looked_up(contract)}
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
    there = {column.name.lower(): column for column in found}
    for column in spec.columns:
        other = there.pop(column.name.lower(), None)
        if other is None and column.name in looked_up:
            said = f"{column.name}: not in the table; add it with the type that its reference gives"
            yield Fault("table.column", said)
            continue
        for said in differences(replace(spec, columns=(column,)), [other] if other else []):
            fix = _mended(facts, spec, column, other)
            yield Fault("table.column", said if fix else f"{said}; {BY_HAND}", fix)
    for column in there.values():
        for said in differences(replace(spec, columns=()), [column]):
            alter = f"ALTER COLUMN `{column.name}` DROP NOT NULL"
            yield Fault("table.column", said, _altered(facts, spec, alter))


def _mended(facts: Facts, spec: TableSpec, column: Column, other: Column | None) -> tuple[str, ...]:
    """A column can be added, widened or made nullable in place, not given another type."""
    if other is None:
        return _altered(facts, spec, f"ADD COLUMN `{column.name}` {column.type}")
    if other.required > column.required:
        return _altered(facts, spec, f"ALTER COLUMN `{column.name}` DROP NOT NULL")
    if parse(column.type).kind == _type(other).kind:
        wider = f"ALTER COLUMN `{column.name}` SET DATA TYPE {column.type}"
        return _altered(facts, spec, wider)
    return ()


def _altered(facts: Facts, spec: TableSpec, alteration: str) -> tuple[str, ...]:
    place = facts.desired.place
    statement = f"ALTER TABLE `{place.project}`.{spec.dataset}.{spec.table} {alteration}"
    location = f"--location={place.bigquery_location}"
    argv = (*bq(place), location, "query", "--nouse_legacy_sql", statement)
    return fixes.commands(facts, [Command(argv, "column")])
