"""The scenarios in which every crash is tried."""

from dataclasses import replace

from simulate.sequence import Happening, Scenario, Sequence
from simulate.world import shop
from simulate.world.cloud import Revision

V1 = Revision()
ONE_CHUNK = replace(V1, chunk_bytes=400)
OTHER_RULES = Revision(contracts=2)
OTHER_ENGINE = Revision(contracts=2, engine="e2", chunk_bytes=25)
A, HELD = "orders/a.csv", "held/a.csv"
SOME_BAD = shop.file("5", "x", "7", "500")


def send(name: str, file: shop.File) -> Happening:
    def happen(sequence: Sequence) -> None:
        sequence.people.send(name, file)

    return happen


def deploy(revision: Revision) -> Happening:
    def happen(sequence: Sequence) -> None:
        sequence.redeploy(revision)

    return happen


def correct(sequence: Sequence) -> None:
    for name in list(sequence.cloud.store.buckets["rejects"])[:1]:
        sequence.people.correct(name, fixed=9)


SCENARIOS = (
    Scenario(
        "other engine, over the threshold",
        send(A, shop.file("x", "5", "x", "x")),
        upon_crash=deploy(OTHER_ENGINE),
        revision=ONE_CHUNK,
    ),
    Scenario("one chunk", send(A, shop.file("5", "x")), revision=ONE_CHUNK),
    Scenario("several chunks", send(A, SOME_BAD)),
    Scenario("several chunks, messages arrive early", send(A, SOME_BAD), eager=True),
    Scenario("all valid", send(A, shop.file("1", "2", "3")), revision=ONE_CHUNK),
    Scenario("none valid", send(A, shop.file("x", "y")), revision=ONE_CHUNK),
    Scenario("no rows", send(A, shop.file())),
    Scenario("over the threshold", send(A, shop.file("x", "5", "x", "x"))),
    Scenario("unreadable", send(A, shop.UNREADABLE)),
    Scenario("overwritten while running", send(A, SOME_BAD), send(A, shop.file("8"))),
    Scenario(
        "overwritten, and kept",
        send(A, shop.file("5", "x")),
        send(A, shop.file("8")),
        revision=ONE_CHUNK,
        versioned=True,
    ),
    Scenario(
        "overwrite refused, and kept",
        send(HELD, shop.file("5")),
        send(HELD, shop.file("8")),
        revision=ONE_CHUNK,
        versioned=True,
    ),
    Scenario("overwrite refused", send(HELD, shop.file("5")), send(HELD, shop.file("8"))),
    Scenario(
        "overwrite of what was rejected",
        send(HELD, shop.file("x", "x", "x")),
        last=send(HELD, shop.file("8")),
        revision=ONE_CHUNK,
    ),
    Scenario("other rules while running", send(A, SOME_BAD), upon_crash=deploy(OTHER_RULES)),
    Scenario("other engine while running", send(A, SOME_BAD), upon_crash=deploy(OTHER_ENGINE)),
    Scenario(
        "larger requests while running",
        send(A, shop.file("5", "6")),
        upon_crash=deploy(replace(ONE_CHUNK, request_bytes=5000)),
        revision=ONE_CHUNK,
    ),
    Scenario("correction", send(A, shop.file("5", "x")), last=correct, revision=ONE_CHUNK),
)
