"""The unacknowledged messages of one subscription and their leases, without I/O, locks or a clock.

Memory holds the outstanding messages and a window of the next ones. The rest stays in the store;
`fetch` reads it page by page, in order of publication.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterable
from itertools import count

from csvgate_ops.local.broker.delivery.entry import Entry, Holder, Room, State

WINDOW = 2_000
"""Messages held ready in memory, and read from the store at a time."""

Fetch = Callable[[int, int], list[Entry]]
"""(after this sequence number, limit) → the next unacknowledged entries of the subscription."""


class Backlog:
    """The unacknowledged messages of one subscription and the leases on them.

    `delay(failures)` returns the seconds to wait before a message that has failed that many times
    is delivered again. All times are monotonic seconds, passed in by the caller.
    """

    def __init__(self, fetch: Fetch, *, delay: Callable[[int], float]) -> None:
        self._fetch = fetch
        self._delay = delay
        self._tokens = count(1)
        self._order = count()
        self._entries: dict[int, Entry] = {}
        self._fresh: deque[Entry] = deque()
        self._returned: deque[Entry] = deque()
        self._prefer_fresh = False
        # Both heaps may hold entries whose time no longer matters; they are skipped.
        self._leases: list[tuple[float, int, int, Entry]] = []
        self._delayed: list[tuple[float, int, Entry]] = []
        self._leased_count = 0
        self._ready_count = 0
        self._cursor = 0
        self._more_stored = True

    def close(self) -> None:
        """End all leases and drop all messages: the subscription has been deleted."""
        for seq in list(self._entries):
            self.drop(seq)
        self._more_stored = False

    # -- incoming --------------------------------------------------------------------------

    def offer(self, entries: Iterable[Entry]) -> None:
        """Take in newly published entries, in order, that are already in the store."""
        for entry in entries:
            if entry.seq <= self._cursor:
                continue  # a page read from the store has already brought it in
            if self._more_stored or self._ready_count >= WINDOW:
                self._more_stored = True
                return
            self._admit(entry)

    def _admit(self, entry: Entry) -> None:
        self._cursor = entry.seq
        self._entries[entry.seq] = entry
        self._ready_count += 1
        self._fresh.append(entry)

    def _refill(self) -> None:
        while self._more_stored and not self._deliverable(self._fresh):
            page = self._fetch(self._cursor, WINDOW)
            self._more_stored = len(page) == WINDOW
            for entry in page:
                self._admit(entry)

    # -- outgoing --------------------------------------------------------------------------

    def take(
        self, now: float, lease_until: float, room: Room, holder: Holder | None = None
    ) -> list[Entry]:
        """Lease the next entries, as many as `room` admits, until `lease_until`."""
        self.wake_delayed(now)
        taken: list[Entry] = []
        while source := self._next_source():
            if not room.admit(source[0].size):
                break
            entry = source.popleft()
            self._lease(entry, lease_until, holder)
            taken.append(entry)
        return taken

    def _next_source(self) -> deque[Entry] | None:
        """Failed messages and untried messages take turns, so that neither starves the other."""
        self._refill()
        fresh, returned = self._deliverable(self._fresh), self._deliverable(self._returned)
        if fresh and returned:
            self._prefer_fresh = not self._prefer_fresh
            return self._fresh if self._prefer_fresh else self._returned
        if fresh:
            return self._fresh
        return self._returned if returned else None

    def _deliverable(self, source: deque[Entry]) -> bool:
        """Skip entries at the front that are no longer ready; True when a ready one is left."""
        while source and source[0].state is not State.READY:
            source.popleft()
        return bool(source)

    # -- leases ----------------------------------------------------------------------------

    def _lease(self, entry: Entry, until: float, holder: Holder | None) -> None:
        entry.state = State.LEASED
        entry.token = next(self._tokens)
        entry.holder = holder
        if holder:
            holder.took(entry.size)
        self._ready_count -= 1
        self._leased_count += 1
        self.extend(entry, until)

    def extend(self, entry: Entry, due: float) -> None:
        """Move the end of a lease to `due`, later or earlier than before."""
        entry.due = due
        if len(self._leases) > 2 * self._leased_count + 1_000:
            self._leases = [lease for lease in self._leases if self._is_current(lease)]
            heapq.heapify(self._leases)
        heapq.heappush(self._leases, (due, next(self._order), entry.token, entry))

    def _is_current(self, lease: tuple[float, int, int, Entry]) -> bool:
        due, _, token, entry = lease
        return entry.state is State.LEASED and entry.token == token and entry.due == due

    def _end_lease(self, entry: Entry) -> None:
        if entry.state is State.LEASED:
            self._leased_count -= 1
            if entry.holder:
                entry.holder.released(entry.size)
        entry.holder = None

    def leased(self, seq: int, token: int) -> Entry | None:
        """Return the entry, if the delivery with this token is its current one."""
        entry = self._entries.get(seq)
        if entry and entry.state is State.LEASED and entry.token == token:
            return entry
        return None

    def drop(self, seq: int) -> None:
        """Remove a message that was acknowledged, forwarded or has outlived its retention."""
        entry = self._entries.pop(seq, None)
        if entry is None:
            return
        self._end_lease(entry)
        if entry.state is State.READY:
            self._ready_count -= 1
        entry.state = State.GONE

    # -- failures --------------------------------------------------------------------------

    def fail(self, entry: Entry) -> None:
        """Count a nack or an expired lease; the caller then calls `retry` or `drop`."""
        self._end_lease(entry)
        entry.state = State.FAILED
        entry.failures += 1

    def expire(self, now: float) -> list[Entry]:
        """Fail every entry whose lease is over, and return them."""
        failed = []
        while self._leases and self._leases[0][0] <= now:
            lease = heapq.heappop(self._leases)
            if self._is_current(lease):
                self.fail(lease[3])
                failed.append(lease[3])
        return failed

    def retry(self, entry: Entry, now: float) -> None:
        """Deliver a failed entry again after its backoff, or at the next `take` without one."""
        if entry.state is not State.FAILED:
            return  # it was acknowledged or dropped in the meantime
        ready_at = now + self._delay(entry.failures)
        if ready_at <= now:
            self._make_ready(entry)
        else:
            entry.state = State.DELAYED
            heapq.heappush(self._delayed, (ready_at, next(self._order), entry))

    def _make_ready(self, entry: Entry) -> None:
        entry.state = State.READY
        self._ready_count += 1
        self._returned.append(entry)

    def wake_delayed(self, now: float) -> None:
        """Make the messages ready whose backoff has passed."""
        while self._delayed and self._delayed[0][0] <= now:
            entry = heapq.heappop(self._delayed)[2]
            if entry.state is State.DELAYED:
                self._make_ready(entry)

    # -- time ------------------------------------------------------------------------------

    def next_due(self) -> float | None:
        """When a lease or a backoff ends next, or None."""
        while self._leases and not self._is_current(self._leases[0]):
            heapq.heappop(self._leases)
        due = [heap[0][0] for heap in (self._leases, self._delayed) if heap]
        return min(due, default=None)
