"""Scenarios of uploads that change rows of their table: step 11 of the delivery protocol."""

from dataclasses import replace
from datetime import timedelta

from csvgate.effects.model import JobResult
from simulate.happenings import (
    all_of,
    correct,
    deploy,
    lose_streams,
    require_one_letter,
    send,
    unstage,
    wait,
)
from simulate.promise import outcomes
from simulate.sequence import Happening, Scenario, Sequence
from simulate.world import shop
from simulate.world.cloud import Revision
from simulate.world.crash import require_equal

ONE_CHUNK = Revision(chunk_bytes=400, request_bytes=5000)
OTHER_ENGINE = replace(ONE_CHUNK, contracts=2, engine="e2")
TWO = shop.file("5", "6")
SOME_BAD = shop.file("5", "x")
NEWER = shop.file("8")
AGAIN = JobResult(state="failed", reason="backendError", again=True)
FINAL = JobResult(state="failed", reason="invalidQuery")


def late(name: str, file: shop.File, **units: float) -> Happening:
    """Upload a file whose event arrives late, after those of files that are uploaded later."""

    def happen(sequence: Sequence) -> None:
        sequence.people.send(name, file)
        waiting = sequence.mailroom.waiting
        waiting[-1] = replace(waiting[-1], due=waiting[-1].due + timedelta(**units))

    return happen


def jobs_take(**units: float) -> Happening:
    def happen(sequence: Sequence) -> None:
        seconds = timedelta(**units).total_seconds()
        sequence.cloud.warehouse.jobs.seconds = lambda _: seconds

    return happen


def jobs_fail(*results: JobResult) -> Happening:
    """The next jobs fail."""

    def happen(sequence: Sequence) -> None:
        left = list(results)
        sequence.cloud.warehouse.jobs.failing = lambda *_: left.pop(0) if left else None

    return happen


def replays_must_be(number: int) -> Happening:
    """Unless something else went wrong, nothing but a replay loads an upload again."""

    def happen(sequence: Sequence) -> None:
        if not sequence.points:
            require_equal(number, len(sequence.mailroom.replayed), "replays")

    return happen


def refuse_statement(sequence: Sequence) -> None:
    """BigQuery refuses the next statement before there is a job."""
    sequence.cloud.warehouse.refused = 1


def codes_must_be(*codes: str) -> Happening:
    """Unless something went wrong, uploads were rejected with these codes, and the others are
    completed."""

    def happen(sequence: Sequence) -> None:
        if sequence.points:
            return
        found = [sent.upload.id for sent in sequence.people.sent]
        ends = {e.upload.id: e for e in outcomes(sequence.cloud) if e.outcome != "failed"}
        rejected = [ends[u].code or "?" for u in found if ends[u].outcome == "rejected"]
        require_equal(list(codes), rejected, "codes of rejected uploads")

    return happen


def _scenarios(name: str, *begin: Happening, **more: object) -> Scenario:
    return Scenario(
        name,
        all_of(*begin),
        **{"revision": ONE_CHUNK, "versioned": True, **more},  # type: ignore[arg-type]
    )


