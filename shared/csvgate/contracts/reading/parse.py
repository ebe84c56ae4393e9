"""Turns a YAML document into a contract, and finds everything that is wrong with it."""

import copy
import json
from difflib import get_close_matches
from typing import Any, Final

from pydantic import ValidationError

from csvgate.contracts.checks.all_checks import check
from csvgate.contracts.model import Contract
from csvgate.contracts.reading.explain import UNKNOWN, explain
from csvgate.contracts.reading.mistakes import Complaint, Path
from csvgate.contracts.reading.yaml import Data, Document

_FIELDS: Final = ("schema", "fields")
_NAMING: Final = frozenset(
    ["schema", "fields", "name", "enrich", "lookup", "add", "derive", "references"]
)
_PLACEHOLDERS: Final[dict[Path, object]] = {
    ("match",): ["?"],
    ("destination",): {"dataset": "?", "table": "?"},
}


def parse(
    document: Document, *, check_rules: bool = True
) -> tuple[Contract | None, list[Complaint]]:
    """Return the contract, if it can be built, and everything wrong beyond the document's own
    mistakes.

    If only the structure of some property is wrong, the rules are still checked without it, but
    complaints about the part that contains it are dropped: a wrong type must not be reported as
    wrong bounds too. If a name that others may refer to is lost, the contract is None.

    `check_rules=False` leaves out the rules of a contract whose structure is right.
    """
    known = [path for path, _, _ in document.wrong]
    try:
        contract = _validate(document.data)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    else:
        if not check_rules:
            return contract, []
        return contract, [c for c in check(contract) if not _covered(c[0], known)]
    found = list(explain(errors, document.data))
    complaints = [(path, message) for path, message, _ in found if not _covered(path, known)]
    unknown = [path for path, _, kind in found if kind == UNKNOWN]
    wrong = [path for path, _, kind in found if kind != UNKNOWN]
    lost = any(map(_loses_names, wrong)) or any(map(_may_name, unknown))
    rest = None if lost else _salvage(document.data, unknown, wrong)
    if rest is not None:
        # An unknown constraint changes nothing about the others.
        doubtful = [path for path in unknown if "constraints" not in path]
        broken = [_unit(path) for path in wrong + doubtful]
        names = [f.name for i, f in enumerate(rest.schema_.fields) if (*_FIELDS, i) in broken]
        complaints += [c for c in check(rest, names) if not _covered(c[0], known + broken)]
    return rest, complaints


def _validate(data: Data) -> Contract:
    # Through JSON, because pydantic's strict mode accepts lists for tuples there and nothing else:
    # the word `yes` is not a boolean, and 1 is not text.
    return Contract.model_validate_json(json.dumps(data), strict=True, by_alias=True, by_name=False)


def _salvage(data: Data, unknown: list[Path], wrong: list[Path]) -> Contract | None:
    """Return the contract without its wrong properties, or with a placeholder where one is
    required."""
    rest = copy.deepcopy(data)
    for path in unknown:
        _set(rest, path, None)
    for path in wrong:
        _set(rest, path, None)
    try:
        return _validate(rest)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    for path, _, _ in explain(errors, rest):
        _set(rest, path, _PLACEHOLDERS.get(path, "?"))
    try:
        return _validate(rest)
    except ValidationError:
        return None


def _set(data: Any, path: Path, value: object) -> None:
    """Sets the property at or around a path, or removes it if `value` is None. The property may be
    gone already."""
    path = _property(path)
    for part in path[:-1]:
        if isinstance(data, dict) and part not in data:
            return
        data = data[part]
    if isinstance(data, dict):
        if value is None:
            data.pop(path[-1], None)
        else:
            data[path[-1]] = value


def _property(path: Path) -> Path:
    """Return the path without the indices at its end: removing one entry of a list would renumber
    others."""
    while path and isinstance(path[-1], int):
        path = path[:-1]
    return path


def _loses_names(path: Path) -> bool:
    """Return whether fields, columns or references lose their names without this property."""
    path = _property(path)
    return not path or path[-1] in _NAMING or path[-2:-1] in (("references",), ("derive",))


def _may_name(path: Path) -> bool:
    """Return whether an unknown property may be a misspelt one that names fields, columns or
    references."""
    return bool(get_close_matches(str(path[-1]), _NAMING))


def _unit(path: Path) -> Path:
    """Return the part of a contract whose rules cannot be relied on while something in it is wrong:
    a field, a step, a reference, the partitions; otherwise the path itself."""
    if path[:2] == _FIELDS:
        return path[:3]
    if path[:2] == ("destination", "partition_by"):
        return path[:2]
    return path[:2] if path[:1] in (("enrich",), ("references",)) else path


def _covered(path: Path, broken: list[Path]) -> bool:
    return any(path[: len(b)] == b for b in broken)
