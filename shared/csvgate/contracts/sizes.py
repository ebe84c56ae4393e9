"""Sizes as people write them: 5GiB, 100 MB, 512 B, or a number of bytes."""

import re
from decimal import Decimal
from typing import Final

_SIZE: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*")
_UNITS: Final = {
    "": 1, "b": 1,
    "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
}  # fmt: skip


def parse_size(value: object) -> object:
    """Bytes of a text such as `5GiB`; anything that is no text passes for others to judge.

    Raises ValueError in words for a person.
    """
    if not isinstance(value, str):
        return value
    found = _SIZE.fullmatch(value)
    unit = _UNITS.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise ValueError(f"{value!r} is not a size; write for example 5GiB, 100 MB or 1048576")
    size = Decimal(found[1]) * unit
    if size != int(size):
        raise ValueError(f"{value!r} is not a whole number of bytes")
    return int(size)
