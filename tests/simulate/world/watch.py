"""What must hold at all times, checked when rows become visible, an attempt is decided or given up,
or an outcome is announced."""

from collections import Counter
from datetime import datetime

from csvgate.contracts.checks.column_names import INGESTED_AT, UPLOAD_ID
from csvgate.protocol.events import UploadFinished
from csvgate.protocol.ledger.attempts import end_of_upload
from csvgate.protocol.ledger.effect_paths import REMOVED, RESTORED
from csvgate.protocol.ledger.entries import Decision, PendingCommit, Seal, SharedAppend
from csvgate.protocol.ledger.ledger import AttemptLedger, Ledger
from csvgate.protocol.ledger.paths import (
    CHUNK_STREAM,
    DEAD,
    DECISION,
    EMAIL_CLAIM,
    EMAIL_RELEASED,
    EMAIL_SENT,
    FAILED_CHUNK,
    RECEIVED,
    SEAL,
    Part,
)
from csvgate.protocol.messages.outcome import parse_outcome
from fakes.effects import Effect, LateCall
from simulate.world import shop
from simulate.world.changed_tables import (
    has_taken_effect,
    require_over,
    watch_changed_tables,
)
from simulate.world.cloud import Cloud
from simulate.world.crash import require, require_equal
from simulate.world.people import People, key_of
from simulate.world.revocations import (
    is_revoked,
    note_revocations,
    removed,
    restored,
    revoked,
    was_revoked,
)
from world import COMPLETE

_ENTRY = "ledger/"
Load = tuple[str, datetime]
"""`_upload_id` and `_ingested_at`, which identify the rows of one load."""


def watch(people: People, effect: Effect) -> None:
    """Check the state after an effect. Raises Violation."""
    note_revocations(people)
    if effect.kind in ("bigquery.commit", "bigquery.append"):
        _visible(people)
    elif effect.kind == "storage.create" and effect.target.startswith(_ENTRY):
        _entry(people, effect.target.removeprefix(_ENTRY))
    if effect.kind.startswith("bigquery.") or people.executed < _executed(people):
        watch_changed_tables(people)
    announced = people.cloud.publisher.topics[COMPLETE]
    while people.heard < len(announced):
        _announced(people, parse_outcome(announced[people.heard]))
        people.heard += 1


def _executed(people: People) -> int:
    people.cloud.warehouse.jobs.settle()
    return len(people.cloud.warehouse.executed)


def execute_late(people: People, call: LateCall) -> None:
    """The service executes a call of which its client knows nothing any more. Raises Violation."""
    call.execute()
    parts = RECEIVED.parse(call.effect.target.removeprefix(_ENTRY))
    if parts and people.cloud.unwatched_ledger().upload(parts["upload"]).ignored():
        people.pinned_late.add(parts["upload"])
    watch(people, call.effect)


Email = tuple[str, str]
"""Upload and end."""


def unmarked_email(cloud: Cloud, effect: Effect, before: Email | None) -> Email | None:
    """The email that a delivery has sent and not yet marked, after an effect. If the delivery
    crashes here, the email is sent again: the one documented exception to "once"."""
    if effect.kind == "mail.send":
        said = cloud.mailer.sent[-1].custom_args
        return said["upload_id"], said["end"]
    if effect.kind == "storage.create" and EMAIL_SENT.parse(effect.target.removeprefix(_ENTRY)):
        return None
    return before


def holds_email(cloud: Cloud, effect: Effect, before: bool) -> bool:
    """Whether a delivery holds the claim of an email, just before an effect. A claim that exists
    is refused."""
    if effect.kind != "storage.create":
        return before
    name = effect.target.removeprefix("ledger/")
    if EMAIL_CLAIM.parse(name):
        return before or name not in cloud.store.buckets["ledger"]
    return before and not (EMAIL_SENT.parse(name) or EMAIL_RELEASED.parse(name))


