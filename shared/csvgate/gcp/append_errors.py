"""What the Storage Write API's answers to an append mean for the protocol."""

from enum import Enum
from typing import Any

import grpc
from google.api_core import exceptions as api
from google.cloud.bigquery_storage_v1.types import AppendRowsResponse, RowError, StorageError

from csvgate.gcp.errors import reason, translate
from csvgate.runtime.errors import Permanent, Transient

_CODES = StorageError.StorageErrorCode
_SHOWN = 5


class Verdict(Enum):
    PRESENT = "the rows are in the stream, from now or from before"
    CLOSED = "the stream is finalized: whether they are in it, its row count tells"


class Broken(Exception):
    """The connection is of no more use; on another one it may go on."""


def storage_errors(details: Any) -> list[StorageError]:
    """The service's own errors among the details of a status."""
    found = []
    for detail in details or ():
        error = StorageError()
        if hasattr(detail, "Unpack") and detail.Unpack(StorageError.pb(error)):
            found.append(error)
    return found


def of_response(response: AppendRowsResponse, stream: str, offset: int) -> Verdict:
    """Raises Broken, Transient or Permanent when it is neither. `offset` is the first row's."""
    if not response.error.code and not response.row_errors:
        return Verdict.PRESENT
    if response.row_errors:
        raise Permanent("rows.refused", _row_errors(response.row_errors, stream, offset))
    code = next(c for c in grpc.StatusCode if c.value[0] == response.error.code)
    error: api.GoogleAPICallError = api.from_grpc_status(  # type: ignore[no-untyped-call]
        code, response.error.message, details=response.error.details
    )
    return of_error(error, stream, offset)


def of_error(error: api.GoogleAPICallError, stream: str, offset: int) -> Verdict:
    """The same for an error that ended the connection."""
    own = next((e.code for e in storage_errors(error.details)), None)
    words = reason(error)
    where = f"stream {stream}, offset {offset}"
    if own == _CODES.OFFSET_ALREADY_EXISTS or isinstance(error, api.AlreadyExists):
        return Verdict.PRESENT
    if own in (_CODES.STREAM_FINALIZED, _CODES.STREAM_ALREADY_COMMITTED):
        return Verdict.CLOSED
    if isinstance(error, api.FailedPrecondition) and "finalized" in words.lower():
        return Verdict.CLOSED  # said in words only
    if isinstance(error, api.FailedPrecondition) and "committed" in words.lower():
        return Verdict.CLOSED
    if own == _CODES.OFFSET_OUT_OF_RANGE or isinstance(error, api.OutOfRange):
        # Somebody else's append before ours is still on its way, or failed.
        raise Transient("append.gap", f"rows before are missing in {where}: {words}") from error
    if own == _CODES.SCHEMA_MISMATCH_EXTRA_FIELDS:
        # The table has just been compared: it changed since, which the next comparison will
        # say in full, or the service has not heard of its new columns yet.
        raise Transient("table.schema", f"{where}: {words}") from error
    if own in (_CODES.STREAM_NOT_FOUND, _CODES.TABLE_NOT_FOUND) or isinstance(error, api.NotFound):
        raise gone(stream, words) from error
    if isinstance(error, api.Aborted | api.ServiceUnavailable | api.InternalServerError):
        raise Broken(words) from error
    raise translate(error, "bigquery", where) from error


def gone(stream: str, words: str) -> Permanent:
    return Permanent(
        "stream.gone",
        f"stream {stream} is no more ({words}): a pending stream lives a day, and dies with its"
        " table. Replay this letter: the upload is then read again from its file",
    )


def _row_errors(errors: Any, stream: str, offset: int) -> str:
    first = "; ".join(
        f"row {offset + error.index} {RowError.RowErrorCode(error.code).name} {error.message[:200]}"
        for error in errors[:_SHOWN]
    )
    return f"BigQuery refused {len(errors)} rows of stream {stream}, first {first}"
