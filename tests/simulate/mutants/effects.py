"""Bugs of step 11: the log of a scope, its jobs, and the ends that follow from it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from csvgate.effects import effect_log, run_job
from csvgate.effects.effect_log import EffectLog
from csvgate.effects.model import Insert, Job, JobResult
from csvgate.effects.run_job import JobRunner
from csvgate.protocol.identity import digest
from csvgate.protocol.ledger import scope_log
from csvgate.protocol.ledger.effect_entries import EffectClaim, ScopeState
from csvgate.protocol.ledger.scope_log import ScopeLog
from csvgate.rejects import limited_rejects
from csvgate.runtime.errors import Permanent, Transient
from enrichment import failed_effect, handler
from enrichment.effects import candidate, carry_out, judge
from enrichment.effects.candidate import Candidate
from enrichment.finish_upload import UploadFinisher
from enrichment.sealed_load import SealedLoad
from fakes.bigquery import FakeWarehouse
from intake import corrections, seal_upload
from simulate.mutants.wrapped import both
from simulate.world.swap import swapped

Swap = AbstractContextManager[Any]


def _number_probed() -> Swap:
    """A refused entry takes the next free number, with what was judged before."""
    original = ScopeLog.create
    close = EffectLog._close

    def create(self: ScopeLog, number: int, entry: Any) -> bool:
        while not original(self, number, entry):
            number += 1
        return True

    def close_any(self: EffectLog, log: ScopeLog, number: int, entry: Any, **more: Any) -> Any:
        while (found := log.entry(number)) is not None and found.upload != entry.upload:
            number += 1
        return close(self, log, number, entry, **more)

    return both(swapped(ScopeLog, "create", create), swapped(EffectLog, "_close", close_any))


def _before_predecessor() -> Swap:
    """The last entry may be open: what it would leave is believed."""

    def closed_end(self: EffectLog, log: ScopeLog) -> tuple[int, ScopeState]:
        last = log.last()
        entry = log.entry(last) if last else None
        return last, entry.after if entry else ScopeState()

    return swapped(EffectLog, "_closed_end", closed_end)


def _left_to_its_owner() -> Swap:
    """An open entry is left to the upload that it is about."""
    original = EffectLog._closed_end

    def closed_end(self: EffectLog, log: ScopeLog) -> tuple[int, ScopeState]:
        last = log.last()
        if last and log.closed(last) is None:
            raise Transient("effect.waiting", "another upload is under way")
        return original(self, log)

    return swapped(EffectLog, "_closed_end", closed_end)


def _next_run_if_not_found() -> Swap:
    """A job that is not found is started again under the next id."""
    original = JobRunner.run

    def run(self: JobRunner, log: ScopeLog, number: int, entry: Any, *, is_new: bool) -> Any:
        try:
            return original(self, log, number, entry, is_new=is_new)
        except Transient as failure:
            if failure.code in ("effect.running", "effect.again"):
                raise
            again = entry.model_copy(update={"job_prefix": f"{entry.job_prefix}x"})
            return original(self, log, number, again, is_new=is_new)

    return swapped(JobRunner, "run", run)


def _random_job_id() -> Swap:
    numbers = iter(range(10**9))

    def job_id(entry: Any, *_: Any) -> str:
        return f"{entry.job_prefix}{next(numbers)}"

    return swapped(run_job, "_job_id", job_id)


def _always_the_first_run() -> Swap:
    return swapped(JobRunner, "_last_run", lambda *_: (1, None))


def _refusal_believed() -> Swap:
    """A statement that is refused now has never been started, it is assumed."""

    def failed(self: JobRunner, _job: Any, _entry: Any, found: Any) -> JobResult:
        return JobResult(state="failed", reason=found.reason)

    return swapped(JobRunner, "_failed", failed)


def _used_up_id_taken_for_done() -> Swap:
    """The statement that used up the id of a refused one is taken for that one."""
    return swapped(run_job, "_changes", lambda _: 1)


def _without_location() -> Swap:
    start, result = FakeWarehouse.start, FakeWarehouse.result

    def nowhere(job: Job) -> Job:
        return job.model_copy(update={"location": ""})

    return both(
        swapped(
            FakeWarehouse, "start", lambda self, job, effect: start(self, nowhere(job), effect)
        ),
        swapped(FakeWarehouse, "result", lambda self, job, wait: result(self, nowhere(job), wait)),
    )


def _running_taken_for_done() -> Swap:
    original = FakeWarehouse.result

    def result(self: FakeWarehouse, job: Job, wait: float) -> Any:
        found = original(self, job, wait)
        return found and found.model_copy(update={"state": found.state.replace("running", "done")})

    return swapped(FakeWarehouse, "result", result)


def _order_by_arrival() -> Swap:
    return swapped(candidate, "superseded", lambda *_: "")


def _time_of_arrival() -> Swap:
    """Rows are as old as the arrival of their upload."""
    return swapped(seal_upload, "disposition", lambda _: "append")


def _correction_newer_than_all() -> Swap:
    """A correction is as old as its own arrival, not as its original."""
    return swapped(corrections, "disposition", lambda _: "append")


def _superseded_by_arrival_of_corrections() -> Swap:
    """A correction is judged as a generation of its own."""
    original = candidate.candidate

    def own(load: SealedLoad, attempt: int) -> Candidate:
        return replace(original(load, attempt), is_correction=False)

    return swapped(carry_out, "candidate", own)


def _correction_not_judged() -> Swap:
    original = judge.superseded

    def judged(state: Any, load: Candidate) -> str:
        return "" if load.is_correction else original(state, load)

    return swapped(candidate, "superseded", judged)


def _scope_without_name() -> Swap:
    """All names of a table share one scope and one current generation."""
    shared = property(lambda self: digest("scope", self.table))
    return swapped(Candidate, "scope", shared)


def _scope_of_the_correction() -> Swap:
    """A correction has a log of its own, because it has a name of its own."""
    original = candidate.candidate

    def own(load: SealedLoad, attempt: int) -> Candidate:
        return replace(original(load, attempt), origin=load.received)

    return swapped(carry_out, "candidate", own)


def _attempt_in_the_log_twice() -> Swap:
    """An entry is carried out whatever the attempt's claim says."""
    original = scope_log.claim_effect

    def claim(attempt: Any, ours: EffectClaim, *more: int) -> EffectClaim:
        original(attempt, ours, *more)
        return ours

    return both(
        swapped(effect_log, "claim_effect", claim),
        swapped(effect_log, "effect_claim", lambda *_: None),
        swapped(carry_out, "effect_claim", lambda _: None),
    )


