"""What a subscription still has to deliver. Pure: no I/O, no locks, no clock of its own.

Memory is bounded by what is outstanding plus a window of what comes next: the rest stays in the
store, and `fetch` brings it in, in order of publication.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterable
from itertools import count

from csvgate_ops.local.broker.delivery.entry import Entry, Holder, Room, State
from csvgate_ops.local.broker.delivery.lane import Lane

WINDOW = 2_000
"""Messages held ready in memory, and read from the store at a time."""
MAX_READ_AHEAD = 100_000
"""How far to read past the messages of blocked ordering keys in search of a free key."""

Fetch = Callable[[int, int], list[Entry]]
"""(after this seq, at most so many) → the next unacknowledged entries of the subscription."""


class Backlog:
    """The unacknowledged messages of one subscription and the leases on them.

    `delay(failures)` gives the seconds to wait before a message that failed so often is
    delivered again. All times are monotonic seconds, given by the caller.
    """

    def __init__(self, fetch: Fetch, *, ordered: bool, delay: Callable[[int], float]) -> None:
        self._fetch = fetch
        self._ordered = ordered
        self._delay = delay
        self._tokens = count(1)
        self._order = count()
        self._entries: dict[int, Entry] = {}
        self.reset()

    def reset(self) -> None:
        """Forget everything and read the store anew, as after a seek. Leases end."""
        for entry in self._entries.values():
            self._end_lease(entry)
        self._entries = {}
        self._lanes: dict[str, Lane] = {}
        # What may be delivered: messages without a key, and the lanes whose turn has come.
        self._fresh: deque[Entry | Lane] = deque()
        self._returned: deque[Entry | Lane] = deque()
        self._prefer_fresh = False
        # Both heaps may hold entries whose time no longer matters; they are skipped.
        self._leases: list[tuple[float, int, int, Entry]] = []
        self._delayed: list[tuple[float, int, Entry | Lane]] = []
        self._leased_count = 0
        self._ready_count = 0
        self._cursor = 0
        self._more_stored = True

    # -- what comes in ---------------------------------------------------------------------

    def offer(self, entries: Iterable[Entry]) -> None:
        """Take in newly published entries, already in the store, in order."""
        for entry in entries:
            if entry.seq <= self._cursor:
                continue  # reading a page from the store was quicker
            if self._more_stored or self._ready_count >= WINDOW:
                self._more_stored = True
                return
            self._admit(entry)

    def _admit(self, entry: Entry) -> None:
        self._cursor = entry.seq
        self._entries[entry.seq] = entry
        self._ready_count += 1
        if not (self._ordered and entry.key):
            self._fresh.append(entry)
            return
        lane = self._lanes.get(entry.key)
        if lane is None:
            lane = self._lanes[entry.key] = Lane(entry.key)
        idle = lane.head() is None and not lane.outstanding
        lane.append(entry)
        if idle:
            self._enqueue(lane, self._fresh)

    def _refill(self) -> None:
        while (
            self._more_stored
            and self._ready_count < MAX_READ_AHEAD
            and not self._deliverable(self._fresh)
        ):
            page = self._fetch(self._cursor, WINDOW)
            self._more_stored = len(page) == WINDOW
            for entry in page:
                self._admit(entry)

    # -- what goes out ---------------------------------------------------------------------

    def take(
        self, now: float, lease_until: float, room: Room, holder: Holder | None = None
    ) -> list[Entry]:
        """Lease the next entries, as many as `room` admits, until `lease_until`."""
        self.wake_delayed(now)
        taken: list[Entry] = []
        while source := self._next_source():
            item = source[0]
            entry = item.head() if isinstance(item, Lane) else item
            if entry is None or not room.admit(entry.size):
                break
            if isinstance(item, Lane):
                item.pop()
                if item.full:
                    self._dequeue(source)
            else:
                source.popleft()
            self._lease(entry, lease_until, holder)
            taken.append(entry)
        # A lane that sent part of its messages waits for those before it sends the others.
        for source in (self._fresh, self._returned):
            if source and isinstance(source[0], Lane) and source[0].outstanding:
                self._dequeue(source)
        return taken

    def _next_source(self) -> deque[Entry | Lane] | None:
        """Messages that failed and messages not tried yet take turns: neither starves the other."""
        self._refill()
        fresh, returned = self._deliverable(self._fresh), self._deliverable(self._returned)
        if fresh and returned:
            self._prefer_fresh = not self._prefer_fresh
            return self._fresh if self._prefer_fresh else self._returned
        if fresh:
            return self._fresh
        return self._returned if returned else None

    def _deliverable(self, source: deque[Entry | Lane]) -> bool:
        """Drop from the front what is not to be delivered; True when something is left."""
        while source:
            item = source[0]
            if isinstance(item, Lane):
                if item.head() is not None:
                    return True
                self._dequeue(source)
            elif item.state is State.READY:
                return True
            else:
                source.popleft()
        return False

    def _enqueue(self, lane: Lane, source: deque[Entry | Lane]) -> None:
        if not lane.queued:
            lane.queued = True
            source.append(lane)

    def _dequeue(self, source: deque[Entry | Lane]) -> None:
        lane = source.popleft()
        if isinstance(lane, Lane):
            lane.queued = False
            if not lane.outstanding and lane.head() is None:
                self._lanes.pop(lane.key, None)

    # -- leases ----------------------------------------------------------------------------

    def _lease(self, entry: Entry, until: float, holder: Holder | None) -> None:
        entry.state = State.LEASED
        entry.token = next(self._tokens)
        entry.holder = holder
        if holder:
            holder.took(entry.size)
        self._ready_count -= 1
        self._leased_count += 1
        self._set_due(entry, until)

    def _set_due(self, entry: Entry, due: float) -> None:
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
        """The entry, if this delivery of it is the current one."""
        entry = self._entries.get(seq)
        if entry and entry.state is State.LEASED and entry.token == token:
            return entry
        return None

    def extend(self, entry: Entry, due: float) -> None:
        """Move the end of a lease, to later or to sooner."""
        self._set_due(entry, due)

    def may_acknowledge(self, seq: int, token: int) -> bool:
        """True when an acknowledgement of this delivery counts.

        A late one does, for the message was processed. Under an ordering key it counts only
        while nothing revoked the delivery: what follows a failed message is delivered again.
        """
        entry = self._entries.get(seq)
        if entry is None or not (self._ordered and entry.key):
            return True
        return entry.token == 0 or self.leased(seq, token) is not None

    def drop(self, seq: int) -> None:
        """Settle a message: acknowledged, forwarded or past its retention."""
        entry = self._entries.pop(seq, None)
        if entry is None:
            return
        self._end_lease(entry)
        if entry.state is State.READY:
            self._ready_count -= 1
        entry.state = State.GONE
        if lane := self._lane_of(entry):
            lane.settle(entry)
            self._resume(lane)

    # -- failures --------------------------------------------------------------------------

    def fail(self, entry: Entry) -> None:
        """Count a nack or an expired lease; then `retry` or `drop` decides about the message.

        What was delivered after it under the same ordering key is revoked.
        """
        self._end_lease(entry)
        entry.state = State.FAILED
        entry.failures += 1
        entry.token = -1
        if lane := self._lane_of(entry):
            for later in lane.after(entry):
                if later.state is State.LEASED:
                    self._end_lease(later)
                    later.state = State.READY
                    later.token = -1
                    self._ready_count += 1
                    lane.put_back(later)

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
        """Deliver a failed entry again, after its backoff; without one, at the next `take`."""
        if entry.state is not State.FAILED:
            return  # it was acknowledged or dropped in the meantime
        ready_at = now + self._delay(entry.failures)
        if lane := self._lane_of(entry):
            entry.state = State.READY
            self._ready_count += 1
            lane.put_back(entry)
            lane.blocked_until = ready_at
            self._resume(lane, now)
        elif ready_at <= now:
            self._make_ready(entry)
        else:
            entry.state = State.DELAYED
            heapq.heappush(self._delayed, (ready_at, next(self._order), entry))

    def _make_ready(self, entry: Entry) -> None:
        entry.state = State.READY
        self._ready_count += 1
        self._returned.append(entry)

    def wake_delayed(self, now: float) -> None:
        """Make ready what has waited out its backoff."""
        while self._delayed and self._delayed[0][0] <= now:
            item = heapq.heappop(self._delayed)[2]
            if isinstance(item, Lane):
                self._resume(item, now)
            elif item.state is State.DELAYED:
                self._make_ready(item)

    def _lane_of(self, entry: Entry) -> Lane | None:
        return self._lanes.get(entry.key) if self._ordered and entry.key else None

    def _resume(self, lane: Lane, now: float | None = None) -> None:
        """Let a lane send its next block, now or when its backoff is over."""
        if lane.outstanding:
            return
        if lane.head() is None:
            if not lane.queued:
                self._lanes.pop(lane.key, None)
        elif now is None or now < lane.blocked_until:
            heapq.heappush(self._delayed, (lane.blocked_until, next(self._order), lane))
        else:
            self._enqueue(lane, self._returned)

    # -- time ------------------------------------------------------------------------------

    def next_due(self) -> float | None:
        """When a lease or a backoff ends next, or None."""
        while self._leases and not self._is_current(self._leases[0]):
            heapq.heappop(self._leases)
        due = [heap[0][0] for heap in (self._leases, self._delayed) if heap]
        return min(due, default=None)
