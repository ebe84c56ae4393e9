"""A statement that is ready to be sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from csvgate.light_dataclass import dataclass

TARGET: Final = "_csvgate_t"
SOURCE: Final = "_csvgate_s"
"""The aliases of the table that is changed and of the staged rows. No column of a contract can have
such a name, which an alias would hide."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value of a query parameter; a sequence of texts is an ARRAY."""

    name: str
    type: str
    value: str | datetime | Sequence[str]


@dataclass(frozen=True, slots=True)
class Query:
    """A statement or a script."""

    text: str
    parameters: tuple[Parameter, ...] = ()


NOTHING: Final = Query("SELECT 1")
"""The statement of an effect that changes nothing."""
