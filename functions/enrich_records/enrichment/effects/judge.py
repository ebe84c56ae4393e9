"""Judge a load by what the log of its scope says. Pure.

The order of loads is that of the creation of their objects, not of their arrival.
"""

from datetime import datetime
from typing import Protocol

from csvgate.contracts.effects import Disposition
from csvgate.effects.model import Staged
from csvgate.effects.ranges import union
from csvgate.protocol.ledger.effect_entries import (
    CurrentRows,
    ReplacedTable,
    ScopeState,
)
from csvgate.protocol.ledger.entries import Received


class Judged(Protocol):
    """What the judgement of a load depends on."""

    @property
    def disposition(self) -> Disposition: ...

    @property
    def origin(self) -> Received: ...

    @property
    def staged(self) -> Staged: ...

    @property
    def is_correction(self) -> bool: ...


def superseded(state: ScopeState, load: Judged) -> str:
    """Return why the load comes too late, for people; empty if it does not. Rows that are replaced
    one by one, or merged, are compared by the statement itself."""
    if load.disposition == "replace":
        return _by_generation(state, load)
    return _by_table(state, load)


def state_after(state: ScopeState, load: Judged) -> ScopeState:
    """Return the state of the scope once the load is carried out."""
    upload, staged = load.origin.upload, load.staged
    if load.disposition == "replace_table" and not load.is_correction:
        replaced = ReplacedTable(upload=upload.id, created_at=load.origin.created_at)
        return state.model_copy(update={"replaced": replaced})
    if load.disposition != "replace":
        return state
    rows, range_ = staged.rows, staged.range
    if load.is_correction and (before := state.current):
        rows += before.rows
        range_ = union(before.range, range_) if before.rows else range_
    current = CurrentRows(
        upload=upload.id,
        generation=upload.generation,
        created_at=load.origin.created_at,
        rows=rows,
        range=range_,
    )
    return state.model_copy(update={"current": current})


def _by_generation(state: ScopeState, load: Judged) -> str:
    ours, current = load.origin.upload, state.current
    if load.is_correction:
        if current is not None and current.upload == ours.id:
            return ""
        by = f": generation {current.generation} has replaced it" if current else ""
        return (
            f"the rows of upload {ours.id}, which this file corrects, are not in the table any "
            f"more{by}. Nothing was changed"
        )
    if current is None:
        return ""
    if (current.created_at, current.generation) <= (load.origin.created_at, ours.generation):
        return ""
    return (
        f"generation {current.generation} of this object is newer, created at "
        f"{_at(current.created_at)}, and is loaded as upload {current.upload}. Nothing was changed"
    )


def _by_table(state: ScopeState, load: Judged) -> str:
    ours, newest = load.origin, state.replaced
    if newest is None or newest.upload == ours.upload.id:
        return ""
    if (newest.created_at, newest.upload) < (ours.created_at, ours.upload.id):
        return ""
    return (
        f"upload {newest.upload}, whose object is newer, created at {_at(newest.created_at)}, has "
        "replaced the table. Nothing was changed"
    )


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
