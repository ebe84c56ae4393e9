"""A model of the small lane: PROTOCOL.md step 9, for two uploads of one chunk each.

Processes keep COMMITTED streams, in which an append is visible at once. A delivery claims a place in
a stream as decision(a), appends, and creates finished.json; another delivery of the same upload
repeats the append. Each delivery may pause anywhere for as long as it likes, and a process may die,
which ends its deliveries and forgets its streams.

A place in the tuple of streams is used again when nothing refers to its stream any more; the rows
that it made visible are counted per upload. Left out: the wait until a claim is 60 s old, because
the model repeats at any time, which is worse; and the republication, because the message of an
upload with one chunk is not acknowledged before its end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from models.search import Step
from models.tuples import changed, without

# The states of a committed stream.
OPEN: Final = "open"
CLOSED: Final = "closed"
"""Finalized: it accepts no append any more, and its row count is final."""
GONE: Final = "gone"
"""The service does not know the stream any more. Its rows stay in the table."""

# The properties, besides `search.DEAD_END`.
DOUBLED: Final = "doubled: the rows of an upload are visible twice"
LOST_ROWS: Final = "lost: an upload is finished, and its rows are not visible"
EARLY: Final = "early: rows are visible without a decision"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of the protocol. A model with one of them off shows what the rule is for."""

    no_acknowledgement_on_foreign_claim: bool = True
    """A delivery that finds a claim repeats its append. Off: it leaves the upload to the owner of
    the claim, and acknowledges."""
    claim_before_append: bool = True
    """The claim is created before the append is sent. Off: after it."""
    stream_used_by_one: bool = True
    """A stream is used by one delivery at a time. Off: all deliveries of a process share it."""
    dropped_after_doubtful_claim: bool = True
    """A stream is not used again if it is unknown whether a claim of it exists. Off: it is."""
    dropped_after_doubtful_append: bool = True
    """A stream is not used again after an append without an answer. Off: at the same offset."""
    fence_before_dead: bool = True
    """A stream that refuses the repeated append is finalized before its rows are counted. Off: its
    row count is read."""
    all_rows_present: bool = True
    """A final row count means loaded from offset + rows on. Off: if it is above the offset."""
    missing_must_be_old: bool = True
    """NOT_FOUND counts only if the stream is over an hour old. Off: at any age."""
    missing_seen_twice: bool = True
    """The second NOT_FOUND, ten minutes after the first, is believed. Off: the first."""


@dataclass(frozen=True, slots=True)
class World:
    """What is possible: the bounds of the search. A fault of the service ends at most one attempt
    of each upload, so that one more attempt than faults is enough."""

    deliveries: tuple[int, ...] = (1, 1)
    """The concurrency of each process."""
    rows: tuple[int, ...] = (2, 1)
    """The rows of each upload."""
    places: int = 4
    """The streams that something refers to at the same time."""
    faults: int = 1
    """How often the service may do one of what follows."""
    closes: bool = False
    """It closes a stream."""
    refuses: bool = False
    """It refuses a repeated append although the stream is open, as if it were closed."""
    stranger: bool = False
    """Somebody else appends a row to a stream, which is closed after that."""
    forgets: bool = False
    """It forgets a stream of over an hour, or answers NOT_FOUND once although it knows it. About
    younger streams it may give this false answer any number of times, which costs no fault."""

    @property
    def attempts(self) -> int:
        return self.faults + 1


class Stream(NamedTuple):
    length: int = 0
    """Rows, those of all uploads."""
    status: str = OPEN
    old: bool = False
    """Over an hour old."""


class Spot(NamedTuple):
    """A place in a stream: an offset of the stream with this number."""

    stream: int
    offset: int


NOWHERE: Final = Spot(-1, 0)


class Claim(NamedTuple):
    """decision(a), with missing.json and dead(a) of the same attempt."""

    spot: Spot
    missing: bool = False
    dead: bool = False


DEAD: Final = Claim(NOWHERE, dead=True)


class Upload(NamedTuple):
    claims: tuple[Claim, ...] = ()
    visible: int = 0
    """How many times its rows are visible."""
    acknowledged: bool = False
    finished: bool = False

    @property
    def attempt(self) -> int:
        """The current attempt: the first that is not dead."""
        return sum(claim.dead for claim in self.claims)


class Delivery(NamedTuple):
    """A running delivery: the step it takes next, its upload and attempt, and its claim."""

    step: str
    upload: int = 0
    attempt: int = 0
    spot: Spot = NOWHERE


IDLE: Final = Delivery("")


class Process(NamedTuple):
    free: Spot
    """The stream that no delivery uses, with its next offset, or NOWHERE."""
    deliveries: tuple[Delivery, ...]


