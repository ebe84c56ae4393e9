"""Kills the processes that a killed supervisor leaves behind.

    python -m csvgate_ops.local.supervisor.warden DATA_DIR

Standard input is a pipe whose other end only the supervisor holds, so it is closed when the
supervisor ends. The death signal (see tether) kills the children, but not gunicorn's workers.
"""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from csvgate_ops.local.cloud.files import DataDir
from csvgate_ops.local.supervisor import stale

STOPPED = b"stopped"


@contextmanager
def warden(data_dir: DataDir) -> Iterator[None]:
    """Watch over the calling process until the context ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "csvgate_ops.local.supervisor.warden", str(data_dir.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        try:
            process.communicate(STOPPED, timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    data_dir = DataDir(Path(sys.argv[1]))
    if sys.stdin.buffer.read() != STOPPED:
        stale.clean(data_dir)


if __name__ == "__main__":
    main()
