"""Uploads a file, and follows the upload in the ledger to its end."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger.ledger import Ledger
from csvgate_ops.cli.session import Session
from csvgate_ops.operate.uploads import ENDED, UploadStatus, status

_POLL_SECONDS = 0.25


class _Counting:
    """A file that reports how many bytes were read from it."""

    def __init__(self, file: BinaryIO, advance: Callable[[int], None]) -> None:
        self._file = file
        self._advance = advance

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._advance(len(data))
        return data

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


def send(
    session: Session, path: Path, name: str, advance: Callable[[int], None] = lambda _: None
) -> Upload:
    """Upload the file to the uploads bucket. `advance` is called with the bytes sent since its
    last call."""
    bucket = session.bucket("uploads")
    blob = session.storage().bucket(bucket).blob(name)
    with path.open("rb") as file:
        counting = cast(BinaryIO, _Counting(file, advance))
        blob.upload_from_file(counting, size=path.stat().st_size, content_type="text/csv")
    return Upload(bucket, name, int(blob.generation))


def follow(ledger: Ledger, upload_id: str, timeout_seconds: float) -> Iterator[UploadStatus]:
    """Yield each new status until the upload has ended or the timeout is over."""
    deadline = time.monotonic() + timeout_seconds
    last: UploadStatus | None = None
    while True:
        now = status(ledger, upload_id)
        if now != last:
            yield now
            last = now
        if now.state in ENDED or time.monotonic() >= deadline:
            return
        time.sleep(_POLL_SECONDS)