class Append(NamedTuple):
    """A request whose sender gave up. It may be executed now, later, or never."""

    upload: int
    spot: Spot


class State(NamedTuple):
    streams: tuple[Stream | None, ...]
    uploads: tuple[Upload, ...]
    processes: tuple[Process, ...]
    """Sorted, as are their deliveries, because it does not matter which one does what."""
    late: frozenset[Append]
    faults: int


Steps = Iterator[Step[State]]


@dataclass(frozen=True, slots=True)
class SmallLane:
    """The model for `search`. Each method named after a step yields what may happen there."""

    world: World
    rules: Rules = Rules()

    def initial(self) -> State:
        processes = tuple(Process(NOWHERE, (IDLE,) * count) for count in self.world.deliveries)
        uploads = (Upload(),) * len(self.world.rows)
        streams = (None,) * self.world.places
        return State(streams, uploads, processes, frozenset(), self.world.faults)

    def finished(self, state: State) -> bool:
        return all(upload.finished for upload in state.uploads)

    def broken(self, state: State) -> Iterator[str]:
        for upload in state.uploads:
            if upload.visible > 1:
                yield DOUBLED
            if upload.finished and not upload.visible:
                yield LOST_ROWS
            if upload.visible and not upload.claims:
                yield EARLY

    def steps(self, state: State) -> Steps:
        for name, after, fault in self._all_steps(state):
            yield Step(name, _tidy(after), fault)

    def _all_steps(self, state: State) -> Steps:
        yield from self._service(state)
        for number, process in enumerate(state.processes):
            for index, delivery in enumerate(process.deliveries):
                turn = _Turn(self.world, state, number, index)
                if delivery.step:
                    yield from getattr(self, f"_{delivery.step}")(turn)
                else:
                    for upload in range(len(state.uploads)):
                        yield from self._look(turn, upload)
            if process != Process(NOWHERE, (IDLE,) * len(process.deliveries)):
                ended = Process(NOWHERE, (IDLE,) * len(process.deliveries))
                processes = changed(state.processes, number, ended)
                yield Step("a process dies", state._replace(processes=processes), fault=True)

    # What BigQuery and time do.

    def _service(self, state: State) -> Steps:
        for append in state.late:
            after = _executed(state, append, self.world.rows[append.upload])
            after = after._replace(late=state.late - {append})
            yield Step(f"a late append of upload {append.upload} is executed", after, fault=True)
        for number, stream in enumerate(state.streams):
            if stream is None:
                continue
            name = f"stream {number}"
            if self.world.forgets and not stream.old:
                yield Step(f"{name}: an hour passes", _put(state, number, stream._replace(old=True)))
            if not state.faults:
                continue
            faulty = state._replace(faults=state.faults - 1)
            if self.world.closes and stream.status == OPEN:
                closed = _put(faulty, number, stream._replace(status=CLOSED))
                yield Step(f"{name} is closed", closed, fault=True)
            if self.world.stranger and stream.status == OPEN:
                longer = stream._replace(length=stream.length + 1, status=CLOSED)
                name += ": somebody appends a row, it is closed"
                yield Step(name, _put(faulty, number, longer), fault=True)
            if self.world.forgets and stream.old and stream.status != GONE:
                gone = _put(faulty, number, stream._replace(status=GONE))
                yield Step(f"{name} is forgotten", gone, fault=True)

    # SmallLoader, the first delivery.

    def _look(self, turn: "_Turn", number: int) -> Steps:
        """Read the ledger."""
        upload = turn.state.uploads[number]
        attempt, name = upload.attempt, f"upload {number} is delivered"
        if upload.finished or upload.acknowledged or attempt == self.world.attempts:
            return
        if attempt == len(upload.claims):
            yield turn.goes(f"{name}: load", Delivery("take", number, attempt))
        elif self.rules.no_acknowledgement_on_foreign_claim:
            at = Delivery("repeat", number, attempt, upload.claims[attempt].spot)
            yield turn.goes(f"{name}: there is a claim", at)
        else:
            name += ": there is a claim, success"
            yield turn.goes(name, IDLE, upload=upload._replace(acknowledged=True), number=number)

    def _take(self, turn: "_Turn") -> Steps:
        """Take the free stream of the process, or create one."""
        after = "claim" if self.rules.claim_before_append else "send"
        if turn.process.free != NOWHERE:
            kept = NOWHERE if self.rules.stream_used_by_one else turn.process.free
            yield turn.to("a stream is taken", after, spot=turn.process.free, free=kept)
        else:
            spot = Spot(turn.state.streams.index(None), 0)
            created = _put(turn.state, spot.stream, Stream())
            free = NOWHERE if self.rules.stream_used_by_one else spot
            yield turn.on(created).to("a stream is created", after, spot=spot, free=free)

    def _claim(self, turn: "_Turn") -> Steps:
        """Create decision(a) with the stream, the offset and the rows; what stands counts."""
        upload, spot = turn.upload, turn.delivery.spot
        if upload.finished or len(upload.claims) > turn.delivery.attempt:
            # Nothing was sent, so that the stream is as it was.
            yield turn.goes("the claim of another delivery stands, raise", IDLE, free=spot)
            return
        claimed = upload._replace(claims=(*upload.claims, Claim(spot)))
        after = "send" if self.rules.claim_before_append else "finish"
        yield turn.to("the claim is created", after, upload=claimed)
        kept = None if self.rules.dropped_after_doubtful_claim else spot
        name = "the claim is created, answer lost, raise"
        yield turn.goes(name, IDLE, fault=True, upload=claimed, free=kept)

    def _send(self, turn: "_Turn") -> Steps:
        """Append all rows in one request. After success the stream is free again."""
        spot, stream = turn.delivery.spot, turn.stream
        after = "finish" if self.rules.claim_before_append else "claim"
        kept = None if self.rules.dropped_after_doubtful_append else spot
        if stream.status != OPEN:
            yield turn.goes("append: the stream is closed or gone, raise", IDLE)
        elif stream.length == spot.offset:
            executed = turn.on(_executed(turn.state, turn.append, turn.rows))
            following = Spot(spot.stream, spot.offset + turn.rows)
            yield executed.to("the rows are appended", after, free=following)
            name = "the rows are appended, answer lost, raise"
            yield executed.goes(name, IDLE, fault=True, free=kept)
            late = turn.state._replace(late=turn.state.late | {turn.append})
            name = "the append is sent, no answer, raise"
            yield turn.on(late).goes(name, IDLE, fault=True, free=kept)
        else:
            yield turn.to("append: there are rows already", after)

    # SmallLoader, another delivery, which finds the claim.

    def _repeat(self, turn: "_Turn") -> Steps:
        """Append the same rows at the same offset again."""
        spot, stream = turn.delivery.spot, turn.stream
        if stream.status == CLOSED:
            yield turn.to("repeated append: the stream is closed", "fence")
        elif stream.status == GONE:
            yield from self._missing(turn, "repeated append: NOT_FOUND")
        elif stream.length > spot.offset:
            yield turn.to("repeated append: there are rows already", "finish")
        elif stream.length == spot.offset:
            executed = turn.on(_executed(turn.state, turn.append, turn.rows))
            yield executed.to("the rows are appended by the repeated append", "finish")
            late = turn.state._replace(late=turn.state.late | {turn.append})
            name = "the append is repeated, no answer, raise"
            yield turn.on(late).goes(name, IDLE, fault=True)
        faulty = turn.on(turn.state._replace(faults=turn.state.faults - 1))
        if stream.status == OPEN and self.world.refuses and turn.state.faults:
            yield faulty.to("repeated append: refused, the stream is open", "fence", fault=True)
        if stream.status == OPEN and self.world.forgets and (turn.state.faults or not stream.old):
            seen = faulty if stream.old else turn
            name = "repeated append: NOT_FOUND, which is false"
            yield from self._missing(seen, name, fault=True)

    def _missing(self, turn: "_Turn", name: str, fault: bool = False) -> Steps:
        """Create missing.json at the first sight; believe the second."""
        upload, attempt = turn.upload, turn.delivery.attempt
        if self.rules.missing_must_be_old and not turn.stream.old:
            yield turn.goes(f"{name}, raise", IDLE, fault=fault)
        elif upload.finished or upload.claims[attempt].dead:
            yield turn.goes(f"{name}, raise", IDLE, fault=fault)
        elif self.rules.missing_seen_twice and not upload.claims[attempt].missing:
            seen = upload.claims[attempt]._replace(missing=True)
            noted = upload._replace(claims=changed(upload.claims, attempt, seen))
            yield turn.goes(f"{name}, noted, raise", IDLE, fault=fault, upload=noted)
        else:
            yield turn.to(f"{name}, believed", "count", fault=fault)

    def _count(self, turn: "_Turn") -> Steps:
        """Count the visible rows of this load in a query."""
        found = "finish" if turn.upload.visible else "bury"
        yield turn.to("rows are counted", found)

    def _fence(self, turn: "_Turn") -> Steps:
        """Finalize the stream: after that its row count proves what was appended."""
        stream, offset = turn.stream, turn.delivery.spot.offset
        if stream.status == GONE:
            yield turn.goes("finalize: NOT_FOUND, raise", IDLE)
            return
        needed = turn.rows if self.rules.all_rows_present else 1
        if self.rules.fence_before_dead:
            closed = _put(turn.state, turn.delivery.spot.stream, stream._replace(status=CLOSED))
            turn = turn.on(closed)
        if stream.length >= offset + needed:
            yield turn.to(f"{stream.length} rows: loaded", "finish")
        elif stream.length <= offset:
            yield turn.to(f"{stream.length} rows: not loaded", "bury")
        else:
            # A dead letter; a person looks into the table and calls `csvgate settle`.
            settled = "finish" if turn.upload.visible else "bury"
            yield turn.to(f"{stream.length} rows: a letter, which is settled", settled)

    def _bury(self, turn: "_Turn") -> Steps:
        """Create dead(a). The delivery raises; the next attempt is another delivery's."""
        upload, attempt = turn.upload, turn.delivery.attempt
        if not upload.finished:
            upload = upload._replace(claims=changed(upload.claims, attempt, DEAD))
        yield turn.goes(f"attempt {attempt + 1} is marked dead, raise", IDLE, upload=upload)

    def _finish(self, turn: "_Turn") -> Steps:
        """Create finished.json and return success."""
        finished = turn.upload._replace(finished=True, claims=(DEAD,))
        yield turn.goes("finished.json is created, success", IDLE, upload=finished)