def _effect_before_commit() -> Swap:
    original = carry_out.UploadEffects.carry_out

    def early(self: Any, load: Any, attempt: Any, commit: Callable[[], bool]) -> Any:
        ending = original(self, load, attempt, lambda: True)
        commit()
        return ending

    return swapped(carry_out.UploadEffects, "carry_out", early)


def _announced_before_the_effect() -> Swap:
    original = UploadFinisher._carry_out

    def early(self: UploadFinisher, load: Any, attempt: Any, decision: Any, staged: Any) -> Any:
        self.announce(load, attempt, decision)
        return original(self, load, attempt, decision, staged)

    return swapped(UploadFinisher, "_carry_out", early)


def _announced_as_decided() -> Swap:
    """An upload that came too late is announced as completed."""
    original = UploadFinisher.announce

    def announce(self: UploadFinisher, load: Any, attempt: Any, decision: Any, *_: Any) -> str:
        return original(self, load, attempt, decision)

    return swapped(UploadFinisher, "announce", announce)


def _one_staging_for_all_attempts() -> Swap:
    original = SealedLoad.destination
    return swapped(SealedLoad, "destination", lambda self, _: original(self, 1))


def _failed_effect_is_the_end() -> Swap:
    """The replay of the letter finds the failure again, without end."""

    def raised(attempt: Any, chunk: Any, failure: Permanent, clock: Any) -> Any:
        raise failure

    return swapped(handler, "effect_failed", raised)


def _any_message_loads_again() -> Swap:
    """Each message that finds the failure opens the next attempt."""
    original = failed_effect.effect_failed

    def found(attempt: Any, chunk: Any, failure: Permanent, clock: Any) -> Any:
        from csvgate.protocol.ledger.scope_log import failed_effect as standing

        before = standing(attempt)
        return original(attempt, before.chunk if before else chunk, failure, clock)

    return swapped(handler, "effect_failed", found)


def _nothing_to_replace() -> Swap:
    """An upload without rows does not replace those of the generation before."""
    return swapped(Candidate, "changes_nothing", property(lambda self: self.staged.rows == 0))


def _only_the_original_is_replaced() -> Swap:
    """The statement of a correction replaces its original's rows."""
    original = Candidate.statement

    def statement(self: Candidate, state: ScopeState) -> Any:
        found = original(self, state)
        if isinstance(found, Insert):
            return original(replace(self, is_correction=False), state)
        return found

    return swapped(Candidate, "statement", statement)


def _state_before_kept() -> Swap:
    """The log does not say which generation the table has."""
    return swapped(candidate, "state_after", lambda state, _: state)


def _only_removes() -> Swap:
    """A file without a valid row removes the rows that it would replace."""
    return swapped(limited_rejects, "disposition", lambda _: "append")


EFFECTS: dict[str, Callable[[], Swap]] = {
    "log number probed instead of judged again": _number_probed,
    "entry run before its predecessor": _before_predecessor,
    "open entry left to its owner": _left_to_its_owner,
    "file without a valid row replaces others": _only_removes,
    "next run on a job that is not found": _next_run_if_not_found,
    "job id random": _random_job_id,
    "failed job started again under its id": _always_the_first_run,
    "refused job taken for one that cannot run": _refusal_believed,
    "used up job id taken for done": _used_up_id_taken_for_done,
    "location of a job omitted": _without_location,
    "running job taken for done": _running_taken_for_done,
    "order by arrival": _order_by_arrival,
    "rows as old as their arrival": _time_of_arrival,
    "corrections as old as their arrival": _correction_newer_than_all,
    "correction judged as a generation": _superseded_by_arrival_of_corrections,
    "correction of replaced rows loaded": _correction_not_judged,
    "correction replaces its original": _only_the_original_is_replaced,
    "correction in a log of its own": _scope_of_the_correction,
    "one log for all names": _scope_without_name,
    "attempt in the log twice": _attempt_in_the_log_twice,
    "effect before the commit to staging": _effect_before_commit,
    "announced before the effect": _announced_before_the_effect,
    "announced as decided": _announced_as_decided,
    "one staging table for all attempts": _one_staging_for_all_attempts,
    "failed effect never loaded again": _failed_effect_is_the_end,
    "failed effect loaded again by any message": _any_message_loads_again,
    "upload without rows replaces nothing": _nothing_to_replace,
    "state of the scope not kept": _state_before_kept,
}
