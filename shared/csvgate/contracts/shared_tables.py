"""Contracts that load into the same table have to agree on the keys that it keeps."""

from collections.abc import Iterable

from csvgate.contracts.effects import keys_in_table
from csvgate.contracts.model import Contract
from csvgate.contracts.reading.mistakes import Complaints


def disagreements(contract: Contract, others: Iterable[Contract]) -> Complaints:
    """Yield the contracts that load into the same table without keeping the same keys. Rows that
    one of them adds would repeat keys on which the other one, and BigQuery's optimiser, relies."""
    mine = contract.destination
    for other in others:
        theirs = other.destination
        if (mine.dataset, mine.table) != (theirs.dataset, theirs.table):
            continue
        if _kept(contract) != _kept(other):
            yield (
                ("destination", "table"),
                f"contract {other.dataset} loads into {mine.dataset}.{mine.table} too, and only "
                "with the same `merge` key and `latest_by`, or the same keys that are unique in "
                "the table, can both keep them; make them alike, or name another table",
            )


def _kept(contract: Contract) -> object:
    """Return what the contract guarantees about rows of the table; None if nothing."""
    if contract.merge is not None:
        return "merge", frozenset(contract.merge.key), contract.merge.latest_by
    return frozenset(keys_in_table(contract)) or None
