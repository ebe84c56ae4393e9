"""The time that the first small upload waits in all three functions together.

    python -m bench.processes.first_upload ROUNDS

In the local cloud the three functions run as deployed, under functions-framework, and listen before
the upload comes. The first upload then pays for the imports, clients and plans that a function
makes only when it needs them; the next uploads do not. The difference is what the three functions
pay together, one after the other. Emulators stand in for Google's services. Prints one JSON object.
"""

import json
import sys
import time
from dataclasses import asdict
from itertools import islice
from statistics import median
from typing import Final

from bench.load.cloud import await_ends, local_cloud
from bench.processes.cold_start import FirstUpload
from bench.shapes.registry import HEADLINE
from bench.shapes.shape import header, located
from csvgate_ops.session import Session

_ROWS: Final = 100
_LATER: Final = 5
"""Uploads after the first; the median is compared with it."""


def measure(rounds: int) -> FirstUpload:
    found = [_in_new_cloud() for _ in range(rounds)]
    return FirstUpload(
        first=median(first for first, _ in found), later=median(later for _, later in found)
    )


def _in_new_cloud() -> tuple[float, float]:
    data = _orders()
    with local_cloud() as session:
        first, *later = (_upload(session, number, data) for number in range(1 + _LATER))
    return first, median(later)


def _orders() -> bytes:
    valid = (text for text, faults in located(HEADLINE.records(2 * _ROWS)) if not faults)
    text = header(HEADLINE.contract()) + "\n" + "".join(islice(valid, _ROWS))
    return text.encode()


def _upload(session: Session, number: int, data: bytes) -> float:
    blob = session.storage().bucket(session.bucket("uploads")).blob(f"orders/first-{number}.csv")
    begun = time.perf_counter()
    blob.upload_from_string(data, content_type="text/csv")
    (outcome,) = await_ends(session, 1).values()
    seconds = time.perf_counter() - begun
    if outcome != "completed":
        raise RuntimeError(f"the upload ended as {outcome}")
    return seconds


if __name__ == "__main__":
    print(json.dumps(asdict(measure(int(sys.argv[1])))))
