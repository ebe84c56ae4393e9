"""A model of the pending lane: PROTOCOL.md steps 3 to 8, for one upload of one or two chunks.

Deliveries of validate_and_parse seal the upload and publish its chunk events. Deliveries of
enrich_records load chunks into pending streams, and the one that finds all chunks done finalizes
the streams, decides and commits. Two deliveries run at the same time, of any messages, also of the
same one; each may stop between any two steps, for as long as it likes or for ever.

What is left out: the marker of an upload with several chunks, which can only add deliveries; an
empty stream whose claim lost its race; a staged chunk that is missing (seal 2); loads of which a
query sees only some rows; the announcement, which precedes finished.json.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from models.search import Step

# The states of a pending stream.
NONE: Final = "none"
OPEN: Final = "open"
"""The rows are appended."""
FINALIZED: Final = "finalized"
LOST: Final = "lost"
"""The service deleted the uncommitted rows."""
COMMITTED: Final = "committed"
COLLECTED: Final = "collected"
"""Committed, its rows are visible, but the service does not know the stream any more."""

VISIBLE: Final = (COMMITTED, COLLECTED)
GONE: Final = (LOST, COLLECTED)
"""Both are answered with NOT_FOUND."""

# The properties, besides `search.DEAD_END`.
DOUBLED: Final = "doubled: the rows of two attempts became visible"
LOST_ROWS: Final = "lost: the upload is finished, and rows are missing"
EARLY: Final = "early: rows are visible without a decision to commit"
WASTED: Final = "wasted: an attempt was abandoned although all of its streams are there"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of the protocol. A model with one of them off shows what the rule is for."""

    no_acknowledgement_on_found_seal: bool = True
    """A delivery that finds a seal publishes from it before it acknowledges. Off: it takes the seal
    as a sign that all is published."""
    no_acknowledgement_on_foreign_claim: bool = True
    """A delivery that finds its chunk's stream claimed goes on with that stream. Off: it leaves the
    chunk to the owner of the claim, and acknowledges."""
    done_before_looking: bool = True
    """A delivery marks its chunk done before it looks at the others. Off: it looks first."""
    finalize_late: bool = True
    """Streams are finalized when all chunks are done. Off: each one as soon as its chunk is."""
    young_not_found_is_doubted: bool = True
    """NOT_FOUND about a young stream is raised as transient. Off: the attempt is abandoned."""
    decide_before_commit: bool = True
    """The decision is created before the commit is sent. Off: after it."""
    one_decision_object: bool = True
    """Commit and abandonment are contents of one object, created once. Off: they are two objects,
    and an abandoned attempt is over even if it has a commit as well."""
    evidence_binds_its_attempt: bool = True
    """Evidence about an attempt ends that attempt. Off: it ends the first one that has not ended."""
    frozen_stream_list: bool = True
    """A commit names the streams in the decision. Off: those that the service still finds."""
    one_committed_proves_all: bool = True
    """A commit is successful if any of its streams is committed. Off: only if all are."""
    repeat_before_counting: bool = True
    """Rows are counted after the repeated commit was answered. Off: they are counted first, and not
    again."""
    dead_after_25_hours: bool = True
    """"Gone" is believed when no commit can take effect any more. Off: at once."""
    count_by_ingested_at: bool = True
    """Rows are counted by `_upload_id` and `_ingested_at`. Off: by `_upload_id`."""
    republish_before_return: bool = True
    """Events are published again for a further attempt. Off: this is omitted."""
    republish_by_everyone: bool = True
    """Whoever finds them unpublished does it. Off: only who ended the earlier attempt."""


@dataclass(frozen=True, slots=True)
class World:
    """What is possible: the bounds of the search. Attempts lose their streams, except for the last,
    so that a dead end is never one of the bound."""

    chunks: int = 1
    attempts: int = 2
    sealed: bool = True
    """The chunk events are published, and the storage event is acknowledged."""
    expiry: bool = True
    """Finalized streams expire after 4 hours, and all uncommitted ones before 25 hours."""
    young: bool = False
    """The service may answer NOT_FOUND about a stream that was just created."""
    late_commits: bool = False
    """A commit may be executed at any time after its sender gave up."""
    backlog: bool = False
    """Two chunks of an attempt are never loaded within the 4 hours for which the service keeps a
    finalized stream. Every attempt, the last too, loses streams that are finalized early."""
    corrects: bool = False
    """The upload is a correction: visible rows of its original have the same `_upload_id`."""


