"""A delivery that has stood still while its upload ended and was revoked does not load it again."""

from datetime import timedelta

from csvgate.protocol.ledger.attempts import current_attempt
from csvgate_ops.operate.uploads import status
from fakes.effects import Effect
from unit.operate.undo.undoing import ORIGINAL, id_of, revoke_in
from unit.protocol.orders import orders
from world import VALIDATED, World, published


def test_rows_that_were_revoked_are_not_taken_for_rows_that_were_never_loaded() -> None:
    """BigQuery has forgotten the streams, so that only the rows show whether the commit took
    effect."""
    world = World(chunk_bytes=1000)
    world.validate(world.upload(ORIGINAL, orders(40)))
    upload, commits = id_of(world, ORIGINAL), 0

    def after(effect: Effect) -> None:
        if effect.kind == "bigquery.commit":
            world.effects.after = lambda _: None
            for stream in list(world.warehouse.streams):
                world.warehouse.expire(stream)
            world.now += timedelta(hours=26)
            raise RuntimeError("its answer is lost")

    def before(effect: Effect) -> None:
        """Everything else happens while the delivery that repeats the commit stands still."""
        nonlocal commits
        commits += effect.kind == "bigquery.commit"
        if commits == 2:
            commits += 1
            last = world.publisher.topics[VALIDATED][-1]
            assert "completed" == world.enricher()(published(last, 1))
            assert 40 == revoke_in(world, upload).removed

    world.effects.before, world.effects.after = before, after
    world.drain()
    assert commits > 2
    assert [] == world.warehouse.rows("sales.orders")
    assert 1 == current_attempt(world.ledger.upload(upload)).number
    assert "revoked" == status(world.ledger, upload).state
