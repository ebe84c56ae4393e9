"""What the services are asked for by one small upload, in order, on warm instances: the budget of
the delivery protocol (docs/architecture.md). Every call costs money and a round trip."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from cloudevents.http import CloudEvent

from csvgate.contracts.match import Contracts
from csvgate.ports import Message
from csvgate.protocol.ledger.entries import FailedChunk
from fakes.effects import Effect
from unit.delivery.simple import contracts, table
from unit.protocol.orders import orders
from world import COMPLETE, VALIDATED, World, published

UNCHARGED = {"storage.piece", "pubsub.send", "bigquery.connect"}
"""Steps within one call."""


@dataclass
class Calls:
    """Every call of a service since `since` was called: its kind, and what it is about."""

    made: list[str] = field(default_factory=list)

    def note(self, effect: Effect) -> None:
        if effect.kind not in UNCHARGED:
            self.made.append(f"{effect.kind} {_about(effect.target)}")

    def since(self) -> list[str]:
        made, self.made = self.made, []
        return made


def _about(target: str) -> str:
    """The last part of a name, without what differs between uploads."""
    if target.startswith(("uploads/", "staging/", "rejects/")):
        return target.partition("/")[0]
    if target.startswith("ledger/references/"):
        return "snapshot"
    if target.startswith("ledger/days/"):
        stage = target.rpartition("/")[2].partition(".")[2].removesuffix(".json")
        return f"{stage.partition('-')[0]} in the day's list"
    return target.rpartition("/")[2].partition("@")[0]


def watched(world: World) -> Calls:
    calls = Calls()
    world.effects.before = world.effects.looking = calls.note
    return calls


def kinds(made: Sequence[str]) -> dict[str, int]:
    """Writes and reads of Cloud Storage, messages, and calls of BigQuery, as docs/architecture.md
    counts them."""
    count = {"writes": 0, "reads": 0, "listings": 0, "messages": 0, "bigquery": 0}
    for call in made:
        kind = call.partition(" ")[0]
        if kind in ("storage.create", "storage.write"):
            count["writes"] += 1
        elif kind in ("storage.read", "storage.stat", "storage.stream"):
            count["reads"] += 1
        elif kind == "storage.names":
            count["listings"] += 1
        elif kind == "pubsub.publish":
            count["messages"] += 1
        elif kind.startswith("bigquery."):
            count["bigquery"] += 1
    return count


@dataclass
class Steps:
    """The calls of each function for one upload."""

    validate: list[str]
    enrich: list[str]
    notify: list[str]

    @property
    def all(self) -> list[str]:
        return [*self.validate, *self.enrich, *self.notify]


def run(world: World, event: CloudEvent) -> Steps:
    """Send one event through the three functions; each of them gets each message once."""
    calls = watched(world)
    made: dict[str, list[str]] = {}
    for name, deliver in (
        ("validate", lambda: world.validate(event)),
        ("enrich", lambda: [world.enrich(published(m, 1)) for m in new(world, VALIDATED)]),
        ("notify", lambda: [world.notify(published(m, 1)) for m in new(world, COMPLETE)]),
    ):
        deliver()
        made[name] = calls.since()
    world.effects.before = world.effects.looking = lambda _: None
    return Steps(**made)


def new(world: World, topic: str) -> Iterator[Message]:
    messages = world.publisher.topics[topic][world.delivered[topic] :]
    world.delivered[topic] += len(messages)
    yield from messages


def warm(found: Contracts | None = None, name: str = "plain/0.csv", data: bytes = b"") -> World:
    """Instances of the three functions that have handled one upload."""
    world = World(contracts=found or contracts())
    world.validate(world.upload(name, data or table(4)))
    world.drain()
    return world


INDEX = "storage.create first.json"
"""The content is new. This is asked for at the same time as the first bytes of the file."""
LISTED = "storage.create received in the day's list"
"""This is created while the file is read."""
LISTED_END = "storage.create completed in the day's list"
"""This is created while the end is announced."""
CLEAN = Steps(
    validate=[
        "storage.create received.json",
        LISTED,
        INDEX,
        "storage.stream uploads",
        "storage.create staging",
        "storage.create 0001.json",
        "pubsub.publish validated-records",
    ],
    enrich=[
        "storage.read received.json",
        "storage.read 0001.json",
        "storage.read staging",
        "storage.create decision.json",
        "bigquery.append 000001",
        LISTED_END,
        "pubsub.publish enrichment-complete",
        "storage.create finished.json",
    ],
    notify=[
        "storage.create claim-0000.json",
        "mail.send ",
        "storage.create sent.json",
    ],
)


def without_subject(steps: Steps) -> Steps:
    notify = ["mail.send " if call.startswith("mail.send") else call for call in steps.notify]
    return Steps(steps.validate, steps.enrich, notify)


def test_a_clean_upload() -> None:
    """10 writes, 4 reads and 2 messages; one append, and no stream of its own."""
    world = warm()
    steps = run(world, world.upload("plain/1.csv", table(3)))
    assert CLEAN == without_subject(steps)
    expected = {"writes": 10, "reads": 4, "listings": 0, "messages": 2, "bigquery": 1}
    assert expected == kinds(steps.all)
    assert 7 == len(world.warehouse.rows("sales.plain"))


def test_the_visible_rows_are_eight_round_trips_away() -> None:
    """The three reads of enrich_records are made at the same time, and so are the entry in the list
    of the day, the look at the content's index and the first read of the file."""
    world = warm()
    steps = run(world, world.upload("plain/1.csv", table(3)))
    aside = (INDEX, LISTED)
    serial = [call for call in steps.validate if call not in aside] + steps.enrich[2:]
    until = next(n for n, call in enumerate(serial, 1) if call.startswith("bigquery.append"))
    assert 8 == until


