"""A model of the small lane: step 9 of docs/architecture.md, for two uploads of one chunk each.

Processes keep COMMITTED streams, in which an append is visible at once. A delivery claims an offset
of a stream as decision(a), appends, and creates finished.json; another delivery of the same upload
repeats the append. Each delivery may pause anywhere for as long as it likes, and a process may die,
which ends its deliveries and forgets its streams.

A place in the tuple of streams is used again when nothing refers to its stream any more; the rows
that it made visible are counted per upload. Left out: the wait until a claim is 60 s old, because
the model repeats at any time, which is worse; and the republication, because the message of an
upload with one chunk is not acknowledged before its end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from models.search import Step
from models.small_rules import ALL_RULES, Rules, World
from models.small_state import (
    CLOSED,
    DEAD,
    GONE,
    IDLE,
    NOWHERE,
    OPEN,
    Claim,
    Delivery,
    Process,
    Spot,
    State,
    Stream,
    Turn,
    Upload,
    executed,
    put,
    tidy,
)
from models.tuples import changed

# The properties, besides `search.DEAD_END`.
DOUBLED: Final = "doubled: the rows of an upload are visible twice"
LOST_ROWS: Final = "lost: an upload is finished, and its rows are not visible"
EARLY: Final = "early: rows are visible without a decision"


Steps = Iterator[Step[State]]


@dataclass(frozen=True, slots=True)
class SmallLane:
    """The model for `search`. Each method named after a step yields what may happen there."""

    world: World
    rules: Rules = ALL_RULES

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
            yield Step(name, tidy(after), fault)

    def _all_steps(self, state: State) -> Steps:
        yield from self._service(state)
        for number, process in enumerate(state.processes):
            for index, delivery in enumerate(process.deliveries):
                turn = Turn(self.world, state, number, index)
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
            after = executed(state, append, self.world.rows[append.upload])
            after = after._replace(late=state.late - {append})
            yield Step(f"a late append of upload {append.upload} is executed", after, fault=True)
        for number, stream in enumerate(state.streams):
            if stream is None:
                continue
            name = f"stream {number}"
            if self.world.forgets and not stream.old:
                yield Step(f"{name}: an hour passes", put(state, number, stream._replace(old=True)))
            if not state.faults:
                continue
            faulty = state._replace(faults=state.faults - 1)
            if self.world.closes and stream.status == OPEN:
                closed = put(faulty, number, stream._replace(status=CLOSED))
                yield Step(f"{name} is closed", closed, fault=True)
            if self.world.stranger and stream.status == OPEN:
                longer = stream._replace(length=stream.length + 1, status=CLOSED)
                name += ": somebody appends a row, it is closed"
                yield Step(name, put(faulty, number, longer), fault=True)
            if self.world.forgets and stream.old and stream.status != GONE:
                gone = put(faulty, number, stream._replace(status=GONE))
                yield Step(f"{name} is forgotten", gone, fault=True)

    # SmallLoader, the first delivery.

    def _look(self, turn: Turn, number: int) -> Steps:
        """Read the ledger."""
        upload = turn.state.uploads[number]
        attempt, name = upload.attempt, f"upload {number} is delivered"
        if upload.finished or upload.acknowledged or attempt == self.world.attempts:
            return
        if attempt == len(upload.claims):
            step = "claim" if self.rules.claim_before_append else "send"
            yield self._take(turn, Delivery(step, number, attempt), f"{name}: load")
        elif self.rules.no_acknowledgement_on_foreign_claim:
            at = Delivery("repeat", number, attempt, upload.claims[attempt].spot)
            yield turn.goes(f"{name}: there is a claim", at)
        else:
            name += ": there is a claim, success"
            yield turn.goes(name, IDLE, upload=upload._replace(acknowledged=True), number=number)

    def _take(self, turn: Turn, at: Delivery, name: str) -> Step[State]:
        """Take the free stream of the process, or create one."""
        spot = turn.process.free
        if spot == NOWHERE:
            spot = Spot(turn.state.streams.index(None), 0)
            turn = turn.on(put(turn.state, spot.stream, Stream()))
        kept = NOWHERE if self.rules.stream_used_by_one else spot
        return turn.goes(f"{name} into stream {spot.stream}", at._replace(spot=spot), free=kept)

    def _claim(self, turn: Turn) -> Steps:
        """Create decision(a) with the stream, the offset and the rows; what stands counts."""
        upload, spot = turn.upload, turn.delivery.spot
        if upload.finished or len(upload.claims) > turn.delivery.attempt:
            # Nothing was sent, so that the stream is as it was.
            yield turn.goes("the claim of another delivery stands, raise", IDLE, free=spot)
            return
        claimed = upload._replace(claims=(*upload.claims, Claim(spot)))
        if self.rules.claim_before_append:
            yield turn.to("the claim is created", "send", upload=claimed)
        else:
            yield turn.finishes("the claim is created", upload=claimed)
        kept = None if self.rules.dropped_after_doubtful_claim else spot
        name = "the claim is created, answer lost, raise"
        yield turn.goes(name, IDLE, fault=True, upload=claimed, free=kept)

    def _send(self, turn: Turn) -> Steps:
        """Append all rows in one request. After success the stream is free again."""
        spot, stream = turn.delivery.spot, turn.stream
        kept = None if self.rules.dropped_after_doubtful_append else spot
        if stream.status != OPEN:
            yield turn.goes("append: the stream is closed or gone, raise", IDLE)
        elif stream.length == spot.offset:
            after = turn.on(executed(turn.state, turn.append, turn.rows))
            following = Spot(spot.stream, spot.offset + turn.rows)
            name = "the rows are appended"
            if self.rules.claim_before_append:
                yield after.finishes(name, free=following)
            else:
                yield after.to(name, "claim", free=following)
            name = "the rows are appended, answer lost, raise"
            yield after.goes(name, IDLE, fault=True, free=kept)
            late = turn.state._replace(late=turn.state.late | {turn.append})
            name = "the append is sent, no answer, raise"
            yield turn.on(late).goes(name, IDLE, fault=True, free=kept)
        else:
            yield turn.finishes("append: there are rows already")

    # SmallLoader, another delivery, which finds the claim.

    def _repeat(self, turn: Turn) -> Steps:
        """Append the same rows at the same offset again."""
        spot, stream = turn.delivery.spot, turn.stream
        if stream.status == CLOSED:
            yield turn.to("repeated append: the stream is closed", "fence")
        elif stream.status == GONE:
            yield from self._not_found(turn, "repeated append: NOT_FOUND")
        elif stream.length > spot.offset:
            yield turn.finishes("repeated append: there are rows already")
        elif stream.length == spot.offset:
            after = turn.on(executed(turn.state, turn.append, turn.rows))
            yield after.finishes("the rows are appended by the repeated append")
            late = turn.state._replace(late=turn.state.late | {turn.append})
            name = "the append is repeated, no answer, raise"
            yield turn.on(late).goes(name, IDLE, fault=True)
        faulty = turn.on(turn.state._replace(faults=turn.state.faults - 1))
        if stream.status == OPEN and self.world.refuses and turn.state.faults:
            yield faulty.to("repeated append: refused, the stream is open", "fence", fault=True)
        if stream.status == OPEN and self.world.forgets and (turn.state.faults or not stream.old):
            seen = faulty if stream.old else turn
            name = "repeated append: NOT_FOUND, which is false"
            yield from self._not_found(seen, name, fault=True)

    def _not_found(self, turn: Turn, name: str, fault: bool = False) -> Steps:
        if self.rules.age_before_request:
            yield from self._missing(turn, f"{name}, ", fault)
        else:
            yield turn.to(name, "missing", fault=fault)

    def _missing(self, turn: Turn, name: str = "", fault: bool = False) -> Steps:
        """Create missing.json at the first sight; believe the second."""
        upload, attempt = turn.upload, turn.delivery.attempt
        ended = upload.finished or upload.claims[attempt].dead
        noted = not ended and upload.claims[attempt].missing
        old = turn.stream.old or not self.rules.missing_must_be_old
        if ended or (not old and (noted or self.rules.young_sight_is_not_noted)):
            yield turn.goes(f"{name}raise", IDLE, fault=fault)
        elif self.rules.missing_seen_twice and not noted:
            seen = upload.claims[attempt]._replace(missing=True)
            entries = upload._replace(claims=changed(upload.claims, attempt, seen))
            yield turn.goes(f"{name}noted, raise", IDLE, fault=fault, upload=entries)
        else:
            yield turn.to(f"{name}believed", "count", fault=fault)

    def _count(self, turn: Turn) -> Steps:
        """Count the visible rows of this load in a query."""
        if turn.upload.visible:
            yield turn.finishes("rows are counted")
        else:
            yield turn.to("no rows are counted", "bury")

    def _fence(self, turn: Turn) -> Steps:
        """Finalize the stream: after that its row count proves what was appended."""
        stream, offset = turn.stream, turn.delivery.spot.offset
        if stream.status == GONE:
            yield turn.goes("finalize: NOT_FOUND, raise", IDLE)
            return
        needed = turn.rows if self.rules.all_rows_present else 1
        if self.rules.fence_before_dead:
            closed = put(turn.state, turn.delivery.spot.stream, stream._replace(status=CLOSED))
            turn = turn.on(closed)
        if stream.length >= offset + needed:
            yield turn.finishes(f"{stream.length} rows: loaded")
        elif stream.length <= offset:
            yield turn.to(f"{stream.length} rows: not loaded", "bury")
        else:
            # A dead letter; a person looks into the table and calls `csvgate settle`.
            name = f"{stream.length} rows: a letter, which is settled"
            yield turn.finishes(name) if turn.upload.visible else turn.to(name, "bury")

    def _bury(self, turn: Turn) -> Steps:
        """Create dead(a). The delivery raises; the next attempt is another delivery's."""
        upload, attempt = turn.upload, turn.delivery.attempt
        if not upload.finished:
            upload = upload._replace(claims=changed(upload.claims, attempt, DEAD))
        yield turn.goes(f"attempt {attempt + 1} is marked dead, raise", IDLE, upload=upload)
