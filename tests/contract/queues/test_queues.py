"""The fake, the embedded broker and the emulator behave alike as review subscriptions."""

import time

import pytest

from contract.queues.conftest import Backend
from csvgate.ports import Message
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.dead_letters.queue.drain import drain
from csvgate_ops.operate.dead_letters.queue.leases import Leases
from csvgate_ops.operate.dead_letters.queue.port import Pulled


def pull_all(backend: Backend, count: int) -> list[Pulled]:
    found: list[Pulled] = []
    while len(found) < count:
        portion = backend.queues.pull(backend.subscription, 100, backend.patience)
        assert portion, f"{len(found)} of {count} came"
        found += portion
    return found


def is_empty(backend: Backend) -> bool:
    return not backend.queues.pull(backend.subscription, 100, min(backend.patience, 0.5))


def test_a_message_is_delivered_as_it_was_published(backend: Backend) -> None:
    sent = backend.publish(Message(b"\x00data", {"a": "1", "b": "é"}))
    (pulled,) = pull_all(backend, 1)
    assert (b"\x00data", {"a": "1", "b": "é"}) == (pulled.data, dict(pulled.attributes))
    assert pulled.published_at.tzinfo is not None
    assert not sent or sent == pulled.id


def test_a_leased_message_is_not_delivered_to_another_reader(backend: Backend) -> None:
    backend.publish(Message(b"1"))
    pull_all(backend, 1)
    assert is_empty(backend)


def test_a_released_message_is_delivered_again_with_the_same_id(backend: Backend) -> None:
    backend.publish(Message(b"1"))
    (first,) = pull_all(backend, 1)
    backend.queues.lease(backend.subscription, [first.ack_id], 0)
    (second,) = pull_all(backend, 1)
    assert (first.id, first.data) == (second.id, second.data)


def test_an_acknowledged_message_is_removed(backend: Backend) -> None:
    for n in range(3):
        backend.publish(Message(b"%d" % n))
    pulled = {p.data: p for p in pull_all(backend, 3)}
    backend.queues.acknowledge(backend.subscription, [pulled[b"1"].ack_id])
    others = [pulled[b"0"].ack_id, pulled[b"2"].ack_id]
    backend.queues.lease(backend.subscription, others, 0)
    assert {b"0", b"2"} == {p.data for p in pull_all(backend, 2)}
    assert is_empty(backend)


def test_leasing_an_acknowledged_message_is_not_an_error(backend: Backend) -> None:
    backend.publish(Message(b"1"))
    (pulled,) = pull_all(backend, 1)
    backend.queues.acknowledge(backend.subscription, [pulled.ack_id])
    backend.queues.lease(backend.subscription, [pulled.ack_id], 20)
    backend.queues.lease(backend.subscription, [pulled.ack_id], 0)
    assert is_empty(backend)


def test_a_missing_subscription_is_transient(backend: Backend) -> None:
    with pytest.raises(Transient, match=r"pubsub\.missing"):
        backend.queues.pull("no-such-subscription", 1, 2.0)


def test_leases_are_renewed_while_they_are_wanted(backend: Backend) -> None:
    backend.publish(Message(b"1"))
    with Leases(backend.queues, backend.subscription, seconds=3) as leases:
        leases.hold([pulled.ack_id for pulled in pull_all(backend, 1)])
        time.sleep(4.5)  # a lease that nobody renews is over by then
        assert is_empty(backend)
    assert 1 == len(pull_all(backend, 1))


def test_draining_yields_each_message_once_and_releases_all_of_them(backend: Backend) -> None:
    for n in range(25):
        backend.publish(Message(b"%d" % n))
    for _ in range(2):
        with Leases(backend.queues, backend.subscription) as leases:
            portions = drain(
                backend.queues, backend.subscription, leases, most=100, patience=backend.patience
            )
            data = [pulled.data for portion in portions for pulled in portion]
        assert sorted(b"%d" % n for n in range(25)) == sorted(data)


def test_draining_stops_at_the_limit(backend: Backend) -> None:
    for n in range(9):
        backend.publish(Message(b"%d" % n))
    with Leases(backend.queues, backend.subscription) as leases:
        portions = drain(backend.queues, backend.subscription, leases, most=4, patience=2.0)
        assert 4 == sum(len(portion) for portion in portions)
    assert 9 == len(pull_all(backend, 9))


def test_a_message_of_ten_megabytes_is_delivered_complete(backend: Backend) -> None:
    data = bytes(9_900_000)
    backend.publish(Message(data))
    (pulled,) = pull_all(backend, 1)
    assert data == pulled.data