@pytest.mark.parametrize("rows", [1, 100])
def test_the_number_of_rows_changes_nothing(rows: int) -> None:
    world = warm()
    steps = run(world, world.upload("plain/1.csv", table(rows)))
    assert CLEAN == without_subject(steps)


def test_the_first_upload_of_an_instance_creates_the_table_and_the_stream() -> None:
    world = World(contracts=contracts())
    steps = run(world, world.upload("plain/1.csv", table(3)))
    assert CLEAN.validate == steps.validate
    expected = list(CLEAN.enrich)
    expected[3:3] = [
        "bigquery.get_table sales.plain",
        "bigquery.create_table sales.plain",
        "bigquery.create_stream sales.plain",
    ]
    assert expected == steps.enrich


def test_rejected_rows_add_the_reject_file_and_a_letter_with_its_note() -> None:
    world = warm()
    steps = run(world, world.upload("plain/1.csv", table(3, bad=2)))
    assert [
        *CLEAN.validate[:5],
        "storage.create rejects",
        "storage.create 0001.json",
        "storage.read rejected.0001.json",
        "pubsub.publish validate-and-parse-dead-letter",
        "storage.create rejected.0001.json",
        "pubsub.publish validated-records",
    ] == steps.validate
    assert CLEAN.enrich == steps.enrich
    expected = {"writes": 12, "reads": 5, "listings": 0, "messages": 3, "bigquery": 1}
    assert expected == kinds(steps.all)


def test_references_are_looked_at_and_the_pin_is_read_first() -> None:
    """The orders contract has two lookups. Their snapshots were taken by an earlier upload, and
    enrich_records keeps the plan."""
    world = World()
    world.validate(world.upload("orders/0.csv", orders(2)))
    world.drain()
    steps = run(world, world.upload("orders/1.csv", orders(3)))
    assert [
        "storage.read received.json",
        "storage.stat customers.csv",
        "storage.stat fx_rates.csv",
        *CLEAN.validate,
    ] == steps.validate
    assert CLEAN.enrich == steps.enrich
    expected = {"writes": 10, "reads": 7, "listings": 0, "messages": 2, "bigquery": 1}
    assert expected == kinds(steps.all)


def test_the_first_upload_with_a_reference_copies_it() -> None:
    world = World()
    steps = run(world, world.upload("orders/0.csv", orders(3)))
    copied = [
        "storage.stat snapshot",
        "storage.read {0}",
        "storage.create snapshot",
    ]
    expected = ["storage.read received.json"]
    for name in ("customers.csv", "fx_rates.csv"):
        expected += [f"storage.stat {name}", *(call.format(name) for call in copied)]
    # Of the two references, the expressions need the exchange rates.
    needed = [*CLEAN.validate[:4], "storage.read snapshot", *CLEAN.validate[4:]]
    assert [*expected, *needed] == steps.validate


