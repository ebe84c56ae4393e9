"""What must hold once everything is delivered, whatever happened before."""

import csv
import io
from collections import Counter

from world import World


def loaded(world: World) -> list[tuple[str, int]]:
    """(_upload_id, _line) of every visible row."""
    return [(row["_upload_id"], row["_line"]) for row in world.warehouse.rows("sales.orders")]


def rejected(world: World) -> list[int]:
    """_csvgate_line of every row in the reject files."""
    files = [stored.data.decode() for stored in world.store.buckets["rejects"].values()]
    return [
        int(row["_csvgate_line"]) for text in files for row in csv.DictReader(io.StringIO(text))
    ]


def check(world: World, upload: str, *, valid: int, bad: int) -> None:
    """A completed upload: every row once, in table or reject file; one outcome; one email."""
    rows = loaded(world)
    assert valid == len(rows)
    assert [key for key, n in Counter(rows).items() if n > 1] == []
    assert bad == len(rejected(world))
    assert sorted({line for _, line in rows} & set(rejected(world))) == []
    ended = {event.outcome for event in world.finished() if event.upload.id == upload}
    assert {"completed"} == ended
    ids = {m.attributes["ce-id"] for m in world.publisher.topics["enrichment-complete"]}
    assert {f"{upload}-completed.1"} == ids
    counts = world.finished()[0].counts
    assert (valid + bad, valid, bad) == (counts.read, counts.valid, counts.rejected)