class Message(NamedTuple):
    """A message. The events of an attempt are other messages than those of the attempt before."""

    attempt: int
    chunk: int


STORAGE_EVENT: Final = Message(0, -1)


class Attempt(NamedTuple):
    """The ledger entries and the streams of one attempt."""

    streams: tuple[str, ...]
    done: tuple[bool, ...]
    young: bool = False
    """The newest stream was created seconds ago."""
    old: bool = False
    """The oldest stream was created more than 25 hours ago."""
    commit: bool = False
    abandoned: bool = False
    dead: bool = False
    late: bool = False
    """A commit was sent whose sender gave up. It may be executed now, later, or never."""
    republished: bool = False

    @property
    def ended(self) -> bool:
        return self.abandoned or self.dead


class Delivery(NamedTuple):
    """A running delivery: the step it takes next, what it was delivered, and its attempt."""

    step: str
    message: Message
    attempt: int


IDLE: Final = Delivery("", STORAGE_EVENT, 0)


class State(NamedTuple):
    attempts: tuple[Attempt, ...]
    messages: frozenset[Message]
    """Neither acknowledged nor, as dead letters, beyond a replay: they can be delivered."""
    deliveries: tuple[Delivery, ...]
    """Sorted, because it does not matter which process runs which delivery."""
    sealed: bool
    finished: bool


Steps = Iterator[Step[State]]


