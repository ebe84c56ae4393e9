"""The scenarios in which every crash, late call and takeover is tried."""

from dataclasses import replace

from simulate.effect_scenarios import EFFECTS
from simulate.happenings import (
    add_to_stream,
    all_of,
    alternate,
    attempt_must_be,
    correct,
    delete_file,
    deploy,
    die_silently,
    drop_table,
    forge,
    forget_a_stream,
    heal,
    hide_staging,
    long_reference,
    lose_streams,
    other_reference,
    overwrite,
    part,
    remove_rows,
    repair_table,
    repeat_chunks,
    repeat_old_messages,
    require_column,
    require_few_starts,
    require_one_letter,
    require_reasons,
    restore_staging,
    send,
    unstage,
    wait,
    workbook,
)
from simulate.identical_scenarios import IDENTICAL
from simulate.sequence import Scenario
from simulate.undo_scenarios import UNDO
from simulate.world import shop
from simulate.world.cloud import Revision

V1 = Revision()
ONE_CHUNK = replace(V1, chunk_bytes=400)
PENDING = replace(ONE_CHUNK, small_uploads="pending")
SMALL = replace(ONE_CHUNK, request_bytes=5000)
OTHER_RULES = Revision(contracts=2)
OTHER_ENGINE = Revision(contracts=2, engine="e2", chunk_bytes=25)
OTHER_SMALL = replace(SMALL, contracts=2, engine="e2")
A, B, HELD = "orders/a.csv", "orders/b.csv", "held/a.csv"
SOME_BAD = shop.file("5", "x", "7", "500")
TWO_CHUNKS = shop.file("5", "6", "7")

