"""What the Storage Write API's answers to appends and commits mean for the delivery protocol.

The service commits all streams of a call or none, and each stream once, so a repeated commit finds
all of its streams committed.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, Final

import grpc
from google.api_core import exceptions as api
from google.cloud.bigquery_storage_v1.types import AppendRowsResponse, RowError, StorageError

from csvgate.gcp.errors import reason, translate
from csvgate.runtime.errors import Permanent, Transient

_CODES: Final = StorageError.StorageErrorCode
_SHOWN: Final = 5
"""Errors that a message quotes."""


class AppendResult(Enum):
    """An answer to an append after which the delivery can continue."""

    PRESENT = "the rows are in the stream, because of this append or an earlier one"
    FINALIZED = "the stream is finalized; its row count says whether it has the rows"


class BrokenConnection(Exception):
    """The connection is unusable; the append may continue on a new one."""


def append_result(response: AppendRowsResponse, stream: str, offset: int) -> AppendResult:
    """Interpret an answer; `offset` is that of the batch's first row. Raises BrokenConnection,
    Transient or Permanent for every other answer."""
    if not response.error.code and not response.row_errors:
        return AppendResult.PRESENT
    if response.row_errors:
        raise Permanent("rows.refused", _row_errors(response.row_errors, stream, offset))
    code = next(c for c in grpc.StatusCode if c.value[0] == response.error.code)
    error: api.GoogleAPICallError = api.from_grpc_status(  # type: ignore[no-untyped-call]
        code, response.error.message, details=response.error.details
    )
    return append_error_result(error, stream, offset)


def append_error_result(error: api.GoogleAPICallError, stream: str, offset: int) -> AppendResult:
    """Interpret an error that ended the connection, in the same way."""
    own = next((e.code for e in storage_errors(error.details)), None)
    text = reason(error)
    where = f"stream {stream}, offset {offset}"
    if own == _CODES.OFFSET_ALREADY_EXISTS or isinstance(error, api.AlreadyExists):
        return AppendResult.PRESENT
    if own in (_CODES.STREAM_FINALIZED, _CODES.STREAM_ALREADY_COMMITTED):
        return AppendResult.FINALIZED
    if isinstance(error, api.FailedPrecondition) and (
        "finalized" in text.lower() or "committed" in text.lower()
    ):
        return AppendResult.FINALIZED  # without a storage error; only the message says so
    if own == _CODES.OFFSET_OUT_OF_RANGE or isinstance(error, api.OutOfRange):
        # Another delivery's append of the earlier rows is still in flight, or has failed.
        raise Transient("append.gap", f"earlier rows are missing in {where}: {text}") from error
    if own == _CODES.SCHEMA_MISMATCH_EXTRA_FIELDS:
        # The table matched a moment ago. Either it has changed since, and the next comparison
        # will list the differences, or the service does not know its new columns yet.
        raise Transient("table.schema", f"{where}: {text}") from error
    if own in (_CODES.STREAM_NOT_FOUND, _CODES.TABLE_NOT_FOUND) or isinstance(error, api.NotFound):
        raise stream_gone(stream, text) from error
    if isinstance(error, api.Aborted | api.ServiceUnavailable | api.InternalServerError):
        raise BrokenConnection(text) from error
    raise translate(error, "bigquery", where) from error


def resolve_commit_errors(
    errors: Sequence[StorageError], streams: Sequence[str], is_committed: Callable[[str], bool]
) -> None:
    """Return if all streams are committed already, and raise Transient or Permanent otherwise.
    `is_committed` asks the service about one stream that the errors do not mention."""
    committed = {error.entity for error in errors if _reports_committed(error)}
    if committed or any(error.code == _CODES.STREAM_ALREADY_COMMITTED for error in errors):
        left = [name for name in streams if name not in committed and not is_committed(name)]
        if left:
            # BigQuery never does this, since it commits all or none. bqemulator does for a moment,
            # while another commit is running, so giving up would be wrong.
            raise Transient(
                "commit.contradictory",
                f"{len(streams) - len(left)} of {len(streams)} streams are already committed, but"
                f" not {', '.join(left[:_SHOWN])}; if this persists, a different set of streams"
                " was committed",
            )
        return
    for error in errors:
        if error.code == _CODES.STREAM_NOT_FOUND:
            raise stream_gone(error.entity, error.error_message)
    text = "; ".join(
        f"{error.entity}: {_CODES(error.code).name} {error.error_message}"
        for error in errors[:_SHOWN]
    )
    if any(error.code == _CODES.INVALID_STREAM_TYPE for error in errors):
        raise Permanent("commit.refused", f"these are not pending streams: {text}")
    raise Transient("commit.refused", text or "BigQuery returned neither a commit time nor errors")


def stream_gone(stream: str, text: str) -> Permanent:
    return Permanent(
        "stream.gone",
        f"stream {stream} no longer exists ({text}). A pending stream expires after a day, and is"
        " deleted with its table. Replay this dead letter to read the upload again from its file",
    )


def storage_errors(details: Any) -> list[StorageError]:
    """Return the Storage Write API's own errors among the details of a gRPC status."""
    found = []
    for detail in details or ():
        error = StorageError()
        if hasattr(detail, "Unpack") and detail.Unpack(StorageError.pb(error)):
            found.append(error)
    return found


def _reports_committed(error: StorageError) -> bool:
    # bqemulator only reports it in the second way.
    return error.code == _CODES.STREAM_ALREADY_COMMITTED or (
        error.code == _CODES.INVALID_STREAM_STATE and "state=COMMITTED" in error.error_message
    )


def _row_errors(errors: Any, stream: str, offset: int) -> str:
    first = "; ".join(
        f"row {offset + error.index} {RowError.RowErrorCode(error.code).name} {error.message[:200]}"
        for error in errors[:_SHOWN]
    )
    return f"BigQuery refused {len(errors)} rows of stream {stream}; the first are: {first}"
