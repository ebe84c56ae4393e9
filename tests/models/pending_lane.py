"""A model of the pending lane: steps 3 to 8 of docs/architecture.md, for one upload of one or two
chunks.

Deliveries of validate_and_parse seal the upload and publish its chunk events. Deliveries of
enrich_records load chunks into pending streams, and the one that finds all chunks done finalizes
the streams, decides and commits. Two deliveries run at the same time, of any messages, also of the
same one; each may stop between any two steps, for as long as it likes or for ever.

When events are published again, those of the attempt before are not delivered any more, although a
running delivery of one goes on; another delivery of them would do what one of the new ones does.

What is left out: the marker of an upload with several chunks, which can only add deliveries; an
empty stream whose claim lost its race; a staged chunk that is missing (seal 2); loads of which a
query sees only some rows; the announcement, which precedes finished.json.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from models.pending_failures import FailedChunks
from models.pending_rules import ALL_RULES, Rules, World
from models.pending_state import (
    COLLECTED,
    COMMITTED,
    FINALIZED,
    GONE,
    IDLE,
    LOST,
    NONE,
    OPEN,
    STORAGE_EVENT,
    VISIBLE,
    Attempt,
    Delivery,
    Message,
    State,
    Turn,
    changed_attempt,
)
from models.search import Step
from models.tuples import changed

# The properties, besides `search.DEAD_END`.
DOUBLED: Final = "doubled: the rows of two attempts became visible"
LOST_ROWS: Final = "lost: the upload is finished, and rows are missing"
EARLY: Final = "early: rows are visible without a decision to commit"
WASTED: Final = (
    "wasted: an attempt was abandoned although all of its streams are there and no chunk failed"
)


Steps = Iterator[Step[State]]


@dataclass(frozen=True, slots=True)
class PendingLane(FailedChunks):
    """The model for `search`. Each method named after a step yields what may happen there."""

    world: World
    rules: Rules = ALL_RULES

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
            if attempt.abandoned and not (LOST in attempt.streams or attempt.failed_and_done):
                yield WASTED

    def steps(self, state: State) -> Steps:
        yield from self._service(state)
        yield from self._late_failures(state)
        for index, delivery in enumerate(state.deliveries):
            if index and delivery == state.deliveries[index - 1]:
                continue  # The other process would do the same.
            turn = Turn(state, index)
            if delivery == IDLE:
                for message in state.messages:
                    yield self._look(turn, message, f"{message.name} is delivered")
            else:
                yield turn.goes("the delivery crashes or raises", IDLE, fault=True)
                yield from getattr(self, f"_{delivery.step}")(turn)

    def _events(self, attempt: int) -> frozenset[Message]:
        return frozenset(Message(attempt, chunk) for chunk in range(self.world.chunks))

    # What BigQuery and time do.

    def _service(self, state: State) -> Steps:
        turn = Turn(state, 0)
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
                of_chunk = f"{name}, chunk {chunk}"
                if stream == FINALIZED and may_lose and not attempt.young:
                    expired = changed(streams, chunk, LOST)
                    yield turn.time(f"{of_chunk}: the stream expires", number, streams=expired)
                if stream == COMMITTED:
                    collected = changed(streams, chunk, COLLECTED)
                    event = f"{of_chunk}: the committed stream is collected"
                    yield turn.time(event, number, streams=collected)

    # Steps 3 and 4 of the protocol, in validate_and_parse.

    def _seal(self, turn: Turn) -> Steps:
        """Create seals/1; whoever loses the race goes on with the one that stands."""
        yield turn.to("the seal is created", "publish", sealed=True)

    def _publish(self, turn: Turn) -> Steps:
        """Publish the chunk events from the seal, then return success."""
        messages = (turn.state.messages | self._events(0)) - {turn.delivery.message}
        yield turn.goes("the events are published, success", IDLE, messages=messages)

    # The start of each delivery: it reads the ledger.

    def _look(self, turn: Turn, message: Message, name: str) -> Step[State]:
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
            step = "heed" if self.world.fails else "load"
            step = step if rules.done_before_looking else "look_first"
        return turn.goes(f"{name}: attempt {number + 1}, {step}", Delivery(step, message, number))

    # Step 5: ChunkLoader.

    def _load(self, turn: Turn) -> Steps:
        """Claim the chunk's stream, or take the claimed one, and append at explicit offsets; rows
        that exist are a success. An append that is executed late changes nothing."""
        yield from self._fails(turn)
        chunk, streams = turn.delivery.message.chunk, turn.attempt.streams
        if streams[chunk] == NONE:
            if self.world.backlog:
                streams = tuple(LOST if s == FINALIZED else s for s in streams)
            streams = changed(streams, chunk, OPEN)
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

    def _done(self, turn: Turn) -> Steps:
        """Create the chunk's done mark."""
        chunk, streams = turn.delivery.message.chunk, turn.attempt.streams
        if not self.rules.finalize_late and streams[chunk] == OPEN:
            streams = changed(streams, chunk, FINALIZED)
        done = changed(turn.attempt.done, chunk, True)
        yield turn.to("the chunk is marked done", "survey", streams=streams, done=done)

    def _survey(self, turn: Turn) -> Steps:
        """Read all done marks. If one is missing, its chunk's message is not acknowledged yet, and
        this one may be."""
        if all(turn.attempt.done):
            yield turn.to("all chunks are done", "finalize")
        elif self.world.fails and self.rules.failed_read_after_done:
            yield turn.to("another chunk is not done", "heed_again")
        else:
            yield turn.acknowledges("another chunk is not done, success", turn.delivery.message)

    def _look_first(self, turn: Turn) -> Steps:
        """Only with `done_before_looking` off."""
        mine = turn.delivery.message.chunk
        last = all(done or chunk == mine for chunk, done in enumerate(turn.attempt.done))
        yield turn.to("the other done marks are read", "load_last" if last else "load_first")

    def _load_last(self, turn: Turn) -> Steps:
        yield from self._load(turn)

    def _load_first(self, turn: Turn) -> Steps:
        done = changed(turn.attempt.done, turn.delivery.message.chunk, True)
        messages = turn.state.messages - {turn.delivery.message}
        name = "the chunk is marked done, success"
        yield turn.goes(name, IDLE, done=done, messages=messages)

    # Step 6: UploadFinisher decides.

    def _finalize(self, turn: Turn) -> Steps:
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

    def _false_not_found(self, turn: Turn, call: str) -> Steps:
        if turn.attempt.young and not self.rules.young_not_found_is_doubted:
            yield turn.to(f"{call}: NOT_FOUND, which is false", "abandon", fault=True)

    def _decide(self, turn: Turn) -> Steps:
        """Create decision(a) = commit with the list of streams; what stands counts."""
        if turn.attempt.abandoned and self.rules.one_decision_object:
            yield turn.goes("the decision stands: abandoned, raise", IDLE)
        else:
            after = "commit" if self.rules.decide_before_commit else "finish"
            yield turn.to("decided: commit", after, commit=True)

    def _abandon(self, turn: Turn) -> Steps:
        """Create decision(a) = abandoned; what stands counts."""
        number = self._ends(turn)
        if number is None or (
            turn.state.attempts[number].commit and self.rules.one_decision_object
        ):
            yield turn.goes("the decision stands: commit, raise", IDLE)
        else:
            yield self._end(
                turn, f"decided: attempt {number + 1} abandoned", number, abandoned=True
            )

    # Step 7: UploadFinisher commits.

    def _commit(self, turn: Turn, gone: str = "gone") -> Steps:
        """Send the BatchCommit of the decision's streams. All are committed, or none."""
        streams = turn.attempt.streams
        named = list(range(len(streams)))
        if not self.rules.frozen_stream_list:
            named = [n for n in named if streams[n] not in GONE]
        there = [streams[n] for n in named]
        finish = "finish" if self.rules.decide_before_commit else "decide"
        proof = any if self.rules.one_committed_proves_all else all
        if there and all(s == FINALIZED for s in there):
            committed = tuple(COMMITTED if n in named else s for n, s in enumerate(streams))
            yield turn.to("the commit is executed", finish, streams=committed)
            yield turn.goes(
                "the commit is executed, answer lost", IDLE, fault=True, streams=committed
            )
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

    def _gone(self, turn: Turn, after: str = "count") -> Steps:
        """Raise until the oldest stream is 25 hours old; the letter names the hour."""
        if turn.attempt.old or not self.rules.dead_after_25_hours:
            yield turn.to("the answer is believed", after)
        else:
            yield turn.goes("the answer is too early, raise", IDLE)

    def _count(self, turn: Turn) -> Steps:
        """Count the visible rows of this load in a query."""
        found = self._sees_rows(turn)
        yield turn.to("rows are counted", "finish" if found else "bury")

    def _sees_rows(self, turn: Turn) -> bool:
        foreign = self.world.corrects and not self.rules.count_by_ingested_at
        return foreign or all(s in VISIBLE for s in turn.attempt.streams)

    def _count_first(self, turn: Turn) -> Steps:
        """Only with `repeat_before_counting` off."""
        found = self._sees_rows(turn)
        yield turn.to("rows are counted", "finish" if found else "commit_uncounted")

    def _commit_uncounted(self, turn: Turn) -> Steps:
        yield from self._commit(turn, "gone_uncounted")

    def _gone_uncounted(self, turn: Turn) -> Steps:
        yield from self._gone(turn, "bury")

    def _bury(self, turn: Turn) -> Steps:
        """Create dead(a)."""
        number = self._ends(turn)
        if number is None:
            yield turn.goes("dead stands, raise", IDLE)
        else:
            yield self._end(turn, f"attempt {number + 1} is marked dead", number, dead=True)

    def _finish(self, turn: Turn) -> Steps:
        """Create finished.json and return success. No other message can do more than that."""
        none = frozenset[Message]()
        yield turn.goes("finished.json is created, success", IDLE, finished=True, messages=none)

    # Step 8: load again.

    def _ends(self, turn: Turn) -> int | None:
        """The attempt that evidence about this delivery's attempt ends."""
        if self.rules.evidence_binds_its_attempt:
            return turn.delivery.attempt
        return next((n for n, a in enumerate(turn.state.attempts) if not a.ended), None)

    def _end(self, turn: Turn, name: str, number: int, **entry: bool) -> Step[State]:
        """End the attempt. The delivery goes on with the next one, or stops at the bound."""
        following = number + 1
        publishes = self.rules.republish_before_return and following < self.world.attempts
        at = Delivery("republish", turn.delivery.message, following) if publishes else IDLE
        attempts = changed_attempt(turn.state.attempts, number, **entry)
        return turn.goes(name, at, attempts=attempts)

    def _republish(self, turn: Turn) -> Steps:
        """Publish the events of the attempt and create republished.json. The delivery raises; its
        message is delivered again."""
        number = turn.delivery.attempt
        messages = turn.state.messages
        if not turn.state.finished:
            messages = self._events(number) | {m for m in messages if m.attempt > number}
        name = f"the events of attempt {number + 1} are published, raise"
        yield turn.goes(name, IDLE, messages=messages, republished=True)