@dataclass(frozen=True, slots=True)
class PendingLane:
    """The model for `search`. Each method named after a step yields what may happen there."""

    world: World
    rules: Rules = Rules()

    def initial(self) -> State:
        chunks = self.world.chunks
        attempt = Attempt((NONE,) * chunks, (False,) * chunks)
        messages = self._events(0) if self.world.sealed else frozenset([STORAGE_EVENT])
        attempts = (attempt,) * self.world.attempts
        return State(attempts, messages, (IDLE, IDLE), self.world.sealed, False)

    def finished(self, state: State) -> bool:
        return state.finished

    def broken(self, state: State) -> Iterator[str]:
        visible = [[s in VISIBLE for s in attempt.streams] for attempt in state.attempts]
        if any(sum(of_chunk) > 1 for of_chunk in zip(*visible, strict=True)):
            yield DOUBLED
        if state.finished and not any(all(of_attempt) for of_attempt in visible):
            yield LOST_ROWS
        for attempt, rows in zip(state.attempts, visible, strict=True):
            if any(rows) and not attempt.commit:
                yield EARLY
            if attempt.abandoned and LOST not in attempt.streams:
                yield WASTED

    def steps(self, state: State) -> Steps:
        yield from self._service(state)
        for index, delivery in enumerate(state.deliveries):
            if index and delivery == state.deliveries[index - 1]:
                continue  # The other process would do the same.
            turn = _Turn(state, index)
            if delivery == IDLE:
                for message in state.messages:
                    yield self._look(turn, message, f"{_name(message)} is delivered")
            else:
                yield turn.goes("the delivery crashes or raises", IDLE, fault=True)
                yield from getattr(self, f"_{delivery.step}")(turn)

    def _events(self, attempt: int) -> frozenset[Message]:
        return frozenset(Message(attempt, chunk) for chunk in range(self.world.chunks))

    # What BigQuery and time do.

    def _service(self, state: State) -> Steps:
        turn = _Turn(state, 0)
        for number, attempt in enumerate(state.attempts):
            streams, name = attempt.streams, f"attempt {number + 1}"
            may_lose = self.world.expiry and number < self.world.attempts - 1
            pending = OPEN in streams or FINALIZED in streams
            if attempt.late and all(s == FINALIZED for s in streams):
                committed = (COMMITTED,) * len(streams)
                yield turn.time(f"the late commit of {name} is executed", number, streams=committed)
            if attempt.young:
                yield turn.time(f"{name}: minutes pass", number, fault=False, young=False)
            elif not attempt.old and any(s != NONE for s in streams) and (may_lose or not pending):
                kept = tuple(LOST if s in (OPEN, FINALIZED) else s for s in streams)
                avoidable = pending and LOST not in streams
                passed = f"{name}: 25 hours pass"
                yield turn.time(passed, number, fault=avoidable, streams=kept, old=True)
            for chunk, stream in enumerate(streams):
                if stream == FINALIZED and may_lose and not attempt.young:
                    changed = _with(streams, chunk, LOST)
                    yield turn.time(f"{name}: chunk {chunk}'s stream expires", number, streams=changed)
                if stream == COMMITTED:
                    changed = _with(streams, chunk, COLLECTED)
                    collected = f"{name}: chunk {chunk}'s committed stream is collected"
                    yield turn.time(collected, number, streams=changed)

    # Steps 3 and 4 of the protocol, in validate_and_parse.

    def _seal(self, turn: "_Turn") -> Steps:
        """Create seals/1; whoever loses the race goes on with the one that stands."""
        yield turn.to("the seal is created", "publish", sealed=True)

    def _publish(self, turn: "_Turn") -> Steps:
        """Publish the chunk events from the seal, then return success."""
        messages = (turn.state.messages | self._events(0)) - {turn.delivery.message}
        yield turn.goes("the events are published, success", IDLE, messages=messages)

    # The start of each delivery: it reads the ledger.

    def _look(self, turn: "_Turn", message: Message, name: str) -> Step[State]:
        state = turn.state
        if state.finished:
            return turn.acknowledges(f"{name}: the upload is finished, success", message)
        if message == STORAGE_EVENT:
            if state.sealed and not self.rules.no_acknowledgement_on_found_seal:
                return turn.acknowledges(f"{name}: there is a seal, success", message)
            step = "publish" if state.sealed else "seal"
            return turn.goes(name, Delivery(step, message, 0))
        number = next((n for n, a in enumerate(state.attempts) if not a.ended), None)
        if number is None:
            return turn.goes(f"{name}: the bound of attempts is reached", IDLE)
        attempt, rules, chunk = state.attempts[number], self.rules, message.chunk
        everyone = rules.republish_before_return and rules.republish_by_everyone
        if number and not attempt.republished and everyone:
            step = "republish"
        elif attempt.commit:
            step = "commit" if rules.repeat_before_counting else "count_first"
        elif attempt.done[chunk]:
            step = "survey"
        elif attempt.streams[chunk] != NONE and not rules.no_acknowledgement_on_foreign_claim:
            return turn.acknowledges(f"{name}: its stream is claimed, success", message)
        else:
            step = "load" if rules.done_before_looking else "look_first"
        return turn.goes(f"{name}: attempt {number + 1}, {step}", Delivery(step, message, number))

    # Step 5: ChunkLoader.

    def _load(self, turn: "_Turn") -> Steps:
        """Claim the chunk's stream, or take the claimed one, and append at explicit offsets; rows
        that exist are a success. An append that is executed late changes nothing."""
        chunk, streams = turn.delivery.message.chunk, turn.attempt.streams
        if streams[chunk] == NONE:
            if self.world.backlog:
                streams = tuple(LOST if s == FINALIZED else s for s in streams)
            streams = _with(streams, chunk, OPEN)
            young = self.world.young
            name = "the stream is claimed, rows are appended"
            yield turn.to(name, "done", streams=streams, young=young)
        elif streams[chunk] in (OPEN, FINALIZED):
            yield turn.to("the rows are in the claimed stream", "done")
        elif streams[chunk] == COMMITTED:
            yield turn.goes("append: the stream is committed, raise", IDLE)
        else:
            yield turn.to("append: NOT_FOUND", "abandon")
        yield from self._false_not_found(turn, "append")

    def _done(self, turn: "_Turn") -> Steps:
        """Create the chunk's done mark."""
        chunk, streams = turn.delivery.message.chunk, turn.attempt.streams
        if not self.rules.finalize_late and streams[chunk] == OPEN:
            streams = _with(streams, chunk, FINALIZED)
        done = _with(turn.attempt.done, chunk, True)
        yield turn.to("the chunk is marked done", "survey", streams=streams, done=done)

    def _survey(self, turn: "_Turn") -> Steps:
        """Read all done marks. If one is missing, its chunk's message is not acknowledged yet, and
        this one may be (rule A)."""
        if all(turn.attempt.done):
            yield turn.to("all chunks are done", "finalize")
        else:
            yield turn.acknowledges("another chunk is not done, success", turn.delivery.message)

    def _look_first(self, turn: "_Turn") -> Steps:
        """Only with `done_before_looking` off."""
        mine = turn.delivery.message.chunk
        last = all(done or chunk == mine for chunk, done in enumerate(turn.attempt.done))
        yield turn.to("the other done marks are read", "load_last" if last else "load_first")

    def _load_last(self, turn: "_Turn") -> Steps:
        yield from self._load(turn)

    def _load_first(self, turn: "_Turn") -> Steps:
        done = _with(turn.attempt.done, turn.delivery.message.chunk, True)
        messages = turn.state.messages - {turn.delivery.message}
        name = "the chunk is marked done, success"
        yield turn.goes(name, IDLE, done=done, messages=messages)

    # Step 6: UploadFinisher decides.

    def _finalize(self, turn: "_Turn") -> Steps:
        """Finalize all streams of the attempt and compare their row counts."""
        streams = turn.attempt.streams
        after = "decide" if self.rules.decide_before_commit else "commit"
        if any(s in GONE for s in streams):
            yield turn.to("finalize: NOT_FOUND", "abandon")
        elif COMMITTED in streams:
            yield turn.goes("finalize: a stream is committed, raise", IDLE)
        else:
            finalized = (FINALIZED,) * len(streams)
            yield turn.to("all streams are finalized", after, streams=finalized)
        yield from self._false_not_found(turn, "finalize")

    def _false_not_found(self, turn: "_Turn", call: str) -> Steps:
        if turn.attempt.young and not self.rules.young_not_found_is_doubted:
            yield turn.to(f"{call}: NOT_FOUND, which is false", "abandon", fault=True)

    def _decide(self, turn: "_Turn") -> Steps:
        """Create decision(a) = commit with the list of streams; what stands counts."""
        if turn.attempt.abandoned and self.rules.one_decision_object:
            yield turn.goes("the decision stands: abandoned, raise", IDLE)
        else:
            after = "commit" if self.rules.decide_before_commit else "finish"
            yield turn.to("decided: commit", after, commit=True)

    def _abandon(self, turn: "_Turn") -> Steps:
        """Create decision(a) = abandoned; what stands counts."""
        number = self._ends(turn)
        if number is None or (
            turn.state.attempts[number].commit and self.rules.one_decision_object
        ):
            yield turn.goes("the decision stands: commit, raise", IDLE)
        else:
            yield self._end(turn, f"decided: attempt {number + 1} abandoned", number, abandoned=True)

    # Step 7: UploadFinisher commits.

    def _commit(self, turn: "_Turn", gone: str = "gone") -> Steps:
        """Send the BatchCommit of the decision's streams. All are committed, or none."""
        streams = turn.attempt.streams
        named = range(len(streams))
        if not self.rules.frozen_stream_list:
            named = [n for n in named if streams[n] not in GONE]
        there = [streams[n] for n in named]
        finish = "finish" if self.rules.decide_before_commit else "decide"
        proof = any if self.rules.one_committed_proves_all else all
        if there and all(s == FINALIZED for s in there):
            changed = tuple(COMMITTED if n in named else s for n, s in enumerate(streams))
            yield turn.to("the commit is executed", finish, streams=changed)
            yield turn.goes("the commit is executed, answer lost", IDLE, fault=True, streams=changed)
        elif there and proof(s == COMMITTED for s in there):
            yield turn.to("commit: a stream is committed already", finish)
        elif COMMITTED in there:
            yield turn.goes("commit: only some are committed, raise", IDLE)
        else:
            yield turn.to("commit: NOT_FOUND", gone)
        if self.world.late_commits:
            yield turn.goes("the commit is sent, no answer", IDLE, fault=True, late=True)
        if turn.attempt.young:
            yield turn.to("commit: NOT_FOUND, which is false", gone, fault=True)

    def _gone(self, turn: "_Turn", after: str = "count") -> Steps:
        """Raise until the oldest stream is 25 hours old; the letter names the hour."""
        if turn.attempt.old or not self.rules.dead_after_25_hours:
            yield turn.to("the answer is believed", after)
        else:
            yield turn.goes("the answer is too early, raise", IDLE)

    def _count(self, turn: "_Turn") -> Steps:
        """Count the visible rows of this load in a query."""
        found = self._sees_rows(turn)
        yield turn.to("rows are counted", "finish" if found else "bury")

    def _sees_rows(self, turn: "_Turn") -> bool:
        foreign = self.world.corrects and not self.rules.count_by_ingested_at
        return foreign or all(s in VISIBLE for s in turn.attempt.streams)

    def _count_first(self, turn: "_Turn") -> Steps:
        """Only with `repeat_before_counting` off."""
        found = self._sees_rows(turn)
        yield turn.to("rows are counted", "finish" if found else "commit_uncounted")

    def _commit_uncounted(self, turn: "_Turn") -> Steps:
        yield from self._commit(turn, "gone_uncounted")

    def _gone_uncounted(self, turn: "_Turn") -> Steps:
        yield from self._gone(turn, "bury")

    def _bury(self, turn: "_Turn") -> Steps:
        """Create dead(a)."""
        number = self._ends(turn)
        if number is None:
            yield turn.goes("dead stands, raise", IDLE)
        else:
            yield self._end(turn, f"attempt {number + 1} is marked dead", number, dead=True)

    def _finish(self, turn: "_Turn") -> Steps:
        """Create finished.json and return success. No other message can do more than that."""
        none = frozenset[Message]()
        yield turn.goes("finished.json is created, success", IDLE, finished=True, messages=none)

    # Step 8: load again.

    def _ends(self, turn: "_Turn") -> int | None:
        """The attempt that evidence about this delivery's attempt ends."""
        if self.rules.evidence_binds_its_attempt:
            return turn.delivery.attempt
        return next((n for n, a in enumerate(turn.state.attempts) if not a.ended), None)

    def _end(self, turn: "_Turn", name: str, number: int, **entry: bool) -> Step[State]:
        """End the attempt. The delivery goes on with the next one, or stops at the bound."""
        following = number + 1
        publishes = self.rules.republish_before_return and following < self.world.attempts
        at = Delivery("republish", turn.delivery.message, following) if publishes else IDLE
        attempts = _changed(turn.state.attempts, number, **entry)
        return turn.goes(name, at, attempts=attempts)

    def _republish(self, turn: "_Turn") -> Steps:
        """Publish the events of the attempt and create republished.json. The delivery raises; its
        message is delivered again."""
        number = turn.delivery.attempt
        messages = turn.state.messages
        if not turn.state.finished:
            messages = self._events(number) | {m for m in messages if m.attempt > number}
        name = f"the events of attempt {number + 1} are published, raise"
        yield turn.goes(name, IDLE, messages=messages, republished=True)