@dataclass(frozen=True, slots=True)
class _Turn:
    """Builds the steps of one delivery in one state."""

    world: World
    state: State
    number: int
    """The process."""
    index: int

    @property
    def process(self) -> Process:
        return self.state.processes[self.number]

    @property
    def delivery(self) -> Delivery:
        return self.process.deliveries[self.index]

    @property
    def upload(self) -> Upload:
        return self.state.uploads[self.delivery.upload]

    @property
    def rows(self) -> int:
        return self.world.rows[self.delivery.upload]

    @property
    def append(self) -> Append:
        return Append(self.delivery.upload, self.delivery.spot)

    @property
    def stream(self) -> Stream:
        stream = self.state.streams[self.delivery.spot.stream]
        assert stream is not None
        return stream

    def on(self, state: State) -> "_Turn":
        """The same turn after something else has changed."""
        return _Turn(self.world, state, self.number, self.index)

    def to(
        self,
        name: str,
        step: str,
        *,
        spot: Spot | None = None,
        fault: bool = False,
        free: Spot | None = None,
        upload: Upload | None = None,
    ) -> Step[State]:
        """The delivery goes on with this step."""
        at = self.delivery._replace(step=step, spot=self.delivery.spot if spot is None else spot)
        name = f"upload {at.upload}: {name}"
        return self.goes(name, at, fault=fault, free=free, upload=upload)

    def goes(
        self,
        name: str,
        delivery: Delivery,
        *,
        fault: bool = False,
        free: Spot | None = None,
        upload: Upload | None = None,
        number: int | None = None,
    ) -> Step[State]:
        """The delivery becomes this one; with a new free stream of its process, and new ledger
        entries of its upload or of the one with this number. A process keeps one free stream."""
        deliveries = (*without(self.process.deliveries, self.index), delivery)
        process = Process(self.process.free if free is None else free, tuple(sorted(deliveries)))
        processes = changed(self.state.processes, self.number, process)
        uploads = self.state.uploads
        if upload is not None:
            of = self.delivery.upload if number is None else number
            uploads = changed(uploads, of, upload)
        return Step(name, self.state._replace(processes=processes, uploads=uploads), fault)


