"""The part of the pending lane that is about a chunk which fails permanently: `failed_chunk.py` of
enrich_records. A dead letter is a message that can be delivered again, by its replay."""

from collections.abc import Iterator
from typing import Final

from models.pending_rules import Rules, World
from models.pending_state import IDLE, State, Turn
from models.search import Step

NONE_FAILED: Final = -1

Steps = Iterator[Step[State]]


class FailedChunks:
    """Steps of deliveries around failed.json."""

    world: World
    rules: Rules

    def _heed(self, turn: Turn) -> Steps:
        """Read failed.json before the chunk is computed."""
        failed, mine = turn.attempt.failed, turn.delivery.message.chunk
        mine_too = self.rules.failed_chunk_is_computed_again
        if failed == NONE_FAILED or (failed == mine and mine_too):
            yield turn.to("no other chunk has failed", "load")
        else:
            yield turn.to(f"chunk {failed} has failed", "believe")

    def _heed_again(self, turn: Turn) -> Steps:
        """Read failed.json after the chunk was marked done, and another chunk was found undone."""
        failed = turn.attempt.failed
        if failed == NONE_FAILED:
            message = turn.delivery.message
            yield turn.acknowledges("another chunk is not done, success", message)
        else:
            yield turn.to(f"chunk {failed} has failed", "believe")

    def _believe(self, turn: Turn) -> Steps:
        """Look whether the failed chunk is done. If not, its message remains."""
        if self.rules.failed_unless_done and turn.attempt.done[turn.attempt.failed]:
            yield turn.to("the failed chunk is done", "abandon")
        else:
            yield turn.acknowledges("the failed chunk is not done, success", turn.delivery.message)

    def _fails(self, turn: Turn) -> Steps:
        """Fail to compute the chunk."""
        if self.world.fails and turn.delivery.attempt < self.world.attempts - 1:
            yield turn.to("the chunk fails", "fail", fault=True)

    def _fail(self, turn: Turn) -> Steps:
        """Create failed.json; what stands counts."""
        mine = turn.delivery.message.chunk
        failed = mine if turn.attempt.failed == NONE_FAILED else turn.attempt.failed
        yield turn.to(f"chunk {failed} stands as failed", "failed", failed=failed)
        yield turn.goes("failed.json: no answer, raise", IDLE, fault=True, late_failed=mine)

    def _failed(self, turn: Turn) -> Steps:
        """Look at the decision, then send the letter or give way to the chunk that stands."""
        if turn.attempt.ended or turn.attempt.commit:
            yield turn.goes("the attempt is decided, raise", IDLE)
        elif turn.attempt.failed == turn.delivery.message.chunk:
            yield turn.goes("the letter is sent", IDLE)
        else:
            yield turn.to("another chunk failed first", "believe")

    def _late_failures(self, state: State) -> Steps:
        """The service executes a create of failed.json that its client gave up."""
        for number, attempt in enumerate(state.attempts):
            if attempt.late_failed != NONE_FAILED:
                failed = attempt.late_failed if attempt.failed == NONE_FAILED else attempt.failed
                name = f"attempt {number + 1}: the late failed.json is created"
                yield Turn(state, 0).time(name, number, failed=failed, late_failed=NONE_FAILED)
