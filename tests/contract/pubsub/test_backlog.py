"""What a subscription delivers next: leases, backoff, order by key, bounded memory. No I/O."""

from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from csvgate_ops.local.broker.delivery import backlog as backlog_module
from csvgate_ops.local.broker.delivery.backlog import WINDOW, Backlog
from csvgate_ops.local.broker.delivery.entry import Entry, Room
from csvgate_ops.local.broker.delivery.flow import Flow
from csvgate_ops.local.broker.delivery.lane import BLOCK

LEASE = 10.0


class Shelf:
    """Stored messages of one queue, and how often they were read."""

    def __init__(self) -> None:
        self.keys: dict[int, str] = {}
        self.reads = 0
        self._last = 0

    def put(self, count: int, key: str = "") -> list[Entry]:
        seqs = range(self._last + 1, self._last + count + 1)
        self._last += count
        self.keys.update(dict.fromkeys(seqs, key))
        return [Entry(seq, 1, key) for seq in seqs]

    def fetch(self, after: int, limit: int) -> list[Entry]:
        self.reads += 1
        seqs = sorted(seq for seq in self.keys if seq > after)[:limit]
        return [Entry(seq, 1, self.keys[seq]) for seq in seqs]


def backlog_of(
    shelf: Shelf, *, ordered: bool = False, delay: Callable[[int], float] = lambda _: 0.0
) -> Backlog:
    return Backlog(shelf.fetch, ordered=ordered, delay=delay)


def take(backlog: Backlog, now: float = 0.0, count: int = 100) -> list[Entry]:
    return backlog.take(now, now + LEASE, Room(count, 1_000, 1_000))


def seqs(entries: list[Entry]) -> list[int]:
    return [entry.seq for entry in entries]


def test_it_delivers_in_order_of_publication() -> None:
    shelf = Shelf()
    backlog = backlog_of(shelf)
    backlog.offer(shelf.put(3))

    assert seqs(take(backlog)) == [1, 2, 3]
    assert take(backlog) == []


def test_a_lease_ends_at_its_time() -> None:
    shelf = Shelf()
    shelf.put(1)
    backlog = backlog_of(shelf)
    [entry] = take(backlog, now=0)

    assert backlog.next_due() == LEASE
    assert backlog.expire(LEASE - 0.01) == []
    assert backlog.expire(LEASE) == [entry]
    assert entry.failures == 1
    backlog.retry(entry, LEASE)
    assert seqs(take(backlog, LEASE)) == [1]


def test_an_extended_lease_ends_later() -> None:
    shelf = Shelf()
    shelf.put(1)
    backlog = backlog_of(shelf)
    [entry] = take(backlog, now=0)

    backlog.extend(entry, 60)

    assert backlog.next_due() == 60
    assert backlog.expire(59) == []


def test_a_failed_message_waits_for_its_backoff_and_others_do_not() -> None:
    shelf = Shelf()
    shelf.put(2)
    backlog = backlog_of(shelf, delay=lambda failures: 5.0 * failures)
    [first] = take(backlog, count=1)

    backlog.fail(first)
    backlog.retry(first, now=1)

    assert seqs(take(backlog, now=1)) == [2]
    assert backlog.next_due() == 6
    assert take(backlog, now=5.9) == []
    assert seqs(take(backlog, now=6)) == [1]


def test_failing_messages_and_new_ones_take_turns() -> None:
    shelf = Shelf()
    shelf.put(20)
    backlog = backlog_of(shelf)
    for entry in take(backlog, count=10):
        backlog.fail(entry)
        backlog.retry(entry, now=0)

    taken = seqs(take(backlog, count=10))

    assert sorted(taken) == [1, 2, 3, 4, 5, 11, 12, 13, 14, 15]


def test_memory_holds_a_window_of_a_large_backlog() -> None:
    shelf = Shelf()
    backlog = backlog_of(shelf)
    for _ in range(10):
        backlog.offer(shelf.put(WINDOW))

    assert len(backlog._entries) <= WINDOW
    delivered: list[int] = []
    while taken := take(backlog):
        delivered += seqs(taken)
        for entry in taken:
            backlog.drop(entry.seq)
            del shelf.keys[entry.seq]
        assert len(backlog._entries) <= 2 * WINDOW
    assert delivered == list(range(1, 10 * WINDOW + 1))
    assert shelf.reads <= 12


def test_a_blocked_key_with_a_large_backlog_does_not_delay_others() -> None:
    shelf = Shelf()
    shelf.put(3 * WINDOW, "a")
    shelf.put(1, "b")
    backlog = backlog_of(shelf, ordered=True)
    assert seqs(take(backlog, count=1)) == [1]

    assert seqs(take(backlog)) == [3 * WINDOW + 1]


def test_reading_ahead_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog_module, "MAX_READ_AHEAD", 2 * WINDOW)
    shelf = Shelf()
    shelf.put(5 * WINDOW, "a")
    backlog = backlog_of(shelf, ordered=True)
    take(backlog, count=1)

    for _ in range(3):
        assert take(backlog) == []
    assert shelf.reads == 3


