"""A column of each field type and format, with cells that hardly repeat."""

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from bench.shapes.shape import contract_of
from bench.shapes.vocabulary import email, phrase
from csvgate.contracts.model import Contract

_BEGIN: Final = datetime(2024, 1, 1, tzinfo=UTC)
_MEMBERS: Final = 300
"""Values of the enum, as many as a long list of branches has."""

LOW: Final = 20
"""The number of distinct cells of a column of low cardinality."""

Make = Callable[[random.Random, int], str]
"""Takes the number of the row and returns its cell."""


@dataclass(frozen=True, slots=True)
class Case:
    type: str
    what: str
    """The format, column or constraint, for the table."""
    properties: str
    """The properties of the field beside name and type, in YAML."""
    make: Make

    def contract(self) -> Contract:
        return contract_of(
            "dataset: kernels\n"
            'match: ["kernels/*.csv"]\n'
            "schema:\n"
            f"  fields:\n    - {{name: cell, type: {self.type}, {self.properties}}}\n"
            "destination: {dataset: kernels, table: kernels}\n"
            "limits: {rejected_rate: 1}\n"
        )


@dataclass(frozen=True, slots=True)
class Cost:
    type: str
    what: str
    kernels: dict[str, float]
    """The share of each class of kernels and parsers in `high`, and that of the rules."""
    high: float
    """ns per cell in the kernels and in the rules, if cells hardly repeat."""
    low: float
    """The same for a column of `LOW` distinct cells."""
    rules: float
    """ns per cell if the rules read every cell."""


def _moment(pick: random.Random) -> datetime:
    return _BEGIN + timedelta(microseconds=pick.randrange(10**6 * 86_400 * 1000))


def _grouped(pick: random.Random) -> str:
    return f"{pick.randrange(10**9):,}"


def _decimal(pick: random.Random) -> str:
    return f"{pick.randrange(10**7)}.{pick.randrange(100):02}"


def _european(pick: random.Random) -> str:
    return f"{_grouped(pick)}.{pick.randrange(100):02}".translate(str.maketrans(",.", ".,"))


def _branch(pick: random.Random) -> str:
    return f"branch {pick.randrange(_MEMBERS)}"


def _encoded(pick: random.Random) -> str:
    return base64.b64encode(pick.randbytes(18)).decode()


def _uri(pick: random.Random) -> str:
    return f"https://shop{pick.randrange(500)}.example/item/{pick.getrandbits(40):x}?ref=mail"


def _point(pick: random.Random) -> tuple[float, float]:
    return round(pick.uniform(-180, 180), 5), round(pick.uniform(-90, 90), 5)


_ENUM: Final = ", ".join(f"branch {n}" for n in range(_MEMBERS))
_PATTERN: Final = '"[A-Z]{2}-[0-9]{4,9}"'