def _visible(people: People) -> None:
    """Rows become visible only after the decision to commit them, all rows of a load at once."""
    rows = people.cloud.warehouse.rows(shop.TABLE)
    fresh = {(row[UPLOAD_ID], row[INGESTED_AT]) for row in rows[people.seen :]}
    people.seen = len(rows)
    if not fresh:
        return
    counts = Counter((row[UPLOAD_ID], row[INGESTED_AT]) for row in rows)
    seals = _seals(people)
    for load in fresh:
        require(load in seals, f"rows became visible that no seal names: {load}")
        upload, number, seal = seals[load]
        require(not is_revoked(people, load[0]), f"rows of {upload} while {load[0]} is revoked")
        entries = people.cloud.unwatched_ledger().upload(upload)
        decisions = [entries.attempt(n).decision() for n in range(1, _attempts(people, upload) + 1)]
        commits = {d.seal for d in decisions if d is not None and d.outcome == "commit"}
        require(number in commits, f"rows of {upload} became visible before the decision")
        if not was_changed(people, load):
            require_equal(seal.counts.valid, counts[load], f"rows of {upload} that are visible")


def _seals(people: People) -> dict[Load, tuple[str, int, Seal]]:
    """The last seal of each load, with its upload and number."""
    ledger, found = people.cloud.unwatched_ledger(), dict[Load, tuple[str, int, Seal]]()
    for sent in people.sent:
        standing = ledger.upload(sent.upload.id).standing_seal()
        if standing is not None:
            number, seal = standing
            found[seal.corrects or sent.upload.id, seal.ingested_at] = sent.upload.id, number, seal
    return found


def _attempts(people: People, upload: str) -> int:
    found = people.cloud.unwatched_ledger().find(DECISION, upload=upload)
    return max((parts["attempt"] for parts in found), default=0)


def was_changed(people: People, load: Load) -> bool:
    """Whether somebody deleted rows of this load."""
    return any((upload, at) == load for upload, _, at in people.removed)


def _entry(people: People, name: str) -> None:
    if name in people.entries:
        return  # the ledger refused to create it again
    people.entries.add(name)
    ledger = people.cloud.unwatched_ledger()
    if parts := DECISION.parse(name):
        attempt = ledger.upload(parts["upload"]).attempt(parts["attempt"])
        decision = attempt.decision()
        assert decision is not None
        if decision.outcome == "abandoned":
            _abandoned(people, ledger, attempt)
        elif decision.outcome == "commit":
            _after_its_original(ledger, attempt, decision)
        _opened(attempt, ledger)
    elif (parts := SEAL.parse(name)) and parts["seal"] > 1:
        _sealed_again(people, ledger, parts["upload"])
    elif (parts := RECEIVED.parse(name)) and ledger.upload(parts["upload"]).ignored():
        people.pinned_late.add(parts["upload"])
    elif parts := REMOVED.parse(name):
        removed(people, ledger.upload(parts["upload"]).attempt(parts["attempt"]))
    elif parts := DEAD.parse(name):
        _dead(people, ledger.upload(parts["upload"]).attempt(parts["attempt"]))


def _sealed_again(people: People, ledger: Ledger, upload: str) -> None:
    """A file is sealed again only if its chunks are gone and the attempt to load them is over."""
    require(upload in people.unstaged, f"{upload} was sealed again, but its chunks are there")
    first = ledger.upload(upload).attempt(1)
    decision = first.decision()
    over = decision is not None and (decision.outcome == "abandoned" or first.dead() is not None)
    require(over, f"{upload} was sealed again beside an attempt to load it")


def _after_its_original(ledger: Ledger, attempt: AttemptLedger, decision: Decision) -> None:
    """A correction is committed only once its original has ended."""
    seal = ledger.upload(attempt.upload).seal(decision.seal)
    origin = seal.corrects if seal else None
    if origin is not None:
        ended = end_of_upload(ledger.upload(origin)) is not None
        require(ended, f"correction {attempt.upload} is committed before {origin} has ended")


def _opened(attempt: AttemptLedger, ledger: Ledger) -> None:
    """Every earlier attempt is over: no attempt takes effect beside another one."""
    for number in range(1, attempt.number):
        before = ledger.upload(attempt.upload).attempt(number)
        decision = before.decision()
        over = decision is not None and (
            decision.outcome == "abandoned" or before.dead() is not None
        )
        require(over, f"attempt {attempt.number} of {attempt.upload} while {number} is not over")


