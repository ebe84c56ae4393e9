"""Asks what has become of a stream whose state another call's error leaves open."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

from google.api_core import exceptions as api
from google.cloud.bigquery_storage_v1.types import WriteStream

from csvgate.gcp.errors import translated
from csvgate.gcp.write_api.errors import UnclearState
from csvgate.ports import StreamCommitted, StreamGone
from csvgate.runtime.errors import Transient


class StreamState(Enum):
    COMMITTED = "a pending stream that is committed"
    FOUND = "any other stream that exists"
    GONE = "not found"


def stream_state(get: Callable[[], Any], stream: str) -> StreamState:
    """Return the state of a stream. `get` calls `get_write_stream`. Raises Transient."""
    with translated("bigquery", stream):
        try:
            found = get()
        except api.NotFound:
            return StreamState.GONE
    # A stream of type COMMITTED has a commit time from the beginning.
    committed = found.type_ != WriteStream.Type.COMMITTED and found.commit_time
    return StreamState.COMMITTED if committed else StreamState.FOUND


@contextmanager
def state_asked(stream: str, state: Callable[[str], StreamState]) -> Iterator[None]:
    """Replace an UnclearState that the body raises: StreamCommitted, StreamGone, or Transient
    `stream.unclear` if the stream exists."""
    try:
        yield
    except UnclearState as unclear:
        found = state(stream)
        if found is StreamState.GONE:
            raise stream_gone(stream, str(unclear)) from unclear
        if found is StreamState.COMMITTED:
            raise StreamCommitted("stream.committed", f"{stream} is committed") from unclear
        raise Transient(
            "stream.unclear",
            f"BigQuery refused a call because of stream {stream} or its table ({unclear}), but"
            " finds the stream when asked; a retry may succeed",
        ) from unclear


def stream_gone(stream: str, text: str) -> StreamGone:
    return StreamGone(
        "stream.gone",
        f"stream {stream} was not found ({text}). BigQuery does not find some streams in the first"
        " seconds; it deletes a finalized one after 4 hours, a pending one after 24 hours, and"
        " every stream with its table",
    )