CASES: Final = (
    Case("string", "default", "bigquery: STRING", lambda p, _: phrase(p, 2, 6)),
    Case("string", "maxLength", "constraints: {maxLength: 80}", lambda p, _: phrase(p, 2, 6)),
    Case(
        "string", "pattern, fixed length", 'constraints: {pattern: "ORD-[0-9]{8}"}',
        lambda p, _: f"ORD-{p.randrange(10**8):08}",
    ),
    Case(
        "string", "pattern, any length", f"constraints: {{pattern: {_PATTERN}}}",
        lambda p, _: f"{p.choice('ABC')}{p.choice('XYZ')}-{p.randrange(10**4, 10**9)}",
    ),
    Case("string", "enum of 300", f"constraints: {{enum: [{_ENUM}]}}", lambda p, _: _branch(p)),
    Case("string", "email", "format: email", lambda p, n: email(p, n, latin=True)),
    Case("string", "email, 7% not ASCII", "format: email", email),
    Case("string", "uri", "format: uri", lambda p, _: _uri(p)),
    Case(
        "string", "uuid", "format: uuid", lambda p, _: str(UUID(int=p.getrandbits(128), version=4))
    ),
    Case("string", "binary", "format: binary, bigquery: BYTES", lambda p, _: _encoded(p)),
    Case("integer", "INT64", "bigquery: INT64", lambda p, _: str(p.randrange(-(10**6), 10**9))),
    Case("integer", "groupChar", "groupChar: ','", lambda p, _: _grouped(p)),
    Case(
        "integer", "bareNumber: false", "bareNumber: false",
        lambda p, _: f"{p.randrange(10**6)} kg",
    ),
    Case("integer", "NUMERIC", "bigquery: NUMERIC", lambda p, _: str(p.randrange(10**12))),
    Case("number", "NUMERIC", "bigquery: NUMERIC", lambda p, _: _decimal(p)),
    Case("number", "NUMERIC(12, 2)", 'bigquery: "NUMERIC(12, 2)"', lambda p, _: _decimal(p)),
    Case("number", "FLOAT64", "bigquery: FLOAT64", lambda p, _: f"{p.gauss(0, 99):.6f}"),
    Case("number", "BIGNUMERIC", "bigquery: BIGNUMERIC", lambda p, _: _decimal(p)),
    Case(
        "number", "decimalChar", "bigquery: NUMERIC, decimalChar: ','",
        lambda p, _: _decimal(p).replace(".", ","),
    ),
    Case(
        "number", "decimalChar, groupChar", "bigquery: NUMERIC, decimalChar: ',', groupChar: '.'",
        lambda p, _: _european(p),
    ),
    Case("number", "bareNumber: false", "bareNumber: false", lambda p, _: f"€ {_decimal(p)}"),
    Case("boolean", "default", "bigquery: BOOL", lambda p, _: p.choice(("true", "false"))),
    Case("date", "default", "bigquery: DATE", lambda p, _: f"{_moment(p):%Y-%m-%d}"),
    Case("date", "%d.%m.%Y", 'format: "%d.%m.%Y"', lambda p, _: f"{_moment(p):%d.%m.%Y}"),
    Case("date", "any", "format: any", lambda p, _: f"{_moment(p):%Y-%m-%d}"),
    Case("time", "default", "bigquery: TIME", lambda p, _: f"{_moment(p):%H:%M:%S.%f}"),
    Case("time", "%H:%M", 'format: "%H:%M"', lambda p, _: f"{_moment(p):%H:%M}"),
    Case(
        "datetime", "TIMESTAMP", "bigquery: TIMESTAMP",
        lambda p, _: f"{_moment(p):%Y-%m-%dT%H:%M:%S}{p.choice(('Z', '+02:00', '-05:00'))}",
    ),
    Case(
        "datetime", "TIMESTAMP, microseconds", "bigquery: TIMESTAMP",
        lambda p, _: f"{_moment(p):%Y-%m-%dT%H:%M:%S.%f}Z",
    ),
    Case(
        "datetime", "DATETIME", "bigquery: DATETIME",
        lambda p, _: f"{_moment(p):%Y-%m-%dT%H:%M:%S}",
    ),
    Case(
        "datetime", "%d.%m.%Y %H:%M", 'format: "%d.%m.%Y %H:%M", bigquery: DATETIME',
        lambda p, _: f"{_moment(p):%d.%m.%Y %H:%M}",
    ),
    Case("year", "default", "bigquery: INT64", lambda p, _: str(p.randrange(1000, 9999))),
    Case(
        "yearmonth", "default", "bigquery: STRING",
        lambda p, _: f"{p.randrange(1000, 9999)}-{p.randint(1, 12):02}",
    ),
    Case(
        "duration", "default", "bigquery: STRING",
        lambda p, _: f"P{p.randint(1, 99)}DT{p.randrange(24)}H{p.randrange(60)}M",
    ),
    Case("geopoint", "default", "bigquery: GEOGRAPHY", lambda p, _: "{}, {}".format(*_point(p))),
    Case("geopoint", "array", "format: array", lambda p, _: json.dumps(_point(p))),
    Case(
        "object", "JSON", "bigquery: JSON",
        lambda p, n: json.dumps({"id": n, "tags": p.choices("abc", k=2), "price": p.random()}),
    ),
    Case(
        "list", "JSON", "itemType: integer, delimiter: '|'",
        lambda p, _: "|".join(str(p.randrange(1000)) for _ in range(5)),
    ),
    Case(
        "array", "JSON", "bigquery: JSON",
        lambda p, _: json.dumps([p.randrange(1000) for _ in range(4)]),
    ),
    Case("any", "default", "bigquery: STRING", lambda p, _: phrase(p, 2, 6)),
)  # fmt: skip
