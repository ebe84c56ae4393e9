"""The backlog of a subscription: leases, backoff and bounded memory. No I/O."""

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from csvgate_ops.local.broker.delivery.backlog import WINDOW, Backlog
from csvgate_ops.local.broker.delivery.entry import Entry, Room
from csvgate_ops.local.broker.delivery.flow import Flow

LEASE = 10.0


class Shelf:
    """Stored messages of one subscription, and how often they were read."""

    def __init__(self) -> None:
        self.seqs: set[int] = set()
        self.reads = 0
        self._last = 0

    def put(self, count: int) -> list[Entry]:
        seqs = range(self._last + 1, self._last + count + 1)
        self._last += count
        self.seqs.update(seqs)
        return [Entry(seq, 1) for seq in seqs]

    def fetch(self, after: int, limit: int) -> list[Entry]:
        self.reads += 1
        return [Entry(seq, 1) for seq in sorted(seq for seq in self.seqs if seq > after)[:limit]]


def backlog_of(shelf: Shelf, *, delay: Callable[[int], float] = lambda _: 0.0) -> Backlog:
    return Backlog(shelf.fetch, delay=delay)


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
            shelf.seqs.remove(entry.seq)
        assert len(backlog._entries) <= 2 * WINDOW
    assert delivered == list(range(1, 10 * WINDOW + 1))
    assert shelf.reads <= 12


def test_closing_ends_leases_and_drops_all_messages() -> None:
    shelf = Shelf()
    shelf.put(2)
    backlog = backlog_of(shelf)
    flow = Flow(2, 0)
    backlog.take(0, LEASE, flow.room(), flow)
    assert not flow.room().admit(1)

    backlog.close()

    assert flow.room().admit(1)
    assert backlog.next_due() is None
    assert take(backlog) == []


def test_expired_leases_do_not_pile_up() -> None:
    shelf = Shelf()
    backlog = backlog_of(shelf)
    for _ in range(5_000):
        backlog.offer(shelf.put(1))
        [entry] = take(backlog)
        backlog.drop(entry.seq)
        shelf.seqs.remove(entry.seq)

    assert len(backlog._leases) <= 1_001


class Deliveries(RuleBasedStateMachine):
    """Any mix of publishing, taking, acknowledging, nacking and waiting.

    Acknowledged messages are not delivered again, and no message is lost.
    """

    def __init__(self) -> None:
        super().__init__()
        self.shelf = Shelf()
        self.backlog = backlog_of(self.shelf, delay=lambda failures: failures * 1.0)
        self.now = 0.0
        self.flow = Flow(4, 0)
        self.held: dict[int, Entry] = {}

    @rule(count=st.integers(1, 3))
    def publish(self, count: int) -> None:
        self.backlog.offer(self.shelf.put(count))

    @rule()
    def take(self) -> None:
        for entry in self.backlog.take(self.now, self.now + LEASE, self.flow.room(), self.flow):
            assert entry.seq in self.shelf.seqs, "acknowledged messages stay away"
            assert entry.seq not in self.held, "what is leased is not delivered again"
            self.held[entry.seq] = entry

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def acknowledge(self, data: st.DataObject) -> None:
        seq = data.draw(st.sampled_from(sorted(self.held)))
        del self.held[seq]
        self.shelf.seqs.remove(seq)
        self.backlog.drop(seq)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def nack(self, data: st.DataObject) -> None:
        entry = self.held[data.draw(st.sampled_from(sorted(self.held)))]
        self.backlog.fail(entry)
        del self.held[entry.seq]
        self.backlog.retry(entry, self.now)

    @rule(seconds=st.sampled_from([0.5, 1.0, 4.0, 10.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        failed = self.backlog.expire(self.now)
        for entry in failed:
            del self.held[entry.seq]
        for entry in failed:
            self.backlog.retry(entry, self.now)

    @invariant()
    def flow_control_is_exact(self) -> None:
        assert self.flow._messages == len(self.held) <= 4

    def teardown(self) -> None:
        for _ in range(200):
            self.wait(1_000.0)
            self.take()
            for seq in list(self.held):
                del self.held[seq]
                self.shelf.seqs.remove(seq)
                self.backlog.drop(seq)
        assert not self.shelf.seqs, "everything is delivered in the end"
        assert not self.backlog._entries


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
