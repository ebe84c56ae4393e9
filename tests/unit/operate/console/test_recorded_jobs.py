"""Jobs that survive the instance: interrupted at any effect, continued by another, or by two."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from csvgate.protocol.ledger.entries import LetterMark
from csvgate.protocol.ledger.job_entries import JobBegun, JobEnded
from csvgate.protocol.ledger.job_paths import JOB_BEGUN, JOB_CLAIM, JOB_ENDED, JOB_PART
from csvgate.protocol.ledger.paths import LETTER_MARK
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.audit import Operator
from csvgate_ops.operate.console.access import Access
from csvgate_ops.operate.console.app import create_app
from csvgate_ops.operate.console.job_records import LEASE, JobRecords, is_job_id, job_id
from csvgate_ops.operate.console.jobs import Job, Jobs, Recipe, Work
from csvgate_ops.operate.console.pages.actions import work_of
from csvgate_ops.operate.console.site import Site
from csvgate_ops.operate.dead_letters.runs import Progress, RunOptions
from fakes.effects import Effect
from unit.operate.console.browsing import ENRICH, HOST, letter, letter_world, words
from unit.operate.dead_letters.contexts import LetterWorld
from unit.operate.dead_letters.test_owners import rejection
from world import VALIDATED, letters_of

ADA = Operator("ada@example.com", "iap")
REASON = "the table exists now"
LETTERS = 4
HANG = 30.0
NEVER = 3600.0
"""Seconds between signs of life, where a test has none."""


class Instance:
    """One instance of the deployed console, over the ledger and the queues that all share."""

    def __init__(self, there: LetterWorld, name: str, beat: float = NEVER) -> None:
        self.there = there
        self.records = JobRecords(there.context.ledger, there.world.clock, name)
        self.jobs = Jobs(there.world.clock, self.records, self.work_of, beat)
        self.members = {ADA.name}

    def work_of(self, recipe: Recipe, operator: Operator) -> Work | None:
        return self.work(recipe, operator) if operator.name in self.members else None

    def work(self, recipe: Recipe, operator: Operator) -> Work:
        proven = operator.verified_by
        context = replace(self.there.context, actor=operator.name, verified_by=proven)
        return work_of(Site.of(context, "test-project", is_local=False), recipe, context)

    def begin(self, ids: list[str], rate: float | None = None) -> Job:
        recipe = Recipe("replay", tuple((letters_of(ENRICH), each) for each in ids))
        options = RunOptions(dry_run=False, reason=REASON, rate=rate)
        work = self.work(recipe, ADA)
        return self.jobs.start(f"Replay {len(ids)} letters", len(ids), options, work, ADA, recipe)

    def continued(self, job: Job) -> Job:
        found = self.jobs.get(job.id)
        assert found is not None
        return finished(found)


def until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HANG
    while not look():
        assert time.monotonic() < deadline, "it hangs"
        time.sleep(0.002)


def finished(job: Job) -> Job:
    until(lambda: not job.is_running)
    return job


def with_letters() -> tuple[LetterWorld, list[str]]:
    there = letter_world()
    return there, [letter(there, data=f"letter {n}".encode()) for n in range(LETTERS)]


def pass_the_lease(there: LetterWorld) -> None:
    """The instance is silent for the lease, and what it held is delivered again."""
    there.world.now += LEASE + timedelta(seconds=1)
    there.queues.expire()


def sent(there: LetterWorld) -> Counter[bytes]:
    return Counter(message.data for message in there.world.publisher.topics[VALIDATED])


def marks(there: LetterWorld) -> list[LetterMark]:
    audit = there.context.ledger.audit
    found = [audit.get(LETTER_MARK, **parts) for parts in audit.find(LETTER_MARK)]
    return [mark for mark in found if mark]


def claims(there: LetterWorld, job: Job) -> list[int]:
    return [parts["claim"] for parts in there.context.ledger.find(JOB_CLAIM, job=job.id)]


def end_of(there: LetterWorld, job: Job) -> JobEnded:
    found = there.context.ledger.get(JOB_ENDED, job=job.id)
    assert found is not None
    return found


def test_a_job_is_recorded_from_its_beginning_to_its_end() -> None:
    there, ids = with_letters()
    job = finished(Instance(there, "first").begin(ids, rate=1000.0))
    begun = there.context.ledger.get(JOB_BEGUN, job=job.id)
    assert begun is not None
    assert (ADA.name, "iap", REASON, 1000.0) == (
        *(begun.actor, begun.verified_by, begun.reason, begun.rate),
    )
    assert [(letters_of(ENRICH), each) for each in ids] == list(begun.letters)
    assert job.report is not None
    assert (job.report.run, False, "") == (
        *(end_of(there, job).run, end_of(there, job).stopped, end_of(there, job).error),
    )
    # Another instance shows the same, and never starts it again.
    other = Instance(there, "second")
    pass_the_lease(there)
    other.jobs.resume_interrupted()
    seen = other.continued(job)
    assert (job.title, LETTERS, job.progress) == (seen.title, seen.total, seen.progress)
    assert [1] == claims(there, job)


def gone_after(there: LetterWorld, effects: int) -> None:
    """From its next effect but so many on, nothing of the instance reaches a service."""
    left = [effects]
    lock = threading.Lock()

    def before(_: Effect) -> None:
        with lock:
            left[0] -= 1
            if left[0] < 0:
                raise Transient("instance.gone", "the instance is gone")

    there.world.effects.before = before


def test_another_instance_continues_after_an_end_at_any_effect() -> None:
    """Begun and claim come first: without them the job has not started."""
    complete = 0
    for effects in range(2, 60):
        there, ids = with_letters()
        gone_after(there, effects)
        first = Instance(there, "first")
        job = finished(first.begin(ids))
        there.world.effects.before = lambda _: None
        second = Instance(there, "second")
        found = second.jobs.get(job.id)
        assert found is not None
        ended = not found.is_running
        assert [1] == claims(there, job), "its lease has not passed"
        pass_the_lease(there)
        continued = second.continued(job)
        assert "" == continued.error
        assert not end_of(there, job).stopped
        assert 0 == there.left()
        assert set(ids) == {mark.letter for mark in marks(there)}
        assert {(ADA.name, "iap", REASON)} == {
            (mark.actor, mark.verified_by, mark.reason) for mark in marks(there)
        }
        # Published twice at most, with the same identifiers: the pipeline accepts it once.
        assert {f"letter {n}".encode() for n in range(LETTERS)} == sent(there).keys()
        assert 2 >= max(sent(there).values())
        assert claims(there, job) == ([1] if ended else [1, 2])
        complete += ended
        if complete:
            break
    assert complete, "every effect was cut"


def test_a_job_that_is_not_recorded_does_not_start() -> None:
    for effects in range(2):
        there, ids = with_letters()
        gone_after(there, effects)
        first = Instance(there, "first")
        with pytest.raises(Transient):
            first.begin(ids)
        assert first.jobs.running() is None
        assert LETTERS == there.left()


def test_two_instances_continue_at_once() -> None:
    """The first one was frozen in the middle of every letter, and wakes up."""
    there, ids = with_letters()
    frozen, awake = list[Effect](), threading.Event()

    def before(effect: Effect) -> None:
        if effect.kind == "pubsub.publish":
            frozen.append(effect)
            assert awake.wait(HANG)

    there.world.effects.before = before
    first = Instance(there, "first", beat=0.01)
    job = first.begin(ids)
    until(lambda: len(frozen) == LETTERS)
    there.world.effects.before = lambda _: None
    second = Instance(there, "second")
    pass_the_lease(there)
    found = second.records.get(job.id)
    assert found is not None
    claim = second.records.take_over(found)
    assert claim is not None
    assert second.records.take_over(found) is None, "a claim is created once"
    until(job.stop.is_set)
    there.queues.expire()
    recipe = Recipe("replay", tuple((letters_of(ENRICH), each) for each in ids))
    report = second.work(recipe, ADA)(RunOptions(dry_run=False, reason=REASON))
    assert LETTERS == report.count("done", "done before")
    awake.set()
    finished(job)
    assert first.jobs.running() is None
    assert there.context.ledger.get(JOB_ENDED, job=job.id) is None, "the end is the second's"
    seen = first.jobs.get(job.id)
    assert seen is not None
    assert seen.is_running, "the first one shows how the second goes on"
    claim.end(report, "")
    assert report.run == end_of(there, job).run
    assert 0 == there.left()
    assert LETTERS == len(marks(there))
    assert 2 >= max(sent(there).values())


def test_only_one_of_two_instances_takes_over() -> None:
    there, ids = with_letters()
    gone_after(there, 5)
    job = finished(Instance(there, "first").begin(ids))
    there.world.effects.before = lambda _: None
    pass_the_lease(there)
    others = [Instance(there, name) for name in ("second", "third")]
    both = [threading.Thread(target=each.jobs.resume_interrupted) for each in others]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    until(lambda: there.context.ledger.get(JOB_ENDED, job=job.id) is not None)
    until(lambda: all(each.jobs.running() is None for each in others))
    assert [1, 2] == claims(there, job)
    assert LETTERS == len(marks(there))


def test_signs_of_life_keep_others_away_and_carry_the_progress() -> None:
    there, ids = with_letters()
    hold = threading.Event()
    first = Instance(there, "first", beat=0.01)

    def work(options: RunOptions) -> object:
        report = first.work(recipe, ADA)(replace(options, stop=threading.Event()))
        assert hold.wait(HANG)
        return report

    recipe = Recipe("replay", tuple((letters_of(ENRICH), each) for each in ids))
    options = RunOptions(dry_run=False, reason=REASON)
    job = first.jobs.start("Replay 4 letters", LETTERS, options, work, ADA, recipe)  # type: ignore[arg-type]
    second = Instance(there, "second")
    there.world.now += LEASE + timedelta(seconds=1)
    before = len(list(there.context.ledger.find(JOB_PART, job=job.id)))
    until(lambda: len(list(there.context.ledger.find(JOB_PART, job=job.id))) > before + 1)
    until(lambda: job.progress.done == LETTERS)
    until(lambda: second.jobs.get(job.id).progress.done == LETTERS)  # type: ignore[union-attr]
    second.jobs.resume_interrupted()
    assert second.jobs.running() is None
    assert [1] == claims(there, job)
    # It is stopped from another instance.
    seen = second.jobs.get(job.id)
    assert seen is not None
    assert seen.is_running
    assert "3.9 letters/min" in seen.pace_words(there.world.now)
    second.jobs.stop(seen)
    until(job.stop.is_set)
    hold.set()
    finished(job)


def test_a_stopped_job_is_not_continued() -> None:
    there, ids = with_letters()
    gone_after(there, 5)
    job = finished(Instance(there, "first").begin(ids))
    there.world.effects.before = lambda _: None
    second = Instance(there, "second")
    second.jobs.stop(job)
    pass_the_lease(there)
    second.jobs.resume_interrupted()
    assert [1] == claims(there, job)
    assert "" == end_of(there, job).error


@pytest.mark.parametrize("days", [0, 3])
def test_a_job_without_a_recipe_or_of_another_day_is_not_continued(days: int) -> None:
    there, ids = with_letters()
    first = Instance(there, "first")
    recipe = Recipe("replay", tuple((letters_of(ENRICH), each) for each in ids)) if days else None
    gone_after(there, 2)
    options = RunOptions(dry_run=False, reason=REASON)
    work = first.work(Recipe("replay", ()), ADA)
    job = finished(first.jobs.start("Send 1 edited letter", 1, options, work, ADA, recipe))
    there.world.effects.before = lambda _: None
    there.world.now += timedelta(days=days)
    pass_the_lease(there)
    found = Instance(there, "second").jobs.get(job.id)
    found = Instance(there, "second").jobs.get(job.id)
    assert found is not None
    assert "nothing continues it" in found.error
    assert [1] == claims(there, job)


def test_a_job_of_somebody_without_access_is_not_continued_in_their_name() -> None:
    there, ids = with_letters()
    gone_after(there, 5)
    job = finished(Instance(there, "first").begin(ids))
    there.world.effects.before = lambda _: None
    pass_the_lease(there)
    second = Instance(there, "second")
    second.members.clear()
    second.jobs.resume_interrupted()
    assert [1] == claims(there, job)
    assert "nothing continues it: ada@example.com has no access" in end_of(there, job).error


def test_a_letter_that_stays_in_its_queue_is_counted_once() -> None:
    """The first instance has skipped it, and the second one looks at it again."""
    there, ids = with_letters()
    stays = (letters_of("validate_and_parse"), rejection(there))
    gone = (letters_of(ENRICH), "1999")
    keys = (*((letters_of(ENRICH), each) for each in ids), stays, gone)
    first, second = Instance(there, "first"), Instance(there, "second")
    now = there.world.clock()
    begun = JobBegun(
        title="Replay 6 letters",
        action="replay",
        letters=keys,
        total=len(keys),
        actor=ADA.name,
        verified_by=ADA.verified_by,
        at=now,
        reason=REASON,
        rate=None,
    )
    job = job_id(now)
    claim = first.records.begin(job, begun)
    claim.beat(Progress(seen=5, done=0, skipped=1, failed=1))
    pass_the_lease(there)
    found = second.jobs.get(job)
    assert found is not None
    finished(found)
    assert (LETTERS, 1, 0) == (found.progress.done, found.progress.skipped, found.progress.failed)
    seen = Instance(there, "third").jobs.get(job)
    assert seen is not None
    assert (found.progress, True) == (seen.progress, seen.is_continued)
    for jobs in (second.jobs, Instance(there, "third").jobs):
        page = page_of(there, jobs, job)
        assert "Selected 6 Done 4 Skipped 1 Failed 0" in page
        assert 1 == page.count(stays[1])
        assert "1 letter was no longer in the queue: an earlier instance of the console or" in page


def page_of(there: LetterWorld, jobs: Jobs, job: str) -> str:
    site, access = Site.of(there.context, "test-project", is_local=True), Access()
    client = create_app(site, access, jobs).test_client()
    client.get(f"/?token={access.token}", base_url=f"http://{HOST}")
    return words(client.get(f"/jobs/{job}", base_url=f"http://{HOST}").text)


def test_ids_that_are_not_ours_name_no_other_object() -> None:
    there, _ = with_letters()
    jobs = Instance(there, "first").jobs
    for text in ("none", "../audit", "20261121-101500-0b1ec7a1/../x", "20261121-101500-..%2F.."):
        assert not is_job_id(text)
        assert jobs.get(text) is None
    assert jobs.get("20261121-101500-0b1ec7a1") is None
