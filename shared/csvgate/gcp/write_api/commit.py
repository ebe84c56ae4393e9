"""Settles a commit that the Storage Write API answered with errors.

The service commits all streams of a call or none, and each stream only once. One committed stream
therefore proves that the whole commit has taken effect.
"""

from collections.abc import Callable, Sequence
from typing import Final

from google.api_core import exceptions as api
from google.cloud.bigquery_storage_v1.types import StorageError

from csvgate.gcp.errors import answer
from csvgate.gcp.write_api.errors import CODES, SHOWN, UNCLEAR, reports_committed, storage_errors
from csvgate.gcp.write_api.state import StreamState, stream_gone
from csvgate.runtime.errors import Permanent, Transient
from csvgate.runtime.library_words import service_words

ASKED: Final = 10
"""The most streams of a commit whose state is asked for: the service commits all of them together,
and deletes them at about the same time."""


def commit_errors(error: api.GoogleAPICallError, parent: str) -> list[StorageError]:
    """Return the errors of a commit that failed as a whole; none if it says nothing about the
    streams or their table."""
    if found := storage_errors(error.details):
        return found
    if isinstance(error, api.NotFound):
        code = CODES.TABLE_NOT_FOUND
    elif isinstance(error, api.FailedPrecondition):
        code = CODES.INVALID_STREAM_STATE
    else:
        return []
    return [StorageError(code=code, entity=parent, error_message=answer(error))]


def settle_commit(
    errors: Sequence[StorageError], streams: Sequence[str], state: Callable[[str], StreamState]
) -> None:
    """Return if the streams are committed. Raises StreamGone if one of them is lost, and Transient
    or Permanent `commit.refused` otherwise. `state` asks the service about one stream."""
    if any(reports_committed(error) for error in errors):
        return
    text = "; ".join(
        f"{error.entity}: {CODES(error.code).name} {service_words(error.error_message)}"
        for error in errors[:SHOWN]
    )
    if any(error.code == CODES.INVALID_STREAM_TYPE for error in errors):
        raise Permanent("commit.refused", f"these are not pending streams: {text}")
    if any(error.code in UNCLEAR for error in errors):
        named = [error.entity for error in errors if error.entity in set(streams)]
        gone = None
        for stream in list(dict.fromkeys([*named, *streams]))[:ASKED]:
            found = state(stream)
            if found is StreamState.COMMITTED:
                return
            if found is StreamState.GONE:
                gone = gone or stream
        if gone is not None:
            raise stream_gone(gone, text)
    raise Transient(
        "commit.refused",
        text
        or "BigQuery answered the commit with neither a commit time nor errors; a retry asks again",
    )
