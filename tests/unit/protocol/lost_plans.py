"""A failure of enrich_records for good: the ledger forgets the plan of what is under way."""

from world import World


def forget_plans(world: World) -> None:
    """Of every upload that has not ended; its messages become dead letters `plan.unknown`."""
    ledger = world.store.buckets["ledger"]
    for name in [n for n in ledger if n.endswith("/plan.json")]:
        if f"{name.split('/plans/')[0]}/finished.json" not in ledger:
            world.store.delete("ledger", name)
