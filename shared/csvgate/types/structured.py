"""Cells that hold more than one value: JSON objects and arrays, points on the globe."""

from collections.abc import Callable
from typing import Any

from csvgate.types.cell_fault import CellFault
from csvgate.types.geopoints import Geopoint, parse_geopoint
from csvgate.types.json_text import WrongJson, parse_json


def object_reader() -> Callable[[str], dict[str, Any]]:
    """Reads the text of a cell; raises CellFault `type.object`."""

    def read(text: str) -> dict[str, Any]:
        found = _read(text, "type.object")
        if not isinstance(found, dict):
            raise CellFault(("type.object", 'is JSON, but no object such as {"a": 1}'))
        return found

    return read


def array_reader() -> Callable[[str], list[Any]]:
    """Reads the text of a cell; raises CellFault `type.array`."""

    def read(text: str) -> list[Any]:
        found = _read(text, "type.array")
        if not isinstance(found, list):
            raise CellFault(("type.array", "is JSON, but no array such as [1, 2]"))
        return found

    return read


def geopoint_reader(form: str) -> Callable[[str], Geopoint]:
    """Reads the text of a cell; raises CellFault `type.geopoint`."""

    def read(text: str) -> Geopoint:
        try:
            return parse_geopoint(text, form)
        except ValueError as error:
            raise CellFault(("type.geopoint", str(error))) from None

    return read


def _read(text: str, code: str) -> Any:
    try:
        return parse_json(text)
    except WrongJson as error:
        raise CellFault((code, str(error))) from None
