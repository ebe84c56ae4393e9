"""The entries of jobs: what operators start in the deployed console."""

from datetime import datetime

from csvgate.protocol.ledger.entries import Entry, ListedOutcome


class JobBegun(Entry):
    """An operator confirmed an action on selected letters."""

    title: str
    action: str
    """The action's name; empty if the job cannot be continued by another instance."""
    letters: tuple[tuple[str, str], ...] = ()
    """Topic and id of every selected letter, if the job can be continued."""
    total: int
    actor: str
    verified_by: str
    at: datetime
    reason: str = ""
    rate: float | None = None
    """The most letters per second."""


class JobClaim(Entry):
    """An instance works on the job, until it ends or another instance claims it."""

    instance: str
    at: datetime


class JobPart(Entry):
    """How far the claim has come. It is also the sign that its instance is alive."""

    at: datetime
    seen: int
    done: int
    skipped: int
    failed: int


class JobEnded(Entry):
    """The job is over."""

    at: datetime
    run: str = ""
    """The name in the audit log of the run that ended it."""
    stopped: bool = False
    error: str = ""
    not_done: tuple[ListedOutcome, ...] = ()
    """The first letters that were skipped or failed."""