def _put(state: State, number: int, stream: Stream) -> State:
    return state._replace(streams=changed(state.streams, number, stream))


def _executed(state: State, append: Append, rows: int) -> State:
    """The state after the service has executed the append, or refused it."""
    stream = state.streams[append.spot.stream]
    if stream is None or stream.status != OPEN or stream.length != append.spot.offset:
        return state
    upload = state.uploads[append.upload]
    appended = changed(
        state.uploads, append.upload, upload._replace(visible=min(upload.visible + 1, 2))
    )
    longer = stream._replace(length=stream.length + rows)
    return _put(state._replace(uploads=appended), append.spot.stream, longer)


def _tidy(state: State) -> State:
    """Forget appends that will be refused and streams to which nothing refers, and sort."""
    late = frozenset(a for a in state.late if _could_execute(state.streams[a.spot.stream], a))
    spots = {append.spot for append in late}
    for process in state.processes:
        spots.add(process.free)
        spots.update(delivery.spot for delivery in process.deliveries)
    for upload in state.uploads:
        spots.update(claim.spot for claim in upload.claims)
    used = {spot.stream for spot in spots}
    streams = tuple(s if number in used else None for number, s in enumerate(state.streams))
    processes = tuple(sorted(state.processes))
    return state._replace(streams=streams, late=late, processes=processes)


def _could_execute(stream: Stream | None, append: Append) -> bool:
    return stream is not None and stream.status == OPEN and stream.length <= append.spot.offset