DAILY, OTHER_DAILY = "daily/a.csv", "daily/b.csv"
EFFECTS = (
    _scenarios("replace: the first generation", send(DAILY, SOME_BAD), points="pairs"),
    _scenarios(
        "replace: two generations",
        send(DAILY, TWO),
        last=send(DAILY, NEWER),
        after=codes_must_be(),
        versioned=False,
    ),
    _scenarios(
        "replace: two generations at once",
        send(DAILY, TWO),
        send(DAILY, NEWER),
        send(OTHER_DAILY, NEWER),
        after=codes_must_be(),
    ),
    _scenarios(
        "replace: the older generation last",
        late(DAILY, TWO, minutes=1),
        send(DAILY, NEWER),
        after=codes_must_be("upload.superseded"),
    ),
    _scenarios(
        "replace: several chunks, by no row",
        send(DAILY, shop.file("5", "6", "7")),
        last=send(DAILY, shop.file()),
        revision=Revision(),
    ),
    _scenarios(
        "replace: no row is valid",
        send(DAILY, TWO),
        last=all_of(send(DAILY, shop.file("x", "y")), send("whole/a.csv", shop.file("x"))),
        after=codes_must_be("?", "?"),
        points="none",
    ),
    _scenarios(
        "replace: a newer generation upon a crash",
        send(DAILY, TWO),
        upon_crash=send(DAILY, NEWER),
    ),
    _scenarios(
        "replace: a newer generation while one stands still",
        send(DAILY, TWO),
        upon_freeze=all_of(send(DAILY, NEWER), send(OTHER_DAILY, NEWER)),
    ),
    _scenarios(
        "replace: a correction, then a newer generation",
        send(DAILY, SOME_BAD),
        last=all_of(correct, send(DAILY, NEWER)),
        after=codes_must_be(),
    ),
    _scenarios(
        "replace: a newer generation, then a correction",
        send(DAILY, SOME_BAD),
        last=all_of(send(DAILY, NEWER), correct),
        after=codes_must_be("upload.superseded"),
    ),
    _scenarios(
        "replace: slow jobs",
        jobs_take(minutes=3),
        send(DAILY, TWO),
        upon_crash=send(DAILY, NEWER),
    ),
    _scenarios(
        "replace: a job fails, and is run again",
        jobs_fail(AGAIN, AGAIN),
        send(DAILY, TWO),
        upon_crash=send(DAILY, NEWER),
    ),
    _scenarios(
        "replace: a job fails for good",
        jobs_fail(FINAL),
        send(DAILY, shop.file("5", "6", "7")),
        last=send(DAILY, NEWER),
        revision=Revision(),
        after=require_one_letter,
    ),
    _scenarios(
        "replace: every job fails for good, one chunk",
        jobs_fail(FINAL, FINAL),
        send(DAILY, TWO),
        after=replays_must_be(2),
    ),
    _scenarios(
        "replace: every job fails for good, several chunks",
        jobs_fail(FINAL, FINAL, FINAL),
        send(DAILY, shop.file("5", "6", "7")),
        revision=Revision(),
        after=replays_must_be(3),
        points="none",
    ),
    _scenarios(
        "replace: the statement is refused",
        refuse_statement,
        send(DAILY, TWO),
    ),
    _scenarios(
        "replace: the statement is refused upon a crash",
        send(DAILY, TWO),
        upon_crash=refuse_statement,
    ),
    _scenarios(
        "replace: staging expires upon a crash",
        send(DAILY, TWO),
        upon_crash=wait(days=8),
        max_attempts=8,
    ),
    _scenarios(
        "replace: streams lost, and another engine",
        send(DAILY, shop.file("5", "6", "7")),
        at={2: all_of(lose_streams, deploy(OTHER_ENGINE))},
        revision=Revision(),
    ),
    _scenarios(
        "replace: staged chunk deleted",
        send(DAILY, TWO),
        at={1: unstage},
        last=send(DAILY, NEWER),
        points="none",
    ),
    _scenarios(
        "replace the table",
        late("whole/a.csv", SOME_BAD, seconds=30),
        send("whole/b.csv", TWO),
        last=send("whole/a.csv", SOME_BAD),
        after=codes_must_be("upload.superseded"),
    ),
    _scenarios(
        "replace the table: a correction",
        send("whole/a.csv", SOME_BAD),
        last=all_of(send("whole/b.csv", TWO), correct),
        points="none",
        after=codes_must_be("upload.superseded"),
    ),
    _scenarios(
        "replace by a column",
        late("parts/a.csv", shop.file("5", "6", "7"), seconds=30),
        send("parts/b.csv", shop.file("8", "x")),
        last=correct,
        after=codes_must_be(),
    ),
    _scenarios(
        "merge",
        late("stock/a.csv", shop.file("5", "6", "7"), seconds=30),
        send("stock/b.csv", shop.file("8", "x")),
        last=correct,
        after=codes_must_be(),
    ),
    _scenarios(
        "merge by the latest",
        late("prices/a.csv", shop.file("5", "9", "7"), seconds=30),
        send("prices/b.csv", shop.file("8", "4")),
        upon_crash=send("prices/c.csv", shop.file("6", "6")),
        after=codes_must_be(),
    ),
    _scenarios(
        "unique in the table",
        send("codes/a.csv", SOME_BAD),
        send("codes/b.csv", NEWER),
        last=correct,
        after=codes_must_be("unique.in_table"),
    ),
)
