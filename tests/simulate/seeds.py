"""One run from a seed: what people, operators and deploys do, and everything that goes wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from csvgate.effects.model import JobResult
from simulate.promise import check
from simulate.replay import replay_all
from simulate.scheduler import Scheduler
from simulate.world import shop
from simulate.world.cloud import Revision, is_failing
from simulate.world.crash import Crash, Violation
from simulate.world.identifiers import repeatable
from simulate.world.knobs import CALM, Knobs
from simulate.world.trace import Trace

REVISIONS = (
    Revision(),
    Revision(contracts=2),
    Revision(contracts=2, engine="e2", chunk_bytes=8),
    Revision(engine="e2", chunk_bytes=25, request_bytes=2000),
    Revision(chunk_bytes=400, request_bytes=600),
    Revision(chunk_bytes=400, request_bytes=5000),
    Revision(chunk_bytes=400, request_bytes=5000),
    Revision(contracts=2, engine="e2", chunk_bytes=400, request_bytes=5000),
    Revision(chunk_bytes=400, request_bytes=5000, small_uploads="pending"),
)
NOT_AT_FIRST = (
    Revision(contracts=0, chunk_bytes=400, request_bytes=5000),
    Revision(contracts=3, chunk_bytes=25, request_bytes=5000),
    Revision(fails_from=1),
    Revision(contracts=2, engine="e2", chunk_bytes=8, fails_from=4),
    Revision(chunk_bytes=400, request_bytes=5000, fails_from=1),
)
NAMES = ("orders/a.csv", "orders/a.csv", "orders/b.csv", "held/a.csv")
CHANGING = 4
"""In every fourth run, uploads change rows of their table, and BigQuery's jobs are slow or fail."""
CHANGED_NAMES = (
    ("daily/a.csv", "daily/a.csv", "daily/b.csv"),
    ("whole/a.csv", "whole/a.csv", "whole/b.csv"),
    ("parts/a.csv", "parts/b.csv"),
    ("stock/a.csv", "stock/b.csv"),
    ("prices/a.csv", "prices/b.csv"),
    ("codes/a.csv", "codes/b.csv"),
    ("daily/a.csv", "parts/a.csv", "orders/a.csv"),
)
MOST_REPLAYS = 20
ACTIONS = (
    *("upload", "upload", "correct", "correct", "correct", "deploy", "deploy"),
    *("delete", "reference", "unstage", "table", "rows"),
    *("revoke", "restore"),
)


@dataclass(frozen=True, slots=True)
class Ran:
    """The result of a run."""

    seed: int
    violation: str | None
    calls: int
    deliveries: int
    crashes: int
    faults: int
    trace: tuple[str, ...] = ()


def run(seed: int, *, traced: bool = False) -> Ran:
    with repeatable(seed):
        return _run(seed, traced=traced)


def _run(seed: int, *, traced: bool) -> Ran:
    chance = Random(seed)  # noqa: S311 - runs must be repeatable
    trace = Trace(traced)
    scheduler = Scheduler(chance, chance.choice(REVISIONS), trace)
    names: tuple[str, ...] = NAMES
    if seed % CHANGING == CHANGING - 1:
        names = chance.choice(CHANGED_NAMES)
        _disturb_jobs(scheduler)
    violation = None
    try:
        _play(scheduler, names)
        _end(scheduler)
        check(scheduler.people)
    except Violation as broken:
        violation = str(broken)
    finally:
        _stop(scheduler)
    s = scheduler
    lines = tuple(trace.lines)
    return Ran(seed, violation, s.calls, s.deliveries, s.crashes, s.faults, lines)


def _disturb_jobs(scheduler: Scheduler) -> None:
    chance, jobs = scheduler.chance, scheduler.cloud.warehouse.jobs
    slow, fails = chance.choice((0.0, 0.5)), chance.choice((0.0, 0.0, 0.3, 0.6))
    jobs.seconds = lambda _: chance.choice((1, 60, 1000)) if chance.random() < slow else 0
    reasons = (JobResult(state="failed", reason="backendError", again=True),) * 2
    final = JobResult(state="failed", reason="invalidQuery")

    def failing(*_: object) -> JobResult | None:
        return chance.choice((*reasons, final)) if chance.random() < fails else None

    jobs.failing = failing