def test_a_failure_revokes_what_followed_it_under_its_key() -> None:
    shelf = Shelf()
    shelf.put(3, "a")
    backlog = backlog_of(shelf, ordered=True, delay=lambda _: 5.0)
    first, second, third = take(backlog)
    late = third.token

    backlog.fail(second)
    backlog.retry(second, now=0)

    assert not backlog.may_acknowledge(third.seq, late)
    assert (second.failures, third.failures) == (1, 0)
    assert take(backlog, now=9) == []  # the first is still outstanding
    backlog.drop(first.seq)
    assert take(backlog, now=4) == []  # and the second's backoff lasts
    assert seqs(take(backlog, now=5)) == [2, 3]


def test_a_block_of_a_key_is_bounded() -> None:
    shelf = Shelf()
    shelf.put(BLOCK + 1, "a")
    shelf.put(1, "b")
    backlog = backlog_of(shelf, ordered=True)

    taken = take(backlog, count=1_000)

    assert seqs(taken) == [*range(1, BLOCK + 1), BLOCK + 2]
    for entry in taken:
        backlog.drop(entry.seq)
    assert seqs(take(backlog)) == [BLOCK + 1]


def test_a_key_that_lost_its_head_goes_on() -> None:
    shelf = Shelf()
    shelf.put(2, "a")
    backlog = backlog_of(shelf, ordered=True)
    [first] = take(backlog, count=1)

    backlog.fail(first)
    backlog.drop(first.seq)  # forwarded to a dead-letter topic

    assert seqs(take(backlog)) == [2]


def test_a_reset_ends_leases_and_starts_over() -> None:
    shelf = Shelf()
    shelf.put(2)
    backlog = backlog_of(shelf)
    flow = Flow(2, 0)
    backlog.take(0, LEASE, flow.room(), flow)
    assert not flow.room().admit(1)

    backlog.reset()

    assert flow.room().admit(1)
    assert seqs(take(backlog)) == [1, 2]


def test_expired_leases_do_not_pile_up() -> None:
    shelf = Shelf()
    backlog = backlog_of(shelf)
    for _ in range(5_000):
        backlog.offer(shelf.put(1))
        [entry] = take(backlog)
        backlog.drop(entry.seq)
        del shelf.keys[entry.seq]

    assert len(backlog._leases) <= 1_001


class Deliveries(RuleBasedStateMachine):
    """Any mix of publishing, taking, settling and waiting.

    Nothing acknowledged comes again, nothing is lost, and of one key nothing overtakes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.shelf = Shelf()
        self.backlog = backlog_of(self.shelf, ordered=True, delay=lambda failures: failures * 1.0)
        self.now = 0.0
        self.flow = Flow(4, 0)
        self.held: dict[int, Entry] = {}

    @rule(key=st.sampled_from(["", "a", "b"]), count=st.integers(1, 3))
    def publish(self, key: str, count: int) -> None:
        self.backlog.offer(self.shelf.put(count, key))

    @rule()
    def take(self) -> None:
        for entry in self.backlog.take(self.now, self.now + LEASE, self.flow.room(), self.flow):
            assert entry.seq in self.shelf.keys, "acknowledged messages stay away"
            assert entry.seq not in self.held, "what is leased is not delivered again"
            waiting = [
                seq
                for seq, key in self.shelf.keys.items()
                if key == entry.key != "" and seq < entry.seq and seq not in self.held
            ]
            assert not waiting, "no message overtakes another of its key"
            self.held[entry.seq] = entry

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def acknowledge(self, data: st.DataObject) -> None:
        seq = data.draw(st.sampled_from(sorted(self.held)))
        del self.held[seq], self.shelf.keys[seq]
        self.backlog.drop(seq)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def nack(self, data: st.DataObject) -> None:
        entry = self.held[data.draw(st.sampled_from(sorted(self.held)))]
        self.backlog.fail(entry)
        self._release(entry)
        self.backlog.retry(entry, self.now)

    @rule(seconds=st.sampled_from([0.5, 1.0, 4.0, 10.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        failed = self.backlog.expire(self.now)
        for entry in failed:
            self._release(entry)
        for entry in failed:
            self.backlog.retry(entry, self.now)

    def _release(self, entry: Entry) -> None:
        self.held.pop(entry.seq, None)
        for other in list(self.held.values()):
            if entry.key and other.key == entry.key and other.seq > entry.seq:
                del self.held[other.seq]

    @invariant()
    def flow_control_is_exact(self) -> None:
        assert self.flow._messages == len(self.held) <= 4

    def teardown(self) -> None:
        for _ in range(200):
            self.wait(1_000.0)
            self.take()
            for seq in list(self.held):
                del self.held[seq], self.shelf.keys[seq]
                self.backlog.drop(seq)
        assert not self.shelf.keys, "everything is delivered in the end"
        assert not self.backlog._entries


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
