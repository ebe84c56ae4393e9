"""A healthy deployment of dev as the doctor sees it, and functions that introduce faults."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from csvgate.contracts.load import load_directory
from csvgate.contracts.model import Contract
from csvgate.ports import Column
from csvgate_ops.deploy.contracts.model import DeployedContracts
from csvgate_ops.deploy.doctor.diagnose import diagnose
from csvgate_ops.deploy.doctor.model import Check, Facts, Fault
from csvgate_ops.deploy.plan.model import Binding, Key, Value
from csvgate_ops.deploy.tables.expected import expected
from csvgate_ops.deploy.tables.model import ExistingTable
from unit.deploy.plan.environments import ROOT, healthy_project, wanted

Spoil = Callable[[Facts], Facts]
PROJECT = "example-csvgate-dev"
NUMBER = "123456789012"
TABLE = "sales.orders"


@cache
def contracts() -> tuple[Contract, ...]:
    return tuple(load_directory(ROOT / "contracts"))


def table() -> ExistingTable:
    """The table as the first upload creates it."""
    (contract,) = contracts()
    spec = expected(contract, ())
    return ExistingTable(spec.columns, "TABLE", spec.partition_by, spec.cluster_by)


def healthy() -> Facts:
    desired = wanted("dev")
    names = ("VALIDATE_AND_PARSE", "ENRICH_RECORDS", "NOTIFY_STAKEHOLDERS")
    return Facts(
        environment="dev",
        desired=desired,
        observed=replace(healthy_project(desired), tables={TABLE: table()}),
        variables={
            "PROJECT_NUMBER": NUMBER,
            **{f"{n}_SUBSCRIPTION": f"eventarc-sub-{n[:3].lower()}" for n in names},
        },
        contracts=contracts(),
    )


def faults(facts: Facts) -> list[Fault]:
    return [fault for check in diagnose(facts) for fault in check.faults]


def check(facts: Facts, subject: str) -> Check:
    (found,) = [c for c in diagnose(facts) if c.subject == subject]
    return found


def without(*keys: tuple[str, str]) -> Spoil:
    gone = {Key(*key) for key in keys}

    def spoil(facts: Facts) -> Facts:
        assert gone <= facts.observed.resources.keys()
        left = {k: f for k, f in facts.observed.resources.items() if k not in gone}
        return replace(facts, observed=replace(facts.observed, resources=left))

    return spoil


def with_field(kind: str, name: str, field: str, value: Value) -> Spoil:
    key = Key(kind, name)

    def spoil(facts: Facts) -> Facts:
        resources = facts.observed.resources
        fields = {**resources[key], field: value}
        return replace(
            facts, observed=replace(facts.observed, resources={**resources, key: fields})
        )

    return spoil


def with_contracts(*digests: str) -> Spoil:
    """Contracts that were deployed, the latest first; none without arguments."""
    at = datetime(2026, 11, 29, 11, 30, tzinfo=UTC)
    deploys = tuple(DeployedContracts(digest, "7", at) for digest in digests)

    def spoil(facts: Facts) -> Facts:
        return replace(facts, observed=replace(facts.observed, contracts=deploys))

    return spoil


def without_role(kind: str, name: str, role: str, member: str) -> Spoil:
    def spoil(facts: Facts) -> Facts:
        gone = {
            b
            for b in facts.observed.bindings
            if (b.on, b.role) == (Key(kind, name), f"roles/{role}") and member in b.member
        }
        assert len(gone) == 1
        return replace(
            facts, observed=replace(facts.observed, bindings=facts.observed.bindings - gone)
        )

    return spoil


def with_role(kind: str, name: str, role: str, member: str) -> Spoil:
    def spoil(facts: Facts) -> Facts:
        also = Binding(Key(kind, name), f"roles/{role}", member)
        bindings = facts.observed.bindings | {also}
        return replace(facts, observed=replace(facts.observed, bindings=bindings))

    return spoil


def with_monitoring(kind: str, name: str, **change: object) -> Spoil:
    """Change fields of a policy, metric, channel or dashboard; without changes, remove it."""

    def spoil(facts: Facts) -> Facts:
        found = facts.observed.monitoring
        items = dict(getattr(found, kind))
        there = items.pop(name)
        if change:
            items[name] = {**there, **change}
        found = replace(found, **{kind: items})
        return replace(facts, observed=replace(facts.observed, monitoring=found))

    return spoil


def with_columns(change: Callable[[tuple[Column, ...]], tuple[Column, ...]]) -> Spoil:
    return lambda facts: with_table(columns=change(facts.observed.tables[TABLE].columns))(facts)


def with_table(**changes: Any) -> Spoil:
    def spoil(facts: Facts) -> Facts:
        tables = {TABLE: replace(facts.observed.tables[TABLE], **changes)}
        return replace(facts, observed=replace(facts.observed, tables=tables))

    return spoil


def with_type(name: str, type_: str) -> Spoil:
    """Give a column of the table another type."""
    return with_columns(
        lambda found: tuple(replace(c, type=type_) if c.name == name else c for c in found)
    )
