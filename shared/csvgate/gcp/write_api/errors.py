"""What the Storage Write API's errors mean for the delivery protocol.

Messages name errors by their codes. The service's words about a call that sends rows may quote
them, also without quotation marks.
"""

import re
from collections.abc import Collection
from enum import Enum
from typing import Any, Final

import grpc
from google.api_core import exceptions as api
from google.cloud.bigquery_storage_v1.types import AppendRowsResponse, RowError, StorageError

from csvgate.gcp.errors import answer, translate
from csvgate.ports import StreamCommitted
from csvgate.runtime.errors import Permanent, Transient
from csvgate.runtime.library_words import library_words, names_in

CODES: Final = StorageError.StorageErrorCode
UNCLEAR: Final = (CODES.STREAM_NOT_FOUND, CODES.TABLE_NOT_FOUND, CODES.INVALID_STREAM_STATE)
"""Errors about a stream that is lost, and about one that exists: NOT_FOUND is also reported for
streams and tables that were created seconds ago, and INVALID_STREAM_STATE means "not finalized or
is garbaged" (the client's reference)."""
SHOWN: Final = 5
"""Errors that a message quotes."""
# bqemulator reports a committed stream only in words.
_COMMITTED: Final = re.compile(r"already (been )?committed|(stream is |state=)committed", re.I)
_FINALIZED: Final = re.compile(r"finalized", re.I)


class AppendResult(Enum):
    """An answer to an append after which the delivery can continue."""

    APPENDED = "this append has put the rows into the stream"
    PRESENT = "rows were already there at this offset"
    FINALIZED = "the stream is finalized; its row count says whether it has the rows"


class BrokenConnection(Exception):
    """The connection is unusable; the append may continue on a new one."""


class UnclearState(Exception):
    """The service does not find the stream or its table, or says that the stream's state forbids
    the call. Only `get_write_stream` shows what has become of it."""


def append_result(
    response: AppendRowsResponse, stream: str, offset: int, columns: Collection[str]
) -> AppendResult:
    """Interpret an answer; `offset` is that of the batch's first row, and `columns` are the names
    that a message may repeat. Raises BrokenConnection, UnclearState, Transient or Permanent for
    every other answer."""
    if not response.error.code and not response.row_errors:
        return AppendResult.APPENDED
    if response.row_errors:
        raise Permanent("rows.refused", _row_errors(response.row_errors, stream, offset, columns))
    code = next(c for c in grpc.StatusCode if c.value[0] == response.error.code)
    error: api.GoogleAPICallError = api.from_grpc_status(  # type: ignore[no-untyped-call]
        code, response.error.message, details=response.error.details
    )
    return append_error_result(error, stream, offset)


def append_error_result(error: api.GoogleAPICallError, stream: str, offset: int) -> AppendResult:
    """Interpret an error that ended the connection, in the same way."""
    own, text = own_code(error), words(error)
    where = f"stream {stream}, offset {offset}"
    if own == CODES.OFFSET_ALREADY_EXISTS or isinstance(error, api.AlreadyExists):
        return AppendResult.PRESENT
    if own == CODES.STREAM_FINALIZED:
        return AppendResult.FINALIZED
    if own == CODES.OFFSET_OUT_OF_RANGE or isinstance(error, api.OutOfRange):
        # Another delivery's append of the earlier rows is still in flight, or has failed.
        raise Transient("append.gap", f"earlier rows are missing in {where}: {text}") from error
    if own == CODES.SCHEMA_MISMATCH_EXTRA_FIELDS:
        # The table matched a moment ago. Either it has changed since, and the next comparison
        # will list the differences, or the service does not know its new columns yet.
        raise Transient(
            "table.schema",
            f"{where}: {text}. The table was altered: if the service does not know its columns yet,"
            " a retry after some minutes continues; otherwise the retry names what differs",
        ) from error
    raise_state(error, stream, finalized_is_unclear=False)
    if isinstance(error, api.FailedPrecondition):
        return AppendResult.FINALIZED  # without a storage error; only the message says so
    if isinstance(error, api.Aborted | api.ServiceUnavailable | api.InternalServerError):
        raise BrokenConnection(text) from error
    raise translate(error, "bigquery", where, text) from error


def raise_state(
    error: api.GoogleAPICallError, stream: str, *, finalized_is_unclear: bool = True
) -> None:
    """Raise StreamCommitted if the error says that the stream is committed, and UnclearState if it
    is about the stream's existence or state; return for all others. An error that only says in
    words that the stream is finalized counts as unclear unless `finalized_is_unclear` is False."""
    own, text, said = own_code(error), words(error), answer(error)
    if own == CODES.STREAM_ALREADY_COMMITTED or _COMMITTED.search(said):
        raise StreamCommitted("stream.committed", f"{stream} is committed: {text}") from error
    precondition = isinstance(error, api.FailedPrecondition) and (
        finalized_is_unclear or not _FINALIZED.search(said)
    )
    if own in UNCLEAR or isinstance(error, api.NotFound) or precondition:
        raise UnclearState(text) from error


def words(error: api.GoogleAPICallError) -> str:
    """Return what a message may say about an error: its class and its StorageErrorCode."""
    own = own_code(error)
    return library_words(error) if own is None else f"{library_words(error)} {CODES(own).name}"


def own_code(error: api.GoogleAPICallError) -> Any:
    """Return the StorageErrorCode of an error; None if it has none."""
    return next((own.code for own in storage_errors(error.details)), None)


def storage_errors(details: Any) -> list[StorageError]:
    """Return the Storage Write API's own errors among the details of a gRPC status."""
    found = []
    for detail in details or ():
        error = StorageError()
        if hasattr(detail, "Unpack") and detail.Unpack(StorageError.pb(error)):
            found.append(error)
    return found


def reports_committed(error: StorageError) -> bool:
    """Return whether an error of a commit says that its stream is committed already."""
    return error.code == CODES.STREAM_ALREADY_COMMITTED or bool(
        _COMMITTED.search(error.error_message)
    )


def _row_errors(errors: Any, stream: str, offset: int, columns: Collection[str]) -> str:
    first = "; ".join(_row_error(error, offset, columns) for error in errors[:SHOWN])
    return f"BigQuery refused {len(errors)} rows of stream {stream}; the first are: {first}"


def _row_error(error: Any, offset: int, columns: Collection[str]) -> str:
    named = ", ".join(names_in(error.message, columns))
    code = RowError.RowErrorCode(error.code).name
    return f"row {offset + error.index} {code}{f' ({named})' if named else ''}"
