"""Bugs of steps 1 and 2: the pin, reading and verifying the file, the reject file, corrections."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from csvgate.contracts.hashing import to_json
from csvgate.protocol.ledger.attempts import end_of_upload
from csvgate.protocol.ledger.content_index import Content, state_of
from csvgate.protocol.ledger.ledger import Starts, UploadLedger
from csvgate.protocol.ledger.paths import REFERENCE
from csvgate.validation.faults import FileFault
from intake import corrections, handler, identical, pin_plan, read_upload
from intake.corrections import Origin
from intake.deadlines.time_budget import TimeBudget
from intake.handler import Validator
from intake.pin_plan import Pinned, Planner, pinned_keys
from intake.read_upload import UploadReader, _faulty
from intake.reject_output import RejectOutput, rejects_name
from intake.verified_source import Metadata, VerifiedSource, address
from simulate.world.swap import swapped

Swap = AbstractContextManager[Any]


def _contract_before_the_pin() -> Swap:
    """An upload is ignored if its contract was removed while it was under way."""
    original = Planner.pin

    def pin(self: Planner, event: Any, contract: Any) -> Pinned | None:
        return None if contract is None else original(self, event, contract)

    return swapped(Planner, "pin", pin)


def _plan_from_the_deployed_contract() -> Swap:
    original = Planner.pin

    def pin(self: Planner, event: Any, contract: Any) -> Pinned | None:
        pinned = original(self, event, contract)
        if pinned is None or contract is None:
            return pinned
        received = pinned.received.model_copy(update={"contract": to_json(contract)})
        return replace(pinned, received=received, contract=contract)

    return swapped(Planner, "pin", pin)


def _reference_without_generation() -> Swap:
    def name(bucket: str, name: str, generation: int, now: Any) -> str:
        return REFERENCE.name(month=f"{now:%Y-%m}", snapshot="shops")

    return swapped(pin_plan, "snapshot_name", name)


def _starts_stop_at_50() -> Swap:
    original = UploadLedger.count_start

    def count(self: UploadLedger, start: Any) -> Starts:
        found = original(self, start)
        return replace(found, number=min(found.number, 50))

    return swapped(UploadLedger, "count_start", count)


def _last_start_is_retried() -> Swap:
    return swapped(Validator, "_is_last", lambda *_: False)


def _silent_starts_not_counted() -> Swap:
    return swapped(handler, "refuse_after_silent_starts", lambda *_: None)


def _killed_is_not_an_end() -> Swap:
    """A replay of the letter finds the same silent starts."""
    original = Validator._note_end

    def note(self: Validator, entries: UploadLedger, starts: Starts, failure: Any = None) -> None:
        if failure is None or failure.code != "upload.killed":
            original(self, entries, starts, failure)

    return swapped(Validator, "_note_end", note)


def _ends_not_recorded() -> Swap:
    """Starts that failed with a reason are taken for silent ones."""
    return swapped(Validator, "_note_end", lambda *_: None)


def _fault_without_draining() -> Swap:
    def read(self: UploadReader, pinned: Pinned, began: Any, overruns: int) -> Any:
        references = pinned_keys(pinned, self.ledger)
        try:
            metadata, twin = self._admit(pinned, overruns)
            deadline = self.limits.deadline(began)
            name = address(pinned.received)
            budget = TimeBudget(self.clock, deadline, name, metadata.size)
            source = VerifiedSource(self.store, pinned.received, metadata, budget)
            return self._process(source, pinned, references, twin)
        except FileFault as error:
            return _faulty(error.fault)

    return swapped(UploadReader, "read", read)


def _nothing_verified() -> Swap:
    return swapped(VerifiedSource, "verify", lambda _: None)


def _not_read_to_the_end() -> Swap:
    """The checksum of the bytes read so far is compared, once somebody has stopped to read."""
    original = VerifiedSource.verify

    def verify(self: VerifiedSource) -> None:
        if self._size == self.metadata.size:
            original(self)

    return swapped(VerifiedSource, "verify", verify)


def _generation_not_pinned() -> Swap:
    def read(self: VerifiedSource) -> Any:
        ref = self.received.upload
        info = self.store.stat(ref.bucket, ref.name)
        generation = info.generation if info else ref.generation
        at = ref.model_copy(update={"generation": generation})
        self.received = self.received.model_copy(update={"upload": at})
        if info:
            self.metadata = Metadata(info.size, info.crc32c)
        yield from original(self)

    original = VerifiedSource._read
    return swapped(VerifiedSource, "_read", read)


def _reject_file_rewritten() -> Swap:
    def create(self: RejectOutput) -> Any:
        name = rejects_name(self._upload, self._plan)
        with self._store.writer(self._bucket, name, "text/csv", replace=True) as body:
            body.write(bytes(self._buffer))
            written = body.finish()
        assert written is not None
        return self._ref(name, written.generation)

    return swapped(RejectOutput, "_create", create)


def _name_not_held() -> Swap:
    return swapped(read_upload, "refuse_overwrite", lambda upload, ledger: None)


def _corrections_do_not_see_each_other() -> Swap:
    original = corrections._take_slot

    def take(*args: Any) -> Any:
        return frozenset(), original(*args)[1]

    return swapped(corrections, "_take_slot", take)


def _correction_with_the_time_of_its_original() -> Swap:
    """The rows of a correction cannot be distinguished from those of its original."""
    original = corrections._take_slot

    def take(correction: Any, origin: Any, ledger: Any) -> Any:
        return original(correction, origin, ledger)[0], origin.received_at

    return swapped(corrections, "_take_slot", take)


def _correction_before_the_end() -> Swap:
    """The decision is taken for the end of the upload."""
    from csvgate.protocol.ledger.attempts import End, current_attempt
    from csvgate.protocol.ledger.entries import Finished

    def end(entries: UploadLedger) -> End | None:
        current = current_attempt(entries)
        decision = current.decision
        if decision is None:
            return None
        outcome = "rejected" if decision.outcome == "rejected" else "completed"
        return End(current.number, decision, Finished(outcome=outcome, at=decision.at))

    return swapped(corrections, "end_of_upload", end)


def _correction_of_any_line() -> Swap:
    original: Callable[..., Origin] = corrections.find_origin

    def find(*args: Any) -> Origin:
        return replace(original(*args), open_lines=frozenset(range(100)))

    return swapped(read_upload, "find_origin", find)


def _gone_is_not_an_end() -> Swap:
    """An upload whose file is gone owns its name forever."""
    original = UploadReader.read

    def read(self: UploadReader, *args: Any) -> Any:
        reading = original(self, *args)
        if reading.verdict.code == "file.gone":
            raise FileNotFoundError("file.gone")
        return reading

    return swapped(UploadReader, "read", read)


def _skipped_for(state: str) -> Callable[[], Swap]:
    """An upload in this state is taken for loaded."""

    def begin() -> Swap:
        def of(entries: UploadLedger) -> str:
            found = state_of(entries)
            return "loaded" if found == state else found

        return swapped(identical, "state_of", of)

    return begin


def _skipped_for_a_revoked_one() -> Swap:
    def of(entries: UploadLedger) -> str:
        end = end_of_upload(entries)
        is_loaded = end is not None and end.finished.outcome == "completed"
        return "loaded" if is_loaded else state_of(entries)

    return swapped(identical, "state_of", of)


def _content_by_size_alone() -> Swap:
    original = Content.of

    def of(ledger: Any, table: str, size: int, _crc32c: str) -> Content:
        return original(ledger, table, size, "")

    return swapped(Content, "of", of)


INTAKE: dict[str, Callable[[], Swap]] = {
    "contract looked up before the pin": _contract_before_the_pin,
    "plan from the deployed contract": _plan_from_the_deployed_contract,
    "reference snapshot without its generation": _reference_without_generation,
    "start counter stops at 50": _starts_stop_at_50,
    "last start is retried": _last_start_is_retried,
    "silent starts not counted": _silent_starts_not_counted,
    "a killed upload's replay dies at once": _killed_is_not_an_end,
    "ends of starts not recorded": _ends_not_recorded,
    "fault sealed without draining": _fault_without_draining,
    "nothing verified": _nothing_verified,
    "parser's end taken for the file's": _not_read_to_the_end,
    "generation not pinned while reading": _generation_not_pinned,
    "reject file written unconditionally": _reject_file_rewritten,
    "name not held": _name_not_held,
    "corrections do not see each other": _corrections_do_not_see_each_other,
    "correction with its original's time": _correction_with_the_time_of_its_original,
    "correction before the rows": _correction_before_the_end,
    "correction of any line": _correction_of_any_line,
    "skip against an uncommitted upload": _skipped_for("under_way"),
    "skip against a rejected upload": _skipped_for("not_loaded"),
    "skip against a revoked upload": _skipped_for_a_revoked_one,
    "content by its size alone": _content_by_size_alone,
    "a file that is gone does not end its upload": _gone_is_not_an_end,
}