def _abandoned(people: People, ledger: Ledger, attempt: AttemptLedger) -> None:
    """An attempt is abandoned only if a stream or a staged chunk of it is lost, or if a chunk that
    had failed is loaded and others may have been left."""
    parts: dict[str, Part] = {"upload": attempt.upload, "attempt": attempt.number}
    claims = [ledger.get(CHUNK_STREAM, **found) for found in ledger.find(CHUNK_STREAM, **parts)]
    lost = any(claim and people.cloud.warehouse.is_lost(claim.stream) for claim in claims)
    failures = [
        (f["seal"], ledger.get(FAILED_CHUNK, **f)) for f in ledger.find(FAILED_CHUNK, **parts)
    ]
    healed = any(
        failed is not None and attempt.chunk_done(seal, failed.chunk) for seal, failed in failures
    )
    require(
        lost or healed or attempt.upload in people.unstaged,
        f"attempt {attempt.number} of {attempt.upload} was abandoned, but all of it is there",
    )


def _dead(people: People, attempt: AttemptLedger) -> None:
    """An attempt is dead only if its rows are not visible and never will be."""
    decision = attempt.decision()
    who = f"attempt {attempt.number} of {attempt.upload}"
    if (attempt.upload, attempt.number) in people.settled:
        return
    require(decision is not None, f"{who} is dead, but was not decided")
    assert decision is not None
    if people.cloud.unwatched_ledger().get(RESTORED, upload=attempt.upload, attempt=attempt.number):
        restored(people, attempt)
        return
    if people.sent_as(attempt.upload).way:
        require_over(people, attempt)
        return
    require(_cannot_take_effect(people, decision), f"{who} is dead, but may take effect")
    seal = people.cloud.unwatched_ledger().upload(attempt.upload).seal(decision.seal)
    assert seal is not None
    load = seal.corrects or attempt.upload, seal.ingested_at
    rows = people.cloud.warehouse.rows(shop.TABLE)
    visible = [key_of(row) for row in rows if (row[UPLOAD_ID], row[INGESTED_AT]) == load]
    require_equal([], visible, f"{who} is dead, but its rows are visible")


def _cannot_take_effect(people: People, decision: Decision) -> bool:
    warehouse = people.cloud.warehouse
    if isinstance(decision.pending, PendingCommit):
        return any(map(warehouse.is_lost, decision.pending.streams))
    place = decision.shared
    assert isinstance(place, SharedAppend)
    if warehouse.is_lost(place.stream):
        return True
    stream = warehouse.streams[place.stream]
    return stream.state == "finalized" and len(stream.rows) <= place.offset


def _announced(people: People, event: UploadFinished) -> None:
    if event.outcome == "failed":
        return
    if event.outcome == "revoked":
        revoked(people, event)
        return
    entries = people.cloud.unwatched_ledger().upload(event.upload.id)
    decision = entries.attempt(event.attempt).decision()
    seal = entries.seal(decision.seal) if decision else None
    assert seal is not None
    load = seal.corrects or event.upload.id, seal.ingested_at
    if was_revoked(people, event.upload.id, event.attempt):
        # A delivery that stood still announces again how the attempt had ended.
        finished = entries.attempt(event.attempt).finished()
        ended = (finished.outcome, finished.code) if finished else None
        require_equal(ended, (event.outcome, event.code), "the end of a revoked attempt")
        return
    if people.sent_as(event.upload.id).way and decision and decision.outcome == "commit":
        changed = has_taken_effect(people, load)
        expected = event.outcome == "completed" and seal.counts.valid > 0
        require(changed or not expected, f"{event.upload.id} is announced before its effect")
        require(not changed or event.code is None, f"{event.upload.id} is rejected, and loaded")
        return
    decided = {"commit": "completed", "rejected": "rejected", "abandoned": "abandoned"}
    found = decided[decision.outcome] if decision else None
    require_equal(found, event.outcome, "outcome announced and decided")
    if event.outcome == "completed" and not was_changed(people, load):
        rows = people.cloud.warehouse.rows(shop.TABLE)
        visible = sum((row[UPLOAD_ID], row[INGESTED_AT]) == load for row in rows)
        require_equal(seal.counts.valid, visible, "rows visible when the end was announced")
