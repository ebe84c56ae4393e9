"""Files of one dataset whose columns differ: all of them end in the same table."""

import csv
import io

from csvgate.contracts.match import Contracts
from unit.delivery.simple import contract
from world import World

FIELDS = [
    {"name": "a", "label": ["A", "a"], "type": "integer"},
    {"name": "kind", "optional": True, "default": "none"},
    {"name": "note", "optional": True},
]
DERIVED = {"colour": {"sql": "json_extract_string(rescued, '$.Colour')", "bigquery": "STRING"}}


def test_absent_renamed_and_further_columns() -> None:
    rules = contract(
        schema={"fields": FIELDS, "extraColumns": "rescue"}, enrich=[{"derive": DERIVED}]
    )
    world = World(contracts=Contracts([rules]))
    for number, data in enumerate(
        [b"a,kind,note\n1,x,y\nz,,\n", b"A,Colour,Size\n2,red,\nz,,\n3,,\n", b"note,A\n,4\n"]
    ):
        world.validate(world.upload(f"plain/{number}.csv", data))
        world.drain()
    names = ("_line", "a", "kind", "note", "rescued", "colour")
    assert [
        (2, 1, "x", "y", None, None),
        (2, 2, "none", None, '{"Colour": "red"}', "red"),
        (4, 3, "none", None, None, None),
        (2, 4, "none", None, None, None),
    ] == [tuple(row[name] for name in names) for row in world.warehouse.rows("sales.plain")]
    texts = sorted(stored.data.decode() for stored in world.store.buckets["rejects"].values())
    rows = [row for text in texts for row in csv.DictReader(io.StringIO(text))]
    assert ["3", "3"] == [row["_csvgate_line"] for row in rows]
