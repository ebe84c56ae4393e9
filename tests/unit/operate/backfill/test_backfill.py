"""A backfill: what is sent, in which order and how fast, and what a second run does."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from csvgate.ports import ObjectInfo
from csvgate.protocol.ledger.paths import AUDIT_RECORDED, RECEIVED
from csvgate.runtime.errors import Transient
from csvgate_ops.deploy.estimate.prices import price_list
from csvgate_ops.deploy.topology import load
from csvgate_ops.operate.backfill.cost import MOST_RATE, ROW_BYTES, cost
from csvgate_ops.operate.backfill.outcomes import POLL_SECONDS, outcome, wait_for
from csvgate_ops.operate.backfill.plan import Plan, live_objects, plan, upload_of
from csvgate_ops.operate.backfill.send import MOST_FAILURES, Progress, Sender, Sending
from csvgate_ops.operate.backfill.view import MOST_LISTED, duration, ending, planned
from fakes.effects import Effect
from fakes.storage import FakeObjectStore
from unit.delivery.simple import contracts, table
from unit.operate.dead_letters.contexts import TRANSPORT, LetterWorld, letter_world
from world import ROOT, World, finalized

OLD = "archive"
TOPOLOGY = load(ROOT / "deploy" / "topology.yaml")


@dataclass
class FakeCopier:
    """Copies as the service does. The copy causes an event, which `events` keeps."""

    store: FakeObjectStore
    events: list[ObjectInfo] = field(default_factory=list)

    def copy(self, source: ObjectInfo, bucket: str) -> ObjectInfo | None:
        self.store.effects.look("storage.rewrite", f"{bucket}/{source.name}")
        if source.name in self.store.buckets[bucket]:
            return None
        data = self.store.buckets[source.bucket][source.name].data
        info = self.store.put(bucket, source.name, data)
        self.events.append(info)
        return info


@dataclass
class Archive:
    """A world with a bucket of old files."""

    there: LetterWorld = field(
        default_factory=lambda: letter_world(World(contracts=contracts(identical="load")))
    )
    waited: float = 0.0

    def __post_init__(self) -> None:
        self.store.buckets[OLD] = {}
        self.copier = FakeCopier(self.store)

    @property
    def world(self) -> World:
        return self.there.world

    @property
    def store(self) -> FakeObjectStore:
        return self.world.store

    def put(self, name: str, rows: int = 3, bucket: str = OLD) -> ObjectInfo:
        return self.store.put(bucket, name, table(rows))

    def plan(self, prefix: str = "plain/", bucket: str = OLD) -> Plan:
        ledger = self.world.ledger
        known = {str(parts["upload"]) for parts in ledger.find(RECEIVED)}
        uploaded = list(live_objects(self.store, "uploads", prefix))
        objects = uploaded if bucket == "uploads" else live_objects(self.store, bucket, prefix)
        return plan(bucket, prefix, objects, uploaded, known, self.world.contracts)

    def sender(self, rate: float = 1000.0) -> Sender:
        context = self.there.context
        return Sender(
            ledger=context.ledger,
            publisher=context.publisher,
            copier=self.copier,
            topic=context.storage_topic,
            uploads_bucket="uploads",
            actor=context.actor,
            clock=context.clock,
            rate=rate,
        )

    def send(self, found: Plan) -> Sending:
        return self.sender().run(found, "a test")

    def deliver(self) -> None:
        """Deliver what the copies and the published notifications cause."""
        events, self.copier.events = self.copier.events, []
        for info in events:
            self.world.validate(finalized(info))
        self.there.deliver()
        self.world.drain()

    def rows(self) -> int:
        return len(self.world.warehouse.rows("sales.plain"))


def names(found: Plan) -> list[str]:
    return [item.info.name for item in found.items]


def audited(there: LetterWorld) -> list[tuple[str, dict[str, object]]]:
    audit = there.context.ledger.audit
    entries = [audit.get(AUDIT_RECORDED, **parts) for parts in audit.find(AUDIT_RECORDED)]
    return [(entry.action, entry.details) for entry in entries if entry]


def test_objects_of_another_bucket_are_copied_the_oldest_first() -> None:
    archive = Archive()
    for name in ("plain/b.csv", "plain/a.csv", "plain/c.csv"):
        archive.put(name)
    found = archive.plan()
    assert ["plain/b.csv", "plain/a.csv", "plain/c.csv"] == names(found)
    sending = archive.send(found)
    archive.deliver()
    assert 9 == archive.rows()
    assert ["completed"] * 3 == [outcome(archive.world.ledger, u).state for u in sending.sent]
    assert [] == archive.world.publisher.topics[TRANSPORT]


def test_objects_of_the_uploads_bucket_are_announced_again() -> None:
    archive = Archive()
    archive.put("plain/a.csv", bucket="uploads")
    archive.put("plain/b.csv", bucket="uploads")
    sending = archive.send(archive.plan(bucket="uploads"))
    assert 2 == len(archive.world.publisher.topics[TRANSPORT]) == len(sending.sent)
    archive.deliver()
    assert 6 == archive.rows()


@pytest.mark.parametrize("bucket", [OLD, "uploads"])
def test_running_it_again_doubles_nothing(bucket: str) -> None:
    archive = Archive()
    for name in ("plain/a.csv", "plain/b.csv"):
        archive.put(name, bucket=bucket)
    archive.send(archive.plan(bucket=bucket))
    archive.deliver()
    again = archive.plan(bucket=bucket)
    assert ((), 2) == (again.items, len(again.known))
    archive.send(again)
    archive.deliver()
    assert 6 == archive.rows()


@pytest.mark.parametrize("bucket", [OLD, "uploads"])
def test_running_it_again_before_anything_was_delivered_doubles_nothing(bucket: str) -> None:
    """The copies exist, and the ledger does not know them yet: their notifications are repeated."""
    archive = Archive()
    archive.put("plain/a.csv", bucket=bucket)
    archive.send(archive.plan(bucket=bucket))
    (item,) = archive.plan(bucket=bucket).items
    assert item.is_copied
    archive.send(archive.plan(bucket=bucket))
    archive.deliver()
    assert 3 == archive.rows()
    assert 1 == len({u.upload.id for u in archive.world.finished()})


def crash_at(archive: Archive, kind: str, number: int, error: BaseException) -> None:
    seen = 0

    def crash(effect: Effect) -> None:
        nonlocal seen
        if effect.kind == kind:
            seen += 1
            if seen == number:
                raise error

    archive.world.effects.looking = archive.world.effects.before = crash


def calm(archive: Archive) -> None:
    archive.world.effects.looking = archive.world.effects.before = lambda _: None


@pytest.mark.parametrize(("bucket", "kind"), [(OLD, "storage.rewrite"), ("uploads", "pubsub.send")])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemError("killed")], ids=repr)
def test_an_interrupted_run_is_continued(bucket: str, kind: str, error: BaseException) -> None:
    archive = Archive()
    for name in range(4):
        archive.put(f"plain/{name}.csv", bucket=bucket)
    crash_at(archive, kind, 3, error)
    if isinstance(error, KeyboardInterrupt):
        assert archive.send(archive.plan(bucket=bucket)).stopped
    else:
        with pytest.raises(SystemError):
            archive.send(archive.plan(bucket=bucket))
    calm(archive)
    archive.deliver()
    rest = archive.plan(bucket=bucket)
    assert 2 == len(rest.known)
    assert ["plain/2.csv", "plain/3.csv"] == names(rest)
    assert not archive.send(rest).stopped
    archive.deliver()
    assert 12 == archive.rows()
    actions = [action for action, _ in audited(archive.there)]
    assert ["backfill", "backfill.ended"] * 2 == actions


def test_what_is_left_out_is_named() -> None:
    archive = Archive()
    archive.put("plain/taken.csv", rows=5)
    archive.put("plain/same.csv")
    archive.put("plain/notes.txt")
    archive.store.put(OLD, "plain/", b"")
    taken = archive.put("plain/taken.csv", bucket="uploads")
    same = archive.put("plain/same.csv", bucket="uploads")
    archive.world.validate(finalized(same))
    archive.world.validate(finalized(taken))
    archive.world.drain()
    found = archive.plan()
    assert () == found.items
    assert [upload_of(same)] == list(found.known)
    reasons = {it.name: it.reason for it in found.left_out}
    assert {
        "plain/taken.csv": "name_taken",
        "plain/notes.txt": "no_contract",
        "plain/": "folder",
    } == reasons
    lines = list(ending(found, Sending((), (), stopped=False), []))
    assert any(f"has other content (generation {taken.generation})" in line for line in lines)
    assert "left out: plain/notes.txt: no contract matches its name" in lines


def test_an_object_that_was_ignored_is_sent_once_a_contract_matches() -> None:
    archive = Archive()
    event = archive.world.upload("plain/late.csv", table(2))
    archive.world.contracts = contracts(match=["other/*.csv"])
    archive.world.restart()
    assert "ignored: no contract" == archive.world.validate(event)
    archive.world.contracts = contracts()
    archive.world.restart()
    found = archive.plan(bucket="uploads")
    assert ["plain/late.csv"] == names(found)
    archive.send(found)
    archive.deliver()
    assert 2 == archive.rows()


def test_what_the_ledger_may_have_forgotten_is_left_out() -> None:
    """Its entries are deleted after a while, and the object may have been loaded before."""
    archive = Archive()
    old = archive.put("plain/old.csv", bucket="uploads")
    archive.put("plain/new.csv", bucket="uploads")
    uploaded = list(live_objects(archive.store, "uploads", "plain/"))
    found = plan(
        "uploads",
        "plain/",
        uploaded,
        uploaded,
        (),
        archive.world.contracts,
        old.created + timedelta(microseconds=1),
    )
    assert ["plain/new.csv"] == names(found)
    (left,) = found.left_out
    assert "forgotten" == left.reason
    assert f"_upload_id = '{upload_of(old).id}'" in left.detail


def test_only_current_generations_are_listed() -> None:
    archive = Archive()
    archive.store.versioned = True
    archive.put("plain/a.csv", rows=1)
    newest = archive.put("plain/a.csv", rows=2)
    archive.put("plain/deleted.csv")
    archive.store.delete(OLD, "plain/deleted.csv")
    archive.put("elsewhere/a.csv")
    assert [newest] == list(live_objects(archive.store, OLD, "plain/"))


def test_a_name_that_is_taken_meanwhile_is_not_overwritten() -> None:
    archive = Archive()
    archive.put("plain/a.csv", rows=5)
    found = archive.plan()
    archive.put("plain/a.csv", bucket="uploads")
    (failed,) = archive.send(found).failed
    assert "backfill.taken" in failed.detail
    assert table(3) == archive.store.buckets["uploads"]["plain/a.csv"].data


def test_transient_failures_in_a_row_stop_the_run() -> None:
    archive = Archive()
    for name in range(MOST_FAILURES + 2):
        archive.put(f"plain/{name}.csv")

    def fail(effect: Effect) -> None:
        if effect.kind == "storage.rewrite":
            raise Transient("storage.unavailable", "try again")

    archive.world.effects.looking = fail
    sending = archive.send(archive.plan())
    assert (MOST_FAILURES, True) == (len(sending.failed), sending.stopped)
    (_, begun), (_, ended) = audited(archive.there)
    assert MOST_FAILURES + 2 == begun["objects"]
    assert (0, MOST_FAILURES, True) == (ended["sent"], ended["failed"], ended["stopped"])


def test_nothing_is_sent_that_cannot_be_recorded() -> None:
    archive = Archive()
    archive.put("plain/a.csv")
    crash_at(archive, "storage.create", 1, Transient("storage.unavailable", "try again"))
    with pytest.raises(Transient):
        archive.send(archive.plan())
    assert {} == archive.store.buckets["uploads"]


def test_the_rate_is_kept() -> None:
    """By the clock of the machine, which this test moves: 4 objects at 2 per second take 1.5 s."""
    archive, now, waits = Archive(), [100.0], list[float]()

    class Stop:
        def wait(self, seconds: float) -> bool:
            waits.append(seconds)
            now[0] += seconds
            return False

    for name in range(4):
        archive.put(f"plain/{name}.csv")
    shown = list[Progress]()
    sender = replace(
        archive.sender(rate=2.0),
        stop=Stop(),  # type: ignore[arg-type]
        monotonic=lambda: now[0],
        on_progress=shown.append,
    )
    sender.run(archive.plan(), "a test")
    assert [0.0, 0.5, 0.5, 0.5] == waits
    assert [Progress(1, 4, 1.5), Progress(4, 4, 0.0)] == [shown[0], shown[-1]]


def test_uploads_are_followed_to_their_ends() -> None:
    archive = Archive()
    archive.put("plain/a.csv")
    archive.store.put(OLD, "plain/bad.csv", b"other\n1\n")
    sending = archive.send(archive.plan())
    slept = list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        archive.deliver()

    found = wait_for(archive.world.ledger, sending.sent, 60, sleep=sleep)
    assert [POLL_SECONDS] == slept
    assert [("completed", ""), ("rejected", "header.missing_column")] == [
        (f.state, f.code) for f in found
    ]
    assert [False, True] == [f.needs_attention for f in found]


def test_waiting_has_an_end() -> None:
    archive, now = Archive(), [0.0]
    archive.put("plain/a.csv")
    sending = archive.send(archive.plan())

    def sleep(seconds: float) -> None:
        now[0] += seconds

    ledger = archive.world.ledger
    (found,) = wait_for(ledger, sending.sent, 3, sleep=sleep, monotonic=lambda: now[0])
    assert ("under_way", True, 3.0) == (found.state, found.needs_attention, now[0])


def test_an_upload_with_the_content_of_a_loaded_one_needs_no_attention() -> None:
    archive = Archive(letter_world(World(contracts=contracts(identical="skip"))))
    archive.put("plain/a.csv")
    first = archive.send(archive.plan()).sent
    archive.deliver()
    archive.put("plain/b.csv")
    found = archive.plan()
    sending = archive.send(found)
    archive.deliver()
    outcomes = [outcome(archive.world.ledger, upload) for upload in first + sending.sent]
    assert [False, False] == [it.needs_attention for it in outcomes]
    assert (
        "1 object sent; uploads: 1 completed, 1 skipped"
        == list(ending(found, sending, outcomes))[-1]
    )


def test_the_cost_is_scaled_from_a_sample_of_each_contract() -> None:
    archive = Archive()
    for name, rows in (("a", 100), ("b", 1000), ("c", 300)):
        archive.put(f"plain/{name}.csv", rows=rows)
    found = archive.plan()
    costs = cost(found, archive.store, archive.world.contracts, TOPOLOGY, price_list())
    (it,) = costs.datasets
    assert ("plain", 3, found.size, True) == (
        it.dataset,
        it.objects,
        it.stored_bytes,
        it.is_sampled,
    )
    assert 1400 == pytest.approx(it.rows, rel=0.2)
    assert 0 < it.cost == costs.total
    assert 0 < costs.default_rate <= MOST_RATE
    assert costs.seconds(1.0) == 3 / min(1.0, costs.capacity)
    lines = "\n".join(planned(found, costs, 1.0))
    assert "3 objects to load" in lines
    assert "time: about" in lines


def test_a_file_that_cannot_be_measured_has_assumed_rows() -> None:
    archive = Archive()
    archive.store.put(OLD, "plain/a.csv", b"%PDF-1.7\n" + b"x" * 991)
    costs = cost(archive.plan(), archive.store, archive.world.contracts, TOPOLOGY, price_list())
    (it,) = costs.datasets
    assert (1000 // ROW_BYTES, False) == (it.rows, it.is_sampled)
    assert any("assumed: 100 bytes a row" in line for line in planned(archive.plan(), costs, 1.0))


def test_a_rate_above_the_capacity_is_a_warning() -> None:
    archive = Archive()
    archive.put("plain/a.csv")
    found = archive.plan()
    costs = cost(found, archive.store, archive.world.contracts, TOPOLOGY, price_list())
    said = list(planned(found, costs, costs.capacity * 2))
    assert said[-1].startswith("warning: the functions can process about")


def test_nothing_to_do_costs_nothing() -> None:
    archive = Archive()
    costs = cost(archive.plan(), archive.store, archive.world.contracts, TOPOLOGY, price_list())
    assert ((), 0.0) == (costs.datasets, costs.total)
    assert ["gs://archive/plain/: 0 objects to load, 0 bytes"] == list(
        planned(archive.plan(), costs, costs.default_rate)
    )


def test_long_lists_are_cut() -> None:
    archive = Archive()
    for name in range(MOST_LISTED + 2):
        archive.put(f"plain/{name}.txt")
    lines = list(ending(archive.plan(), Sending((), (), stopped=False), []))
    assert "left out: 2 more, which --json lists" in lines


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "1 s"), (119, "119 s"), (600, "10 min"), (9000, "2.5 h")]
)
def test_durations(seconds: float, said: str) -> None:
    assert said == duration(seconds)