def _play(scheduler: Scheduler, names: tuple[str, ...]) -> None:
    """Run until everything that people do is done and delivered."""
    chance = scheduler.chance
    scheduler.knobs = Knobs.drawn(chance)
    scheduler.say(f"{scheduler.knobs} {scheduler.cloud.revision}")
    scheduler.cloud.store.versioned = chance.random() < 0.5
    scheduler.cloud.max_attempts = chance.choice((5, 8, 100))
    actions, replays = list(_actions(chance)), 0
    while True:
        if actions and chance.random() < 0.03:
            _act(scheduler, actions.pop(0), names)
        if replays < MOST_REPLAYS and chance.random() < scheduler.knobs.replay:
            replays += _replay_any(scheduler)
        if not scheduler.step():
            if not actions:
                return
            _act(scheduler, actions.pop(0), names)


def _replay_any(scheduler: Scheduler) -> bool:
    """An operator replays any dead letter, even one that was replayed or whose upload has ended."""
    letters = list(scheduler.mailroom.letters())
    if letters:
        function, place, _ = scheduler.chance.choice(letters)
        scheduler.mailroom.replay(function, place)
    return bool(letters)


def _actions(chance: Random) -> Iterator[str]:
    yield "upload"
    for _ in range(chance.choice((0, 0, 1, 2, 3))):
        yield chance.choice(ACTIONS)


def _act(scheduler: Scheduler, action: str, names: tuple[str, ...]) -> None:
    chance, people, cloud = scheduler.chance, scheduler.people, scheduler.cloud
    if action == "upload":
        sent = people.send(chance.choice(names), _file(chance))
        scheduler.say(f"*** upload {sent.upload.id[:6]} is {sent.upload.uri}: {sent.file.data!r}")
    elif action == "deploy":
        cloud.deploy(chance.choice(REVISIONS + NOT_AT_FIRST))
        scheduler.say(f"*** deploy {cloud.revision}")
        if chance.random() < 0.7:
            scheduler.warm.clear()
    elif action in ("revoke", "restore"):
        if people.sent:
            upload = chance.choice(people.sent).upload.id
            people.order("revoke" if action == "revoke" else "restore", upload)
            scheduler.say(f"*** {action} {upload[:6]}")
    elif action == "correct" and (files := list(cloud.store.buckets["rejects"])):
        sent = people.correct(chance.choice(files), fixed=chance.choice((1, 9)))
        scheduler.say(f"*** correction {sent.upload.id[:6]} is {sent.upload.uri}: {sent.corrected}")
    else:
        _meddle(scheduler, action)


def _meddle(scheduler: Scheduler, action: str) -> None:
    """Somebody changes what uploads under way rely on."""
    chance, people, cloud = scheduler.chance, scheduler.people, scheduler.cloud
    last = people.sent[-1].upload if people.sent else None
    if action == "reference":
        people.touch_reference()
    elif action == "table":
        people.drop_table(replaced=chance.random() < 0.5)
    elif action == "rows":
        people.remove_rows(chance.choice((1, 100)))
    elif action == "unstage" and people.sent:
        people.unstage(chance.choice(people.sent).upload.id)
    elif action == "delete" and last and last.name in cloud.store.buckets["uploads"]:
        people.delete(last.name)
    scheduler.say(f"*** {action}")


def _file(chance: Random) -> shop.File:
    if chance.random() < 0.05:
        return shop.UNREADABLE
    amounts = ("5", "7", "50", "500", "x") if chance.random() < 0.7 else ("5", "x", "500")
    return shop.file(*(chance.choice(amounts) for _ in range(chance.randint(0, 6))))


def _end(scheduler: Scheduler) -> None:
    """Services stop failing, everything is delivered, and an operator replays the dead letters."""
    scheduler.say("=== the services behave from here on")
    scheduler.knobs = CALM
    jobs = scheduler.cloud.warehouse.jobs
    jobs.seconds, jobs.failing = lambda _: 0, lambda *_: None
    if scheduler.cloud.revision.fails_from:
        scheduler.cloud.deploy(replace(scheduler.cloud.revision, fails_from=0))
    scheduler.warm["enrich_records"] = [
        boundary
        for boundary in scheduler.warm.get("enrich_records", [])
        if not is_failing(boundary)
    ]

    def drain() -> None:
        while scheduler.step():
            pass

    drain()
    replay_all(scheduler.people, drain)


def _stop(scheduler: Scheduler) -> None:
    """End every task, so that nothing of this run remains."""
    for task in list(scheduler.tasks):
        task.dead = True
        if task.turns:
            task.turns.throw(Crash)