def test_a_correction_finds_its_original_and_takes_a_slot() -> None:
    """It reads the original's pin, its link, its decision (which is not dead) and end, and the
    seal with the rejected lines; it creates the slot and the link."""
    world = warm()
    run(world, world.upload("plain/1.csv", table(3, bad=1)))
    name, stored = list(world.store.buckets["rejects"].items())[-1]
    steps = run(world, world.upload(name, stored.data.replace(b",x0", b",7")))
    assert [
        *CLEAN.validate[:4],
        "storage.read received.json",
        "storage.read corrects.json",
        "storage.read decision.json",
        "storage.read dead.json",
        "storage.read finished.json",
        "storage.read 0001.json",
        "storage.create 000000.json",
        "storage.create corrects.json",
        *CLEAN.validate[4:],
    ] == steps.validate
    # The seal says whose correction this is, and the ledger must say the same.
    link = ["storage.read corrects.json"]
    assert [*CLEAN.enrich[:3], *link, *CLEAN.enrich[3:]] == steps.enrich
    expected = {"writes": 12, "reads": 11, "listings": 0, "messages": 2, "bigquery": 1}
    assert expected == kinds(steps.all)


@pytest.mark.parametrize(
    ("data", "writes", "reads", "messages"),
    [(b"b\n1\n", 10, 7, 3), (b"a\n", 9, 7, 2)],
    ids=["a file fault", "a header alone"],
)
def test_an_upload_without_rows_has_no_chunk(
    data: bytes, writes: int, reads: int, messages: int
) -> None:
    world = warm()
    steps = run(world, world.upload("plain/1.csv", data))
    found = kinds(steps.all)
    assert (writes, reads, messages) == (found["writes"], found["reads"], found["messages"])
    assert 0 == sum(call.startswith("bigquery.append") for call in steps.all)


def test_a_duplicate_of_a_finished_upload_costs_little() -> None:
    """The create of the pin is refused, and leads to the end."""
    world = warm()
    event = world.upload("plain/1.csv", table(3))
    run(world, event)
    steps = run(world, event)
    assert [
        "storage.create received.json",
        "storage.read received.json",
        "storage.read decision.json",
        "storage.read dead.json",
        "storage.read finished.json",
    ] == steps.validate
    message = world.publisher.topics[VALIDATED][-1]
    calls = watched(world)
    assert "finished before" == world.enrich(published(message, 2))
    assert [
        "storage.read received.json",
        "storage.read 0001.json",
        "storage.read staging",
        "storage.create decision.json",
        "storage.read decision.json",
        "storage.read decision.json",
        "storage.read dead.json",
        "storage.read finished.json",
    ] == calls.since()


READS = [
    "storage.read received.json",
    "storage.read 0001.json",
    "storage.read staging",
    "storage.read decision.json",
]
"""What every delivery of a chunk reads first; the first three at the same time."""


def enriched(world: World, message: Message) -> list[str]:
    calls = watched(world)
    world.enrich(published(message, 1))
    return calls.since()


def chunks(rows: int, chunk_bytes: int, expected: int) -> tuple[World, list[Message]]:
    """A world whose table exists, and the messages of a new upload with this many chunks."""
    world = World(contracts=contracts(), chunk_bytes=chunk_bytes)
    world.validate(world.upload("plain/0.csv", table(rows)))
    world.drain()
    world.validate(world.upload("plain/1.csv", table(rows)))
    messages = list(new(world, VALIDATED))
    assert expected == len(messages) - 1
    return world, messages


@pytest.mark.parametrize(
    ("rows", "number", "looks"),
    [(60, 2, ["storage.read 000001.done.json"]), (500, 10, ["storage.names "])],
    ids=["few chunks", "many chunks"],
)
def test_a_chunk_of_several(rows: int, number: int, looks: list[str]) -> None:
    """It looks for a failed chunk twice: before it computes, and once it is done."""
    world, messages = chunks(rows, 200 if number > 2 else 100, number)
    assert [
        *READS,
        "storage.read 000000.done.json",
        "storage.read failed.json",
        "storage.read 000000.stream.json",
        "bigquery.get_table sales.plain",
        "bigquery.create_stream sales.plain",
        "storage.create 000000.stream.json",
        f"bigquery.append {number + 1:06d}",
        "storage.create 000000.done.json",
        *looks,
        "storage.read failed.json",
    ] == enriched(world, messages[0])


def test_a_chunk_that_gives_way_to_a_failed_one_costs_little() -> None:
    world, messages = chunks(60, 100, 2)
    failed = FailedChunk(chunk=1, code="derive.failed", message="a test", at=world.clock())
    upload = messages[0].attributes["ce-uploadid"]
    world.ledger.upload(upload).attempt(1).fail_chunk(1, failed)
    assert [
        *READS,
        "storage.read 000000.done.json",
        "storage.read failed.json",
        "storage.read 000001.done.json",
    ] == enriched(world, messages[0])