@dataclass(frozen=True, slots=True)
class _Turn:
    """Builds the steps of one delivery in one state. Changes are fields of State, or of the
    delivery's attempt."""

    state: State
    index: int

    @property
    def delivery(self) -> Delivery:
        return self.state.deliveries[self.index]

    @property
    def attempt(self) -> Attempt:
        return self.state.attempts[self.delivery.attempt]

    def to(self, name: str, step: str, fault: bool = False, **changes: object) -> Step[State]:
        """The delivery goes on with this step."""
        return self.goes(name, self.delivery._replace(step=step), fault, **changes)

    def goes(
        self, name: str, delivery: Delivery, fault: bool = False, **changes: object
    ) -> Step[State]:
        of_state = {key: changes.pop(key) for key in State._fields if key in changes}
        attempts = self.state.attempts
        if changes:
            attempts = _changed(attempts, self.delivery.attempt, **changes)
        others = self.state.deliveries[: self.index] + self.state.deliveries[self.index + 1 :]
        deliveries = tuple(sorted((*others, delivery)))
        fields = {"attempts": attempts, "deliveries": deliveries, **of_state}
        return Step(name, self.state._replace(**fields), fault)  # type: ignore[arg-type]

    def acknowledges(self, name: str, message: Message) -> Step[State]:
        """The delivery returns success, which ends the message for all of its duplicates."""
        return self.goes(name, IDLE, messages=self.state.messages - {message})

    def time(self, name: str, number: int, fault: bool = True, **changes: object) -> Step[State]:
        """The attempt of this number changes, and no delivery goes on."""
        attempts = _changed(self.state.attempts, number, **changes)
        return Step(name, self.state._replace(attempts=attempts), fault)


def _changed(
    attempts: tuple[Attempt, ...], number: int, **changes: object
) -> tuple[Attempt, ...]:
    return _with(attempts, number, attempts[number]._replace(**changes))  # type: ignore[arg-type]


T = TypeVar("T")


def _with(items: tuple[T, ...], index: int, item: T) -> tuple[T, ...]:
    return (*items[:index], item, *items[index + 1 :])


def _name(message: Message) -> str:
    return "the storage event" if message == STORAGE_EVENT else f"chunk {message.chunk}'s event"
