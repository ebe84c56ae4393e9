"""Translates pydantic's errors for people who write YAML."""

from collections.abc import Iterator, Mapping, Sequence
from types import NoneType
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from csvgate.contracts.model import Contract
from csvgate.contracts.reading.mistakes import Path, suggest
from csvgate.contracts.reading.yaml import Data

UNKNOWN: Final = "extra_forbidden"
"""Pydantic's error type for a property that does not exist."""
_WANTED: Final[Mapping[str, str]] = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "mapping_type": "a mapping",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


def explain(errors: Sequence[ErrorDetails], data: Data) -> Iterator[tuple[Path, str, str]]:
    """Yield one path, message and pydantic error type for each place with errors."""
    places: dict[Path, list[ErrorDetails]] = {}
    for error in errors:
        places.setdefault(_place(error, data), []).append(error)
    for path, found in places.items():
        # Pydantic does not count invalid entries of a list as entries; for people they are entries.
        # And it says that such a list is not a text, if a text would be right too.
        inside = any(p[: len(path)] == path for p in places if p != path)
        if inside and (found[0]["type"] == "too_short" or isinstance(found[0]["input"], list)):
            continue
        yield path, _message(found, path), found[0]["type"]


def _place(error: ErrorDetails, data: Data) -> Path:
    """Return the error's place in the document. Pydantic's own path includes the union member it
    tried."""
    path: list[str | int] = []
    for part in error["loc"]:
        if isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        elif isinstance(data, dict) and part in data:
            data = data[str(part)]
        elif error["type"] == "missing" and isinstance(data, dict):
            return (*path, part)
        elif isinstance(data, list) and isinstance(part, str):
            continue  # the member of a union
        else:
            break
        path.append(part)
    return tuple(path)


def _message(found: Sequence[ErrorDetails], path: Path) -> str:
    kind = found[0]["type"]
    if kind == "missing":
        return "is missing; it is required"
    if kind == UNKNOWN:
        return f"unknown property `{path[-1]}`; {suggest(str(path[-1]), properties_at(path[:-1]))}"
    return what_is_wrong(found)


def what_is_wrong(found: Sequence[ErrorDetails]) -> str:
    """Return a message about a value that has these errors. It is there, and has its place."""
    error = found[0]
    kind, value = error["type"], error["input"]
    wanted = list(dict.fromkeys(_WANTED[e["type"]] for e in found if e["type"] in _WANTED))
    words = [word for e in found if e["type"] == "literal_error" for word in _words(e)]
    if wanted:
        # A single word may stand where another type is usual, as in `unique: table`.
        return f"should be {' or '.join([*wanted, *words])}, {_given(value, wanted)}"
    if kind == "literal_error" and len(words) == 1:
        return f"should be {words[0]}, but is {_show(value)}"
    if kind == "literal_error":
        return f"{_show(value)} is not one of {', '.join(words)}{_near(value, words)}"
    if kind == "too_short":
        return "is empty; it needs at least one entry"
    if kind == "string_too_short":
        return "is empty; write something"
    message = error["msg"].removeprefix("Value error, ")
    return message.replace("Input should be", "should be")


def _words(error: ErrorDetails) -> list[str]:
    """Return the words that a property may have."""
    expected = str(error.get("ctx", {}).get("expected", "")).replace(" or ", ", ")
    return [word.strip("'") for word in expected.split(", ")]


def _given(value: object, wanted: Sequence[str]) -> str:
    if value is None:
        return "but is empty"
    if wanted == ["text"] and isinstance(value, (bool, int, float)):
        return f'but {_show(value)} is not text; put it in quotes: "{_show(value)}"'
    if wanted == ["a list"] and isinstance(value, str):
        return f"but is a single text; write [{value}]"
    return f"but is {_show(value)}"


def _show(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return repr(value) if isinstance(value, str) else str(value)


def _near(value: object, words: Sequence[str]) -> str:
    hint = suggest(value, words) if isinstance(value, str) else ""
    return f"; {hint}" if hint.startswith("did") else ""


def properties_at(path: Path) -> list[str]:
    """Return the properties that a contract may have in the mapping at a place."""
    annotation: Any = Contract
    for part in path:
        annotation = _inside(annotation, part)
    return list(_annotations(annotation))


def _inside(annotation: Any, part: str | int) -> Any:
    """Return the annotation of the part of an annotated value."""
    arguments = get_args(annotation)
    if get_origin(annotation) is tuple:
        found = arguments[0]
    elif get_origin(annotation) is Mapping:
        found = arguments[1]
    else:
        found = _annotations(annotation)[str(part)]
    options = (
        [a for a in get_args(found) if a is not NoneType] if NoneType in get_args(found) else []
    )
    return options[0] if options else found


def _annotations(model: type[BaseModel]) -> dict[str, Any]:
    return {f.alias or name: f.annotation for name, f in model.model_fields.items()}
