"""The states of the small lane, and how a delivery gets from one to the next."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from models.search import Step
from models.small_rules import World
from models.tuples import changed, without

# The states of a committed stream.
OPEN: Final = "open"
CLOSED: Final = "closed"
"""Finalized: it accepts no append any more, and its row count is final."""
GONE: Final = "gone"
"""The service does not know the stream any more. Its rows stay in the table."""


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


@dataclass(frozen=True, slots=True)
class Turn:
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

    def on(self, state: State) -> "Turn":
        """The same turn after something else has changed."""
        return Turn(self.world, state, self.number, self.index)

    def to(
        self,
        name: str,
        step: str,
        *,
        fault: bool = False,
        free: Spot | None = None,
        upload: Upload | None = None,
    ) -> Step[State]:
        """The delivery goes on with this step."""
        at = self.delivery._replace(step=step)
        return self.goes(name, at, fault=fault, free=free, upload=upload)

    def finishes(
        self, name: str, *, free: Spot | None = None, upload: Upload | None = None
    ) -> Step[State]:
        """The delivery creates finished.json and returns success. A crash before that is the same
        as one before the step, or as its lost answer, because its evidence stays true."""
        finished = (upload or self.upload)._replace(finished=True, claims=(DEAD,))
        return self.goes(f"{name}, success", IDLE, free=free, upload=finished)

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
        if self.delivery.step:
            name = f"upload {self.delivery.upload}: {name}"
        return Step(name, self.state._replace(processes=processes, uploads=uploads), fault)


def put(state: State, number: int, stream: Stream) -> State:
    return state._replace(streams=changed(state.streams, number, stream))


def executed(state: State, append: Append, rows: int) -> State:
    """The state after the service has executed the append, or refused it."""
    stream = state.streams[append.spot.stream]
    if stream is None or stream.status != OPEN or stream.length != append.spot.offset:
        return state
    upload = state.uploads[append.upload]
    appended = changed(
        state.uploads, append.upload, upload._replace(visible=min(upload.visible + 1, 2))
    )
    longer = stream._replace(length=stream.length + rows)
    return put(state._replace(uploads=appended), append.spot.stream, longer)


def tidy(state: State) -> State:
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
