"""Rules for the columns that `enrich` adds, in the order of its steps."""

import re
from collections.abc import Collection
from contextlib import suppress
from typing import Final

from csvgate.contracts.checks.column_names import wrong_column_name
from csvgate.contracts.checks.destination import check_destination
from csvgate.contracts.model import Contract, EnrichStep, Lookup
from csvgate.contracts.reading.mistakes import Complaints, Path, suggest
from csvgate.contracts.table import column_type
from csvgate.types.bigquery import parse

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
KEYS: Final = ("STRING", "INT64", "NUMERIC", "BIGNUMERIC", "BOOL", "DATE")
"""The BigQuery types of keys: equal values have equal representations there, so lookups find
them."""


class EnrichChecker:
    """Checks the steps in order, and keeps track of the columns so far."""

    def __init__(self, contract: Contract, unsure: Collection[str]) -> None:
        self.contract = contract
        self.kinds: dict[str, str | None] = {}
        """The BigQuery kind of each column; None where it depends on the data, or on a mistake in
        the contract."""
        for field in contract.schema_.fields:
            self.kinds[field.name] = None
            if field.name not in unsure:
                with suppress(ValueError):
                    self.kinds[field.name] = column_type(field).kind
        if contract.schema_.rescues:
            self.kinds[contract.schema_.rescue_column] = "JSON"

    def check(self) -> Complaints:
        """Places are relative to the contract."""
        yield from self._references()
        for i, step in enumerate(self.contract.enrich):
            for path, message in self._step(step):
                yield ("enrich", i, *path), message
        yield from check_destination(self.contract, self.kinds)

    def _references(self) -> Complaints:
        used = [step.lookup for step in self.contract.enrich if step.lookup]
        for name, reference in self.contract.references.items():
            place: Path = ("references", name)
            if not _NAME.fullmatch(name):
                message = "may have letters, digits and _ only, and not begin with a digit"
                yield place, f"{name!r} {message}"
            if not reference.object or reference.object.startswith(("/", "gs://")):
                message = "should name an object in the reference bucket, such as rates.csv"
                yield (*place, "object"), message
            added = {column for lookup in used if lookup.reference == name for column in lookup.add}
            for column, kind in reference.columns.items():
                where = (*place, "columns", column)
                if column not in added:
                    yield where, f"no lookup adds {column!r}; {suggest(column, sorted(added))}"
                yield from ((where, m) for m in _wrong_type(kind))

    def _step(self, step: EnrichStep) -> Complaints:
        if (step.lookup is None) == (step.derive is None):
            yield (), "should have either `lookup` or `derive`; write two steps if you need both"
        if step.lookup is not None:
            yield from self._lookup(step.lookup)
        if step.derive is not None:
            if not step.derive:
                yield ("derive",), "is empty; name a column or drop the step"
            for name, derivation in step.derive.items():
                if not derivation.sql.strip():
                    yield ("derive", name, "sql"), "is empty; write an expression"
                wrong = list(_wrong_type(derivation.bigquery))
                yield from ((("derive", name, "bigquery"), m) for m in wrong)
                kind = None if wrong else parse(derivation.bigquery).kind
                yield from self._add(("derive", name), name, kind)

    def _lookup(self, lookup: Lookup) -> Complaints:
        reference = self.contract.references.get(lookup.reference)
        if reference is None:
            hint = suggest(lookup.reference, self.contract.references)
            yield ("lookup", "reference"), f"{lookup.reference!r} is not in `references`; {hint}"
        kind = self.kinds.get(lookup.by)
        if lookup.by not in self.kinds:
            hint = suggest(lookup.by, self.kinds)
            yield ("lookup", "by"), f"{lookup.by!r} is not a column at this step; {hint}"
        elif kind is not None and kind not in KEYS:
            message = f"{lookup.by!r} is {kind}, which cannot be a key; use {', '.join(KEYS)}"
            yield ("lookup", "by"), message
        for i, name in enumerate(lookup.add):
            if reference and name == reference.key:
                message = f"{name!r} is the key, so it equals {lookup.by}; drop it"
                yield ("lookup", "add", i), message
                continue
            override = reference.columns.get(name) if reference else None
            kind = None if override is None or any(_wrong_type(override)) else parse(override).kind
            yield from self._add(("lookup", "add", i), name, kind)

    def _add(self, place: Path, name: str, kind: str | None) -> Complaints:
        wrong = wrong_column_name(name)
        if wrong:
            yield place, wrong
        elif name.casefold() in map(str.casefold, self.kinds):
            yield place, f"{name!r} already is a column; choose another name"
        else:
            self.kinds[name] = kind


def _wrong_type(kind: str) -> list[str]:
    try:
        parse(kind)
    except ValueError as error:
        return [str(error)]
    return []
