"""Uploads stream in while every process is killed and stopped at random. No row is lost or
doubled, and no upload is stuck.

    make chaos MINUTES=60 SEED=7

The same seed gives the same files and the same faults in the same order; when exactly they strike
depends on the machine. What the emulators lose, but the services would not, is counted separately
(docs/chaos.md).
"""

import os
import time
from collections import Counter
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from random import Random

import pytest

from chaos.account import account, ended, ledger_of, rows_in_table
from chaos.announced import Announced
from chaos.faults import faults
from chaos.injector import Injector
from chaos.letters import Operator
from chaos.report import Report
from chaos.samples import Sample, samples
from chaos.traffic import Pace, Sent, send
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import UPLOADS, upload_of
from local_cloud import ROOT, LocalCloud, variables

pytestmark = pytest.mark.cloud
SECONDS = float(os.environ.get("CSVGATE_CHAOS_SECONDS") or 30)
SEED = int(os.environ.get("CSVGATE_CHAOS_SEED") or 249695451)
"""`make chaos` draws a seed; `make test` uses this one, so that a failure is due to a change."""
CHUNK_BYTES = 300_000
"""Small enough for the larger files to have several chunks."""
LONGEST_DRAIN = 300.0
"""Seconds without progress after which the test gives up; leases and retries take far less."""


@pytest.mark.timeout(SECONDS * 3 + 900)
def test_chaos(tmp_path: Path, note: Callable[[object], None]) -> None:
    note(f"{SECONDS:.0f} s of faults, SEED={SEED}")
    files = samples(tmp_path, SEED)
    options = ("--env", f"CSVGATE_CHUNK_BYTES={CHUNK_BYTES}", "--topology", topology(tmp_path))
    with LocalCloud(tmp_path / "cloud", *options) as cloud, variables(cloud.environment):
        announced, operator = Announced(cloud), Operator(cloud)
        with Injector(cloud, faults(SEED)) as injector:
            sent = stream(cloud, files)
        forgotten = announced.again(sent)
        drain(cloud, operator, sent)
        report = Report(
            seed=SEED,
            faults=injector.done,
            accounts=[account(cloud, ledger_of(cloud), one) for one in sent],
            replayed=operator.replayed,
            handed_back=operator.handed_back,
            forgotten=[one.upload.name for one in forgotten],
            torn=operator.torn,
            rows_in_table=rows_in_table(cloud),
        )
    note(report)
    assert [] == report.problems()
    assert injector.done, "no fault was injected"


def topology(folder: Path) -> str:
    """Write the repository's topology with less concurrency, fewer attempts and more events than
    the functions have instances for. bqemulator has six threads, and each append holds one, even
    for some time after its function was killed. Fewer attempts make dead letters to replay."""
    text = (ROOT / "deploy" / "topology.yaml").read_text()
    for given, wanted in (
        ("concurrency: 4\n", "concurrency: 1\n"),
        ("max_delivery_attempts: 100}", "max_delivery_attempts: 5}"),
        ("max_delivery_attempts: 10}", "max_delivery_attempts: 5}"),
        ("{min_backoff: 1s, max_backoff: 10s}", "{min_backoff: 1s, max_backoff: 1s}"),
        ("  instances: 2\n", "  instances: 2\n  burst: 2\n"),
        ("stream_hour: 10s", "stream_hour: 4s"),
    ):
        assert given in text
        text = text.replace(given, wanted)
    path = folder / "topology.yaml"
    path.write_text(text)
    return str(path)


def stream(cloud: LocalCloud, files: list[Sample]) -> list[Sent]:
    """Upload until the time is over, as fast as the machine can process."""
    random = Random(SEED)  # noqa: S311 - reproducible, not secret
    order = random.sample(files, len(files))
    until, sent, pace = time.monotonic() + SECONDS, list[Sent](), Pace(cloud)
    for number, sample in enumerate(cycle(order)):
        if time.monotonic() > until:
            return sent
        sent.append(send(cloud, sample, f"orders/chaos-{number:05d}{sample.ending}"))
        pace.wait(sent[-1])
    raise AssertionError("cycle() never ends")


def drain(cloud: LocalCloud, operator: Operator, sent: list[Sent]) -> None:
    """Wait until every upload has ended, and handle dead letters meanwhile."""
    ledger = ledger_of(cloud)
    progress, last = Counter[str](), time.monotonic()
    while True:
        operator.work()
        waiting = {one.upload.id for one in sent} - ended(ledger, sent)
        # A pull returns only some of the dead letters, and a late answer leases them for a while.
        faulty = {one.upload.id for one in sent if one.sample.faulty}
        if not waiting and not faulty - operator.handed_back:
            return
        seen = steps(ledger)
        if seen != progress:
            progress, last = seen, time.monotonic()
        if time.monotonic() - last > LONGEST_DRAIN:
            # The report says which uploads are stuck, and how far they came.
            return
        time.sleep(0.5)


def steps(ledger: Ledger) -> Counter[str]:
    """Count the ledger entries by upload; the numbers only grow."""
    return Counter(upload_of(name) for name in ledger.names(UPLOADS))
