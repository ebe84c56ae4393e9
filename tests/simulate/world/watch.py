"""What must hold at all times, checked when rows become visible or an outcome is announced."""

from csvgate.protocol.events import UploadFinished
from csvgate.protocol.ledger.entries import OutcomeClaim
from csvgate.protocol.ledger.ledger import UploadLedger
from csvgate.protocol.ledger.paths import EMAIL_CLAIM, EMAIL_RELEASED, EMAIL_SENT
from csvgate.protocol.messages.outcome import parse_outcome
from fakes.effects import Effect
from simulate.world.cloud import Cloud
from simulate.world.crash import require, require_equal
from simulate.world.people import People
from world import COMPLETE


def watch(people: People, effect: Effect) -> None:
    """Check the state after an effect. Raises Violation."""
    if effect.kind == "bigquery.commit":
        _whole_or_not_at_all(people)
    announced = people.cloud.publisher.topics[COMPLETE]
    while people.heard < len(announced):
        _announced(people.cloud, parse_outcome(announced[people.heard]))
        people.heard += 1


Email = tuple[str, str]
"""Upload and end."""


def unmarked_email(cloud: Cloud, effect: Effect, before: Email | None) -> Email | None:
    """The email that a delivery has sent and not yet marked, after an effect. If the delivery
    crashes here, the email is sent again: the one documented exception to "once"."""
    if effect.kind == "mail.send":
        said = cloud.mailer.sent[-1].custom_args
        return said["upload_id"], said["end"]
    if effect.kind == "storage.create" and EMAIL_SENT.parse(effect.target.removeprefix("ledger/")):
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


def _whole_or_not_at_all(people: People) -> None:
    committed, accounted = _committed(people.cloud), set[str]()
    ledger = people.cloud.unwatched_ledger()
    for sent in people.sent:
        entries = ledger.upload(sent.upload.id)
        claim = entries.outcome_claim()
        streams = _streams(entries, claim) if claim else set()
        if claim and streams & committed:
            validated = entries.plan(claim.plan).validated()
            require(claim.outcome == "completed", "rows of a rejected upload became visible")
            require(validated is not None, "rows became visible before all were published")
            require_equal(validated and validated.chunks, len(streams), "chunks that are visible")
            require_equal(set(), streams - committed, "chunks that are not visible with others")
            accounted |= streams
    require_equal(set(), committed - accounted, "rows became visible that nobody claimed")


def _announced(cloud: Cloud, event: UploadFinished) -> None:
    entries = cloud.unwatched_ledger().upload(event.upload.id)
    claim = entries.outcome_claim()
    if event.outcome == "failed":
        return
    require_equal(claim and claim.outcome, event.outcome, "outcome announced and claimed")
    if claim and event.outcome == "completed":
        hidden = _streams(entries, claim) - _committed(cloud)
        require_equal(set(), hidden, "streams not visible when the end was announced")


def _committed(cloud: Cloud) -> set[str]:
    return {name for name, there in cloud.warehouse.streams.items() if there.state == "committed"}


def _streams(entries: UploadLedger, claim: OutcomeClaim) -> set[str]:
    return {done.stream for _, done in entries.plan(claim.plan).done_chunks()}
