"""Which revisions of a function get its events.

The Cloud Functions API knows only the function that was deployed last. Its Cloud Run service has a
revision for each deploy, and says how large a share of the requests each of them gets.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from csvgate.protocol import events
from csvgate.protocol.identity import PROTOCOL_VERSION
from csvgate_ops.deploy.kinds import run_service
from csvgate_ops.deploy.kinds.kind import Reader
from csvgate_ops.deploy.plan.model import Command, Fields, Lookup, Place, Step

BEFORE_LABEL: Final = "csvgate-before"
"""The label of a function with the revision that had all events when it was deployed last."""
MESSAGES_LABEL: Final = "csvgate-messages"
"""The label of a function with the versions of the messages that it reads and writes."""
UNKNOWN: Final[Fields] = {"traffic": "", "latest": ""}
_TYPES: Final = (
    *(events.RECORDS_VALIDATED, events.UPLOAD_VALIDATED, events.UPLOAD_COMPLETED),
    *(events.UPLOAD_REJECTED, events.UPLOAD_FAILED, events.UPLOAD_REVOKED, events.DEAD_LETTER),
)


def messages() -> str:
    """Return a digest of the versions of all messages and of the delivery protocol. Functions for
    which it is equal can read each other's messages."""
    text = "\n".join((*_TYPES, str(PROTOCOL_VERSION)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def observed(place: Place, reader: Reader) -> Mapping[str, Fields]:
    """Return by function the shares of its revisions, as `traffic`, and its latest revision."""
    listed = reader.read(run_service.listing(place))
    return {item["metadata"]["name"]: _fields(item.get("status", {})) for item in listed}


def _fields(status: Mapping[str, Any]) -> Fields:
    shares: dict[str, int] = {}
    for target in status.get("traffic", ()):
        revision, percent = target.get("revisionName", ""), target.get("percent", 0)
        if revision and percent:
            shares[revision] = shares.get(revision, 0) + percent
    latest = status.get("latestReadyRevisionName", "")
    return {"traffic": as_text(shares), "latest": latest}


def as_text(shares: Mapping[str, int]) -> str:
    """Return `a=90,b=10`, the largest share first."""
    ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    return ",".join(f"{revision}={percent}" for revision, percent in ordered)


def shares(found: Fields) -> dict[str, int]:
    """Return the percentage of each revision that gets events."""
    pairs = (pair.partition("=") for pair in str(found["traffic"]).split(",") if pair)
    return {revision: int(percent) for revision, _, percent in pairs}


def whole(found: Fields) -> str:
    """Return the revision that gets all events or, during a canary, got them before it; "" if that
    is unknown."""
    present = shares(found)
    if len(present) == 1:
        return next(iter(present))
    before = str(found["before"])
    return before if before in present else next(iter(present), "")


def is_split(found: Fields) -> bool:
    return len(shares(found)) > 1


def state(found: Fields) -> str:
    """Return what is unusual about the traffic, for people; "" if the latest revision gets all."""
    present, latest = shares(found), str(found["latest"])
    if len(present) > 1:
        parts = (f"{percent}% of the events go to {name}" for name, percent in present.items())
        return f"canary: {', '.join(parts)}"
    if present and latest not in present:
        return f"all events go to {next(iter(present))}, and none to the latest revision {latest}"
    return ""


def keep(place: Place, name: str, revision: str) -> Command:
    """Return the command that lets a revision have all events, also after the next deploy."""
    why = f"function {name}: all events go to {revision}"
    return _update(place, name, f"--to-revisions={revision}=100", why)


def to_latest(place: Place, name: str) -> Command:
    why = f"function {name}: all events go to the latest revision"
    return _update(place, name, "--to-latest", why)


def split(place: Place, name: str, before: str, percent: int) -> tuple[Step, ...]:
    """Return the steps that give the latest revision this share, and the rest to another one."""
    variable = f"{name.upper().replace('-', '_')}_REVISION"
    describe = (
        *run_service.GROUP,
        "describe",
        name,
        "--format=value(status.latestReadyRevisionName)",
    )
    parts = f"${{{variable}}}={percent},{before}={100 - percent}"
    why = f"function {name}: {percent}% of the events go to the new revision"
    return (
        Lookup(variable, (*describe, *run_service.where(place))),
        _update(place, name, f"--to-revisions={parts}", why),
    )


def _update(place: Place, name: str, flag: str, why: str) -> Command:
    return Command(
        (*run_service.GROUP, "update-traffic", name, flag, *run_service.where(place)), why
    )
