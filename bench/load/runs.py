"""The two runs, each in a separate local cloud, so that peaks belong to one run."""

import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from samples.make_orders import write_orders

from bench.load.cloud import await_ends, letters, local_cloud, pids
from bench.load.completeness import loaded, problems
from bench.load.peaks import Peaks
from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger.attempts import current_attempt
from csvgate.protocol.ledger.paths import CHUNK_DONE
from csvgate_ops.operate.uploads import status
from csvgate_ops.session import Session

ROWS_OF_SMALL, VARIANTS, UPLOADERS = 20, 20, 4
BAD = 0.01


@dataclass(frozen=True, slots=True)
class Result:
    title: str
    files: int
    rows: int
    rejected: int
    seconds: float
    """From the first byte sent to the last completion event."""
    problems: tuple[str, ...]
    letters: int
    streams: int
    """The write streams that rows were loaded over."""
    peaks: dict[str, int]
    """Component → bytes."""
    pace: tuple[float, ...] = ()
    """Rows per second of each quarter of the chunks, in the order of loading."""


def burst(files: int) -> Result:
    """Uploads small files as fast as four uploaders can."""
    variants = [_orders(ROWS_OF_SMALL, seed) for seed in range(VARIANTS)]

    def send(session: Session) -> dict[str, int]:
        bucket = session.storage().bucket(session.bucket("uploads"))

        def one(number: int) -> tuple[str, int]:
            data, bad = variants[number % VARIANTS]
            blob = bucket.blob(f"orders/burst-{number:06d}.csv")
            blob.upload_from_string(data, content_type="text/csv")
            rows = ROWS_OF_SMALL - bad
            return Upload(bucket.name, blob.name, int(blob.generation)).id, rows

        with ThreadPoolExecutor(UPLOADERS) as threads:
            return dict(threads.map(one, range(files)))

    bad = sum(variants[number % VARIANTS][1] for number in range(files))
    return _run(f"{files:,} small files", files * ROWS_OF_SMALL, bad, send)


def large(rows: int) -> Result:
    """Uploads one file."""
    with tempfile.TemporaryDirectory(prefix="csvgate-load-") as folder:
        path = Path(folder) / "orders.csv"
        bad = write_orders(path, rows=rows, bad=BAD, seed=1)

        def send(session: Session) -> dict[str, int]:
            blob = session.storage().bucket(session.bucket("uploads")).blob("orders/large.csv")
            blob.upload_from_filename(str(path), timeout=600)
            return {Upload(blob.bucket.name, blob.name, int(blob.generation)).id: rows - bad}

        return _run(f"one file of {rows:,} rows", rows, bad, send)


def _orders(rows: int, seed: int) -> tuple[bytes, int]:
    with tempfile.TemporaryDirectory(prefix="csvgate-load-") as folder:
        path = Path(folder) / "orders.csv"
        # Few enough bad rows for the contract's limit, which is a fifth of the file.
        bad = write_orders(path, rows=rows, bad=0.05 if seed % 4 == 0 else 0.0, seed=seed)
        return path.read_bytes(), bad


def _run(title: str, rows: int, bad: int, send: Callable[[Session], dict[str, int]]) -> Result:
    with local_cloud() as session, Peaks(lambda: pids(session)) as peaks:
        began = time.monotonic()
        expected = send(session)
        ends = await_ends(session, len(expected))
        seconds = time.monotonic() - began
        wrong = problems(expected, ends, loaded(session))
        pace = _pace(session, next(iter(expected))) if len(expected) == 1 else ()
        return Result(
            title=title,
            files=len(expected),
            rows=rows,
            rejected=bad,
            seconds=seconds,
            problems=tuple(wrong),
            letters=letters(session),
            streams=_streams(session, expected),
            peaks=dict(peaks.bytes),
            pace=pace,
        )


def _streams(session: Session, uploads: Iterable[str]) -> int:
    """Return how many write streams the current attempts of the uploads used."""
    ledger = session.ledger()

    def of_upload(upload: str) -> tuple[str, ...]:
        decision = current_attempt(ledger.upload(upload)).decision
        if decision is None:
            return ()
        if decision.shared is not None:
            return (decision.shared.stream,)
        return decision.pending.streams if decision.pending else ()

    with ThreadPoolExecutor(UPLOADERS) as threads:
        return len({name for names in threads.map(of_upload, uploads) for name in names})


def _pace(session: Session, upload: str) -> tuple[float, ...]:
    ledger = session.ledger()
    found = status(ledger, upload)
    if found.upload is None or not found.chunks or found.chunks < 8:
        return ()
    received = ledger.upload(upload).received()
    assert received is not None  # noqa: S101 - it has chunks
    attempt = current_attempt(ledger.upload(upload)).entries
    names = ledger.find(CHUNK_DONE, upload=upload, attempt=attempt.number)
    entries = [ledger.get(CHUNK_DONE, **parts) for parts in names]
    done = sorted((entry.at, entry.rows) for entry in entries if entry)
    quarter = len(done) // 4
    ends = [quarter * n - 1 for n in range(1, 4)] + [len(done) - 1]
    begins = [received.received_at, *(done[end][0] for end in ends[:-1])]
    first = [0, *(end + 1 for end in ends[:-1])]
    return tuple(
        sum(rows for _, rows in done[a : b + 1]) / (done[b][0] - at).total_seconds()
        for at, a, b in zip(begins, first, ends, strict=True)
    )
