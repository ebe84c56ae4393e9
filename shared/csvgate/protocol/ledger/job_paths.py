"""The paths of the jobs of the deployed console, in the form of `paths`."""

from typing import Final

from csvgate.protocol.ledger.entries import Timestamp
from csvgate.protocol.ledger.job_entries import JobBegun, JobClaim, JobEnded, JobPart
from csvgate.protocol.ledger.paths import EntryPath, LedgerPath

_J: Final = "jobs/{job}/"

JOB_BEGUN: Final = EntryPath(
    _J + "begun.json", "an operator confirmed an action in the deployed console", JobBegun
)
JOB_CLAIM: Final = EntryPath(
    _J + "claims/{claim:04d}.json", "the instance that works on the job", JobClaim
)
JOB_PART: Final = EntryPath(
    _J + "parts/{claim:04d}-{number:06d}.json", "how far that instance has come", JobPart
)
JOB_STOP: Final = EntryPath(_J + "stop.json", "an operator wants the job to stop", Timestamp)
JOB_ENDED: Final = EntryPath(_J + "ended.json", "the job is over", JobEnded)

TABLE: Final = tuple(found for found in list(globals().values()) if isinstance(found, LedgerPath))
"""Every kind of object, in the order of this file."""
