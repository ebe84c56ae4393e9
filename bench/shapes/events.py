"""Events of devices: four narrow columns, with a uuid and microseconds in every row."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from uuid import UUID

from samples.make_orders import Faults

from bench.shapes.shape import Record, contract_of
from csvgate.contracts.model import Contract

SEED: Final = 14
BAD: Final = 0.01
_BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_WRONG: Final = (
    (0, "not-a-uuid", "event_id", "format.uuid"),
    (1, "2026-13-01T00:00:00Z", "at", "type.datetime"),
    (1, "2026-01-01T00:00:00", "at", "bigquery.time_zone"),
    (2, "-1", "device", "constraint.minimum"),
    (3, "n/a", "reading", "type.number"),
    (3, "", "reading", "constraint.required"),
)


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
    at = _BEGIN
    for _ in range(count):
        at += timedelta(microseconds=pick.randrange(4_000_000))
        cells = [
            str(UUID(int=pick.getrandbits(128), version=4)),
            f"{at:%Y-%m-%dT%H:%M:%S.%f}Z",
            str(pick.randrange(50_000)),
            f"{pick.gauss(20, 8):.{pick.randint(0, 5)}f}",
        ]
        faults: Faults = ()
        if pick.random() < BAD:
            column, text, name, code = pick.choice(_WRONG)
            cells[column], faults = text, ((name, code),)
        yield ",".join(cells) + "\n", faults
