"""What a refused commit means. The service commits all streams of a call or none, and each stream
once, so a commit that is repeated finds all of them committed."""

from collections.abc import Callable, Sequence
from typing import Final

from google.cloud.bigquery_storage_v1.types import StorageError

from csvgate.gcp.append_errors import gone
from csvgate.runtime.errors import Permanent, Transient

_CODES: Final = StorageError.StorageErrorCode
_SHOWN: Final = 5


def settle(
    errors: Sequence[StorageError], streams: Sequence[str], is_committed: Callable[[str], bool]
) -> None:
    """Returns when all streams are committed already; raises otherwise. `is_committed` asks the
    service about one stream, where the errors do not say."""
    named = {error.entity: error for error in errors}
    done = {entity for entity, error in named.items() if _says_committed(error)}
    if done or any(error.code == _CODES.STREAM_ALREADY_COMMITTED for error in errors):
        left = [name for name in streams if name not in done and not is_committed(name)]
        if left:
            # Cannot be, as the service commits all or none; but if it is only passing (bqemulator
            # shows it while another commit is under way), giving up would be wrong.
            raise Transient(
                "commit.contradictory",
                f"{len(streams) - len(left)} of {len(streams)} streams are committed already, but"
                f" not {', '.join(left[:_SHOWN])}: if it stays so, another set was committed",
            )
        return
    for error in errors:
        if error.code == _CODES.STREAM_NOT_FOUND:
            raise gone(error.entity, error.error_message)
    words = "; ".join(
        f"{error.entity}: {_CODES(error.code).name} {error.error_message}"
        for error in errors[:_SHOWN]
    )
    if any(error.code == _CODES.INVALID_STREAM_TYPE for error in errors):
        raise Permanent("commit.refused", f"not pending streams: {words}")
    raise Transient("commit.refused", words or "neither a commit time nor an error came back")


def _says_committed(error: StorageError) -> bool:
    # bqemulator has the second spelling only.
    return error.code == _CODES.STREAM_ALREADY_COMMITTED or (
        error.code == _CODES.INVALID_STREAM_STATE and "state=COMMITTED" in error.error_message
    )
