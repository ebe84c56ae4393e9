"""Events of devices: four narrow columns, with a uuid and microseconds in every row."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from uuid import UUID

from samples.make_orders import Faults

from bench.shapes.shape import Record, contract_of
from bench.shapes.turns import Turns
from csvgate.contracts.model import Contract

SEED: Final = 14
BAD: Final = 0.01
LATE: Final = 0.02
"""The share of events that arrive up to an hour late, so that the times are not quite in order."""
_BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_DEVICES: Final = 50_000
_WAYS: Final = 8
"""The number of ways to spoil an event."""


@cache
def contract() -> Contract:
    return contract_of("""
dataset: events
match: ["events/*.csv"]
schema:
  fields:
    - name: event_id
      type: string
      format: uuid
      bigquery: STRING
      constraints: {required: true, unique: true}
    - {name: at, type: datetime, bigquery: TIMESTAMP, constraints: {required: true}}
    - {name: device, type: integer, bigquery: INT64, constraints: {required: true, minimum: 0}}
    - {name: reading, type: number, bigquery: FLOAT64, constraints: {required: true}}
destination: {dataset: telemetry, table: events}
limits: {rejected_rate: 1}
""")


def records(count: int) -> Iterator[Record]:
    pick = random.Random(SEED)  # noqa: S311 (data to repeat, nothing to hide)
    at, earlier, ways = _BEGIN, list[str](), Turns(range(_WAYS), pick)
    for _ in range(count):
        at += timedelta(microseconds=pick.randrange(4_000_000))
        late = pick.randrange(3600) if pick.random() < LATE else 0
        cells = [
            str(UUID(int=pick.getrandbits(128), version=4)),
            f"{at - timedelta(seconds=late):%Y-%m-%dT%H:%M:%S.%f}Z",
            str(pick.randrange(_DEVICES)),
            f"{pick.gauss(20, 8):.{pick.randint(0, 5)}f}",
        ]
        faults: Faults = ()
        if pick.random() < BAD and earlier:
            faults = _spoil(cells, ways.next(), pick, earlier)
        else:
            earlier.append(cells[0])
        yield ",".join(cells) + "\n", faults


def _spoil(cells: list[str], way: int, pick: random.Random, earlier: list[str]) -> Faults:
    match way:
        case 0:
            cells[0] = pick.choice((cells[0][:-1], cells[0].replace("-", "_"), "null"))
            return (("event_id", "format.uuid"),)
        case 1:
            cells[0] = pick.choice(earlier)
            return (("event_id", "constraint.unique"),)
        case 2:
            cells[1] = cells[1].replace("-", "-3", 1)
            return (("at", "type.datetime"),)
        case 3:
            cells[1] = cells[1].removesuffix("Z")
            return (("at", "bigquery.time_zone"),)
        case 4:
            cells[2] = str(-1 - pick.randrange(100))
            return (("device", "constraint.minimum"),)
        case 5:
            cells[3] = pick.choice(("n/a", "-", f"{cells[3]} °C", cells[3].replace(".", ";") + ";"))
            return (("reading", "type.number"),)
        case 6:
            cells[3] = ""
            return (("reading", "constraint.required"),)
    cells.pop()
    return ((None, "row.too_few_fields"),)
