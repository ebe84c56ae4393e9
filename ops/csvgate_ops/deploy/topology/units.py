"""Durations and sizes as the topology writes them."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_duration(value: object) -> object:
    """`"10m"` → 600. Anything but a string is left to the type's own check."""
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"([0-9]+)([smhd])", value)
    if found is None:
        raise ValueError("a duration is digits followed by s, m, h or d, for instance 600s or 7d")
    return int(found[1]) * SECONDS[found[2]]


Seconds = Annotated[int, BeforeValidator(parse_duration), Field(ge=0)]
"""A whole number of seconds once loaded."""

Memory = Annotated[str, Field(pattern=r"^[1-9][0-9]*(Mi|Gi)$")]
