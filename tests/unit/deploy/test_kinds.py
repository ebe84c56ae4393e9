"""A kind of resource is complete: one file that declares everything, and a line in the registry."""

import importlib
import pkgutil
from pathlib import Path

import pytest

from csvgate_ops.deploy import kinds
from csvgate_ops.deploy.kinds import HEADINGS, KINDS
from csvgate_ops.deploy.kinds.kind import Fix, Kind, named, no_update
from csvgate_ops.deploy.plan import policies
from csvgate_ops.deploy.plan.model import Resource
from unit.deploy.plan.environments import (
    COMPANY,
    EXAMPLES,
    console_desired,
    healthy_project,
    wanted,
    with_schedules,
)

EACH = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def declared() -> list[Kind]:
    """The kinds of all modules in the folder."""
    modules = [
        importlib.import_module(f"{kinds.__name__}.{found.name}")
        for found in pkgutil.iter_modules([str(Path(kinds.__file__).parent)])
    ]
    return [value for module in modules for value in vars(module).values() if type(value) is Kind]


def asked_for(kind: Kind) -> list[Resource]:
    """What the environments, and those with schedules and the console, have of a kind."""
    every = [*map(wanted, EXAMPLES), with_schedules(), console_desired("iap")]
    return [r for desired in every for r in desired.resources if r.key.kind == kind.name]


def test_every_declared_kind_is_registered() -> None:
    assert {kind.name for kind in declared()} == KINDS.keys()
    assert len(KINDS) == len({kind.noun for kind in KINDS.values()})


@EACH
def test_the_topology_asks_for_it(kind: Kind) -> None:
    assert asked_for(kind)


def test_exactly_the_agents_that_use_a_key_have_a_consequence() -> None:
    target = policies.target("kms-key")
    members = {b.member for b in wanted(COMPANY).bindings if b.on.kind == "kms-key"}
    assert target.consequences.keys() == set(map(policies.short_name, members))


@EACH
def test_it_has_words_for_people(kind: Kind) -> None:
    assert kind.noun
    assert kind.heading in HEADINGS
    assert kind.missing.consequence
    assert kind.missing.description
    assert all(symptom.consequence for symptom in kind.symptoms)
    assert len(kind.symptoms) == len({symptom.code for symptom in kind.symptoms})


@EACH
def test_exactly_the_declared_fields_are_desired(kind: Kind) -> None:
    optional = {name for name, field in kind.fields.items() if field.optional}
    for resource in asked_for(kind):
        assert kind.fields.keys() >= resource.fields.keys() >= kind.fields.keys() - optional
    assert kind.fields.keys() == {name for r in asked_for(kind) for name in r.fields}


@EACH
def test_a_field_that_a_command_changes_has_that_command(kind: Kind) -> None:
    changeable = [n for n, f in kind.fields.items() if f.fix in (Fix.COMMAND, Fix.DEPLOY)]
    assert bool(changeable) == (kind.update is not no_update)


@EACH
def test_its_removal_is_decided(kind: Kind) -> None:
    """It is deleted, or goes with the resource that it is part of, or may serve others."""
    serve_others = {"api", "agent", "kms-key"}
    part_of = kind.part_of is not None
    assert 1 == sum((kind.removal is not None, part_of, kind.name in serve_others))


@EACH
def test_what_cannot_change_without_losing_data_is_data(kind: Kind) -> None:
    desired = wanted("dev")
    for name, field in kind.fields.items():
        if field.fix is Fix.MOVE_DATA:
            assert kind.removal is not None, name
            for resource in asked_for(kind):
                assert kind.removal.holds_data(resource.key, desired.resources)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_role_has_a_target(name: str) -> None:
    desired = wanted(name)
    for binding in desired.bindings:
        assert policies.target(binding.on.kind).heading in HEADINGS


@EACH
def test_symptoms_read_what_is_observed(kind: Kind) -> None:
    observed = healthy_project(wanted("dev")).resources
    for symptom in kind.symptoms:
        for key in observed:
            if key.kind == kind.name:
                assert "" == symptom.find(key, observed)


@EACH
def test_its_api_is_enabled(kind: Kind) -> None:
    assert kind.api in {r.key.name for r in asked_for(KINDS["api"])}


def test_the_names_of_fields_are_a_list_for_people() -> None:
    names = {"labels": None, "soft_delete": None, "versioning": None}
    assert "labels, soft delete and versioning" == named(names)
    assert "labels" == named({"labels": None})
