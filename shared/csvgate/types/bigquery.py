"""BigQuery column types as DDL writes them: STRING(40), NUMERIC(12, 2), TIMESTAMP, …"""

import re
from typing import Final

from csvgate.light_dataclass import dataclass

_TYPE = re.compile(r"\s*([A-Za-z0-9]+)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*")
_ALIASES: Final = {
    "INTEGER": "INT64", "INT": "INT64", "BIGINT": "INT64", "SMALLINT": "INT64",
    "FLOAT": "FLOAT64", "BOOLEAN": "BOOL", "DECIMAL": "NUMERIC", "BIGDECIMAL": "BIGNUMERIC",
}  # fmt: skip
KINDS: Final = frozenset(
    ("STRING", "BYTES", "INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC", "BOOL", "DATE", "TIME",
     "DATETIME", "TIMESTAMP", "JSON", "GEOGRAPHY")
)  # fmt: skip
_DECIMAL_DIGITS: Final = {"NUMERIC": (29, 9), "BIGNUMERIC": (38, 38)}


@dataclass(frozen=True, slots=True)
class BigQueryType:
    """A type with its parameters: `length` in characters (STRING) or bytes (BYTES), `precision` and
    `scale` in digits."""

    kind: str
    length: int | None = None
    precision: int | None = None
    scale: int | None = None

    def __str__(self) -> str:
        if self.length is not None:
            return f"{self.kind}({self.length})"
        if self.precision is not None:
            return f"{self.kind}({self.precision}, {self.scale})"
        return self.kind

    @property
    def integer_digits(self) -> int:
        """The digits before the decimal point that a NUMERIC or BIGNUMERIC holds."""
        if self.precision is not None:
            return self.precision - (self.scale or 0)
        return _DECIMAL_DIGITS[self.kind][0]

    @property
    def fraction_digits(self) -> int:
        """The digits after the decimal point that a NUMERIC or BIGNUMERIC holds."""
        if self.precision is not None:
            return self.scale or 0
        return _DECIMAL_DIGITS[self.kind][1]


def parse(text: str) -> BigQueryType:
    """Raises ValueError with a message for the contract's author."""
    found = _TYPE.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a BigQuery type")
    name, first, second = found.groups()
    kind = _ALIASES.get(name.upper(), name.upper())
    if kind not in KINDS:
        raise ValueError(
            f"{name!r} is not a supported BigQuery type; use one of {', '.join(sorted(KINDS))}"
        )
    if first is None:
        return BigQueryType(kind)
    if kind in ("STRING", "BYTES") and second is None and int(first) > 0:
        return BigQueryType(kind, length=int(first))
    if kind not in _DECIMAL_DIGITS:
        raise ValueError(f"{kind} does not take parameters like {text!r}")
    precision, scale = int(first), int(second or 0)
    before, after = _DECIMAL_DIGITS[kind]
    if scale > after or not max(1, scale) <= precision <= scale + before:
        raise ValueError(
            f"{text!r}: {kind} holds at most {before} digits before and {after} after the point"
        )
    return BigQueryType(kind, precision=precision, scale=scale)