CRASHES = (
    Scenario(
        "other engine, over the threshold",
        send(A, shop.file("x", "5", "x", "x")),
        upon_crash=deploy(OTHER_ENGINE),
        revision=ONE_CHUNK,
    ),
    Scenario("one chunk", send(A, shop.file("5", "x")), revision=ONE_CHUNK, points="pairs"),
    Scenario("small", send(A, shop.file("5", "x")), revision=SMALL, points="pairs"),
    Scenario("several chunks", send(A, SOME_BAD), points="pairs"),
    Scenario("several chunks, messages arrive early", send(A, SOME_BAD), eager=True),
    Scenario("all valid", send(A, shop.file("1", "2", "3")), revision=ONE_CHUNK),
    Scenario("none valid", send(A, shop.file("x", "y")), revision=ONE_CHUNK, points="pairs"),
    Scenario("no rows", send(A, shop.file()), points="pairs"),
    Scenario("over the threshold", send(A, shop.file("x", "5", "x", "x"))),
    Scenario("unreadable", send(A, shop.UNREADABLE), points="pairs"),
    Scenario("overwritten while running", send(A, SOME_BAD), send(A, shop.file("8"))),
    Scenario(
        "overwritten, and kept",
        all_of(send(A, shop.file("5", "x")), send(A, shop.file("8"))),
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
    Scenario("correction", send(A, shop.file("5", "x")), last=correct, revision=SMALL),
    Scenario(
        "correction upon a crash", send(A, shop.file("5", "x")), upon_crash=correct, revision=SMALL
    ),
    Scenario(
        "two corrections",
        send(A, shop.file("5", "x")),
        last=all_of(correct, correct),
        revision=SMALL,
        versioned=True,
        points="none",
    ),
)
DEPLOYS = (
    Scenario("other rules while running", send(A, SOME_BAD), upon_crash=deploy(OTHER_RULES)),
    Scenario("other engine while running", send(A, SOME_BAD), upon_crash=deploy(OTHER_ENGINE)),
    Scenario("two engines seal", send(A, SOME_BAD), upon_freeze=deploy(OTHER_ENGINE)),
    Scenario(
        "two engines, small",
        send(A, shop.file("5", "500")),
        upon_freeze=deploy(OTHER_SMALL),
        revision=SMALL,
    ),
    Scenario(
        "two engines seal, and one dies",
        send(A, SOME_BAD),
        upon_freeze=deploy(OTHER_ENGINE),
        dies_after="seals/0001.json",
    ),
    Scenario("deploy and roll-back at every step", send(A, SOME_BAD), each=alternate(OTHER_ENGINE)),
    Scenario(
        "another lane while running",
        send(A, shop.file("5", "6")),
        upon_crash=deploy(SMALL),
        revision=ONE_CHUNK,
    ),
    Scenario(
        "larger requests while running",
        send(A, shop.file("5", "6")),
        upon_crash=deploy(replace(PENDING, request_bytes=5000)),
        revision=PENDING,
    ),
    Scenario("contract removed", send(A, SOME_BAD), then=deploy(replace(V1, contracts=0))),
    Scenario("contract renamed", send(A, SOME_BAD), then=deploy(replace(V1, contracts=3))),
    Scenario(
        "contract removed upon a crash",
        send(A, shop.file("5", "x")),
        upon_crash=deploy(replace(SMALL, contracts=0)),
        revision=SMALL,
    ),
    Scenario(
        "another reference",
        send(A, shop.file("5")),
        last=all_of(other_reference, send(B, shop.file("6"))),
        revision=SMALL,
    ),
)
BAD_READS = (
    Scenario("a beginning like a workbook", send(A, SOME_BAD), corrupt=workbook),
    Scenario("a part that looks whole", send(A, SOME_BAD), corrupt=part),
    Scenario("a fault at the beginning of a part", send(A, shop.UNREADABLE), corrupt=part),
    Scenario("overwritten in mid-read", send(A, SOME_BAD), corrupt=overwrite, points="none"),
    Scenario(
        "overwritten in mid-read, and kept",
        send(A, SOME_BAD),
        corrupt=overwrite,
        versioned=True,
        points="none",
    ),
)
SILENT = (
    Scenario(
        "every start ends silently",
        send(A, SOME_BAD),
        last=heal,
        after=require_few_starts,
        corrupt=die_silently,
        max_attempts=100,
        points="none",
    ),
)
STAGING = (
    Scenario(
        "file deleted upon a crash",
        send(A, shop.file("5")),
        upon_crash=delete_file,
        revision=SMALL,
    ),
    Scenario("staged chunk deleted", send(A, TWO_CHUNKS), at={1: unstage}, points="none"),
    Scenario(
        "staged chunk deleted, other engine",
        send(A, TWO_CHUNKS),
        at={1: all_of(unstage, deploy(OTHER_ENGINE))},
    ),
    Scenario(
        "staged chunk deleted, other engine, old messages",
        send(A, TWO_CHUNKS),
        at={1: all_of(unstage, deploy(OTHER_ENGINE))},
        each=repeat_old_messages,
    ),
    Scenario(
        "staged chunk deleted, small",
        send(A, shop.file("5")),
        upon_crash=unstage,
        revision=SMALL,
    ),
    Scenario(
        "staged chunk and file deleted",
        send(A, TWO_CHUNKS),
        at={1: all_of(unstage, delete_file)},
    ),
    Scenario("forged message", send(A, TWO_CHUNKS), at={1: forge}),
    Scenario(
        "no staging bucket for hours",
        all_of(send(A, SOME_BAD), hide_staging),
        last=restore_staging,
        after=require_reasons,
        max_attempts=100,
        points="none",
    ),
)
LOADS = (
    Scenario("one of two dies after it is done", send(A, TWO_CHUNKS), dies_after=".done.json"),
    Scenario("one of two dies after the decision", send(A, TWO_CHUNKS), dies_after="decision.json"),
    Scenario(
        "one of two dies after the decision, small",
        send(A, shop.file("5", "6")),
        dies_after="decision.json",
        revision=SMALL,
    ),
    Scenario(
        "one of two dies after the decision, rejected",
        send(A, shop.UNREADABLE),
        dies_after="decision.json",
    ),
    Scenario(
        "backlog of 5 hours between chunks",
        send(A, TWO_CHUNKS),
        at={2: wait(hours=5)},
        after=attempt_must_be(1),
        points="none",
    ),
    Scenario("stream lost", send(A, TWO_CHUNKS), at={2: lose_streams}),
    Scenario("row of a stranger", send(A, TWO_CHUNKS), at={2: add_to_stream}, points="none"),
    Scenario("a day upon a crash", send(A, TWO_CHUNKS), upon_crash=wait(hours=26)),
    Scenario("5 hours upon a crash", send(A, TWO_CHUNKS), upon_crash=wait(hours=5)),
    Scenario(
        "rows deleted, a day upon a crash",
        send(A, TWO_CHUNKS),
        upon_crash=all_of(remove_rows(1), wait(hours=26)),
    ),
    Scenario(
        "a stream forgotten, and rows deleted",
        send(A, TWO_CHUNKS),
        upon_crash=all_of(forget_a_stream, remove_rows(9), wait(hours=26)),
        after=attempt_must_be(1, only_if_forgotten=True),
    ),
    Scenario("table dropped upon a crash", send(A, TWO_CHUNKS), upon_crash=drop_table),
    Scenario(
        "correction, a day upon a crash",
        send(A, shop.file("5", "x")),
        last=correct,
        upon_crash=wait(hours=26),
        revision=PENDING,
    ),
)
FAILING = replace(V1, fails_from=1)
LATER_FAIL = replace(V1, fails_from=4)
FAILURES = (
    Scenario(
        "every chunk fails",
        send(A, shop.file("5", "6", "7", "8", "9")),
        revision=FAILING,
        last=deploy(V1),
        after=require_one_letter,
    ),
    Scenario(
        "one of two chunks fails",
        send(A, TWO_CHUNKS),
        revision=LATER_FAIL,
        last=deploy(V1),
        after=require_one_letter,
    ),
    Scenario(
        "every chunk fails, fixed upon a crash",
        send(A, TWO_CHUNKS),
        revision=FAILING,
        upon_crash=deploy(V1),
        last=deploy(V1),
    ),
    Scenario(
        "every chunk fails, fixed while one stands still",
        send(A, TWO_CHUNKS),
        revision=FAILING,
        upon_freeze=deploy(V1),
        last=deploy(V1),
    ),
    Scenario(
        "a failing and a fixed revision in turns",
        send(A, TWO_CHUNKS),
        each=alternate(FAILING, most=12),
    ),
    Scenario(
        "every chunk fails, duplicates beside the letter",
        send(A, SOME_BAD),
        revision=FAILING,
        last=all_of(deploy(V1), repeat_chunks),
        points="none",
    ),
    Scenario(
        "every chunk fails, then a staged chunk is deleted",
        send(A, SOME_BAD),
        revision=FAILING,
        last=all_of(deploy(V1), unstage),
        points="none",
    ),
    Scenario(
        "a small upload fails",
        send(A, shop.file("5")),
        revision=replace(SMALL, fails_from=1),
        last=deploy(SMALL),
        after=all_of(require_one_letter, attempt_must_be(1)),
    ),
)
SHARED = (
    Scenario(
        "two on one stream",
        send(A, shop.file("5", "6")),
        last=all_of(send(B, shop.file("7")), wait(seconds=1)),
        revision=SMALL,
    ),
    Scenario(
        "two on one stream at once",
        all_of(send(A, shop.file("5", "6")), send(B, shop.file("7"))),
        revision=SMALL,
    ),
    Scenario(
        "stream idle for 5 days",
        send(A, shop.file("5")),
        last=all_of(wait(hours=120), send(B, shop.file("7"))),
        upon_crash=wait(hours=120),
        revision=SMALL,
    ),
    Scenario(
        "small, table altered",
        send(A, shop.file("5")),
        at={3: require_column},
        last=all_of(send(B, shop.file("7")), repair_table),
        revision=SMALL,
    ),
    Scenario(
        "small, table altered upon a crash",
        send(A, shop.file("5")),
        upon_crash=require_column,
        last=repair_table,
        revision=SMALL,
    ),
    Scenario(
        "small, table dropped upon a crash",
        send(A, shop.file("5")),
        upon_crash=drop_table,
        revision=SMALL,
    ),
    Scenario(
        "small, rows deleted upon a crash",
        send(A, shop.file("5", "6")),
        upon_crash=all_of(remove_rows(1), wait(hours=120)),
        revision=SMALL,
    ),
    Scenario(
        "small, staged chunk deleted while its owner stands still",
        send(A, shop.file("5")),
        upon_freeze=unstage,
        revision=SMALL,
    ),
    Scenario(
        "small until it is enriched",
        all_of(long_reference, send(A, shop.file("1", "2", "3", "4"))),
        revision=SMALL,
    ),
)
SCENARIOS = (
    *(*CRASHES, *DEPLOYS, *BAD_READS, *SILENT),
    *(*STAGING, *LOADS, *FAILURES, *SHARED, *EFFECTS, *IDENTICAL, *UNDO),
)
