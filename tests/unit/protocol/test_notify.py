"""What notify_stakeholders does with the ends of an upload: who is informed, how often, and the
calls it makes."""

from collections.abc import Iterable

import pytest

from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from csvgate.ports import Message
from csvgate.protocol.events import UploadFinished, UploadRef
from csvgate.protocol.messages.outcome import outcome_message, parse_outcome
from csvgate.runtime.errors import Transient
from fakes.effects import Effect, Effects
from unit.protocol.orders import orders
from world import COMPLETE, World, published, shipped_contracts


def completed(world: World) -> UploadFinished:
    """Load an upload up to its end, which is not announced yet."""
    world.validate(world.upload("orders/a.csv", orders(2)))
    while not world.publisher.topics[COMPLETE]:
        for message in world.publisher.topics["validated-records"]:
            world.deliver("validated-records", message)
    return parse_outcome(world.publisher.topics[COMPLETE][0])


def announce(world: World, finished: UploadFinished) -> str:
    return world.notify(published(message(finished), 1))


def message(finished: UploadFinished) -> Message:
    return outcome_message(finished, function="enrich_records", trace="")


def subjects(world: World) -> list[str]:
    return [email.subject.partition(":")[0] for email in world.mailer.sent]


def failed(finished: UploadFinished, code: str) -> UploadFinished:
    change = {"outcome": "failed", "code": code, "detail": f"{code}: why", "attempt": 1}
    return finished.model_copy(update=change)


def test_a_clean_email_costs_two_writes_and_no_read() -> None:
    world = World()
    finished = completed(world)
    calls: list[str] = []
    world.effects.before = world.effects.looking = lambda effect: calls.append(effect.kind)
    assert "sent" == announce(world, finished)
    assert ["storage.create", "mail.send", "storage.create"] == calls


def test_a_second_different_failure_is_announced_too() -> None:
    world = World()
    finished = completed(world)
    for code in ("table.contradicts", "table.contradicts", "unexpected"):
        announce(world, failed(finished, code))
    assert ["Failed", "Failed"] == subjects(world)
    assert ["failed.table.contradicts", "failed.unexpected"] == [
        email.custom_args["end"] for email in world.mailer.sent
    ]


def test_a_restored_upload_is_announced_again() -> None:
    world = World()
    finished = completed(world)
    again = finished.model_copy(update={"attempt": 2})
    assert ["sent", "sent before", "sent", "sent before"] == [
        announce(world, each) for each in (finished, finished, again, again)
    ]


@pytest.mark.parametrize("kind", ["csvgate.upload.completed.v2", "csvgate.upload.revoked.v1"])
def test_an_unknown_type_or_version_is_dead_lettered(kind: str) -> None:
    world = World()
    sent = message(completed(world))
    unknown = Message(sent.data, {**sent.attributes, "ce-type": kind})
    assert "dead-lettered: event.malformed" == world.deliver(COMPLETE, unknown)
    (letter,) = world.letters("notify_stakeholders")
    assert kind in letter.attributes["csvgate-message"]
    assert sent.data == letter.data
    assert [] == world.mailer.sent


def without(dataset: str) -> Contracts:
    return Contracts(each for each in shipped_contracts() if each.dataset != dataset)


def test_recipients_are_those_of_the_deployed_contract() -> None:
    world = World()
    finished = completed(world)
    world.contracts = Contracts(
        _with_recipient(each, "new@example.com") if each.dataset == "orders" else each
        for each in shipped_contracts()
    )
    world.restart()
    assert "sent" == announce(world, finished)
    assert ("new@example.com",) == world.mailer.sent[0].recipients


def _with_recipient(contract: Contract, address: str) -> Contract:
    notify = contract.notify.model_copy(update={"completed": (address,)})
    return contract.model_copy(update={"notify": notify})


def test_a_contract_removed_meanwhile_is_read_from_the_ledger() -> None:
    world = World()
    finished = completed(world)
    (orders_contract,) = [each for each in shipped_contracts() if each.dataset == "orders"]
    world.contracts = without("orders")
    world.restart()
    assert "sent" == announce(world, finished)
    assert tuple(orders_contract.notify.completed) == world.mailer.sent[0].recipients


@pytest.mark.parametrize("plan", ["0" * 16, "../../references/x"])
def test_a_forged_plan_changes_nothing(plan: str) -> None:
    """The pinned contract is found by the upload alone."""
    world = World()
    finished = completed(world)
    world.contracts = without("orders")
    world.restart()
    assert "sent" == announce(world, finished.model_copy(update={"plan": plan}))


@pytest.mark.parametrize(
    "change",
    [
        {"dataset": "payments_of_others"},
        {"upload": UploadRef(id="ab" * 10, bucket="uploads", name="orders/a.csv", generation=7)},
    ],
    ids=["another dataset", "an unknown upload"],
)
def test_without_any_contract_it_is_dead_lettered(change: dict[str, object]) -> None:
    """A forged event gets neither the recipients of another dataset nor a name in the ledger."""
    world = World()
    finished = completed(world)
    world.contracts = without("orders")
    world.restart()
    outcome = announce(world, finished.model_copy(update=change))
    assert "dead-lettered: notify.no_contract" == outcome
    assert [] == world.mailer.sent


@pytest.mark.parametrize(
    ("code", "released"), [("mail.credits", True), ("mail.unsent", True), ("mail.unknown", False)]
)
def test_the_claim_is_released_unless_the_email_may_have_been_sent(
    code: str, *, released: bool
) -> None:
    def refuse(effect: Effect) -> None:
        if effect.kind == "mail.send":
            raise Transient(code, "why")

    world = World(effects=Effects(before=refuse))
    finished = completed(world)
    with pytest.raises(Transient, match=code):
        announce(world, finished)
    assert released == any("released-0000" in name for name in _emails(world))
    world.effects.before = lambda _: None
    if released:
        assert "sent" == announce(world, finished)
    else:
        with pytest.raises(Transient, match=r"notify\.claimed"):
            announce(world, finished)


def _emails(world: World) -> Iterable[str]:
    return [name for name in world.ledger.names("uploads/") if "/emails/" in name]
