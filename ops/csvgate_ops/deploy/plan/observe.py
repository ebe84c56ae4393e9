"""Read what a project has, through gcloud's listing commands, a few at a time."""

import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from csvgate_ops.deploy.contracts.history import history
from csvgate_ops.deploy.kinds import KINDS
from csvgate_ops.deploy.monitoring import observe as monitoring
from csvgate_ops.deploy.monitoring.observe import MonitoringFound
from csvgate_ops.deploy.plan import console, policies
from csvgate_ops.deploy.plan.model import (
    PROJECT_NUMBER,
    Binding,
    Desired,
    Fields,
    Key,
    Observed,
    Place,
)
from csvgate_ops.deploy.run.gcloud import JsonReader
from csvgate_ops.deploy.tables.read import read_table, table_names

_CONCURRENT_COMMANDS = 4
A = TypeVar("A")
B = TypeVar("B")


def observe(desired: Desired, reader: JsonReader) -> Observed:
    """Return everything that a plan compares with. Raises CommandFailed, Unreachable,
    GcloudMissing."""
    place = desired.place
    number = str(reader.read(("gcloud", "projects", "describe", place.project))["projectNumber"])
    apis = KINDS["api"].observe(place, reader, ())
    kinds = [name for name, kind in KINDS.items() if kind.api in apis or name == "api"]

    def resources(kind: str) -> list[tuple[Key, Fields]]:
        names = {r.key.name for r in desired.resources if r.key.kind == kind}
        found = KINDS[kind].observe(place, reader, names)
        return [(Key(kind, name), fields) for name, fields in found.items()]

    existing = dict(_flat(run_concurrently(resources, kinds)))

    def granted(on: Key) -> list[Binding]:
        return list(policies.read(place, on, existing.get(on, {}), reader))

    # The console's policy also matters if the environment has no console any more.
    targets = dict.fromkeys((*(b.on for b in desired.bindings), console.KEY))
    present = [on for on in targets if on.kind == "project" or on in existing]
    bindings = (_without_number(b, number) for b in _flat(run_concurrently(granted, present)))
    datasets = [key.name for key in existing if key.kind == "dataset"]
    names = table_names(desired.contracts, datasets)
    found = run_concurrently(lambda name: read_table(place, name, reader), names)
    tables = {name: table for name, table in zip(names, found, strict=True) if table is not None}
    bucket = desired.contracts_bucket
    contracts = history(bucket, reader) if Key("bucket", bucket) in existing else ()
    watched = _monitoring(place, reader, apis)
    return Observed(existing, frozenset(bindings), watched, tables, contracts)


def _monitoring(place: Place, reader: JsonReader, apis: Mapping[str, Fields]) -> MonitoringFound:
    if not apis.keys() >= set(monitoring.APIS):
        return MonitoringFound()
    run_concurrently(reader.read, monitoring.listings(place.project))
    return monitoring.observe(reader.read, place.project)


def run_concurrently(call: Callable[[A], B], items: Iterable[A]) -> list[B]:
    with ThreadPoolExecutor(_CONCURRENT_COMMANDS) as pool:
        return list(pool.map(call, items))


def _flat(lists: Iterable[list[A]]) -> Iterable[A]:
    return (item for part in lists for item in part)


def _without_number(binding: Binding, number: str) -> Binding:
    """Put the variable that plans use in place of the project's number in an agent's name."""
    member = re.sub(rf"\b(service|bq)-{number}@", rf"\1-{PROJECT_NUMBER}@", binding.member)
    return replace(binding, member=member)
