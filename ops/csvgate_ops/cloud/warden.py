"""Outlives the supervisor by a moment, to kill what it leaves behind when it is killed.

    python -m csvgate_ops.cloud.warden DATA_DIR

Standard input is a pipe whose other end only the supervisor holds, so its end is the supervisor's.
The death signal (see tether) reaches the children at once, but not theirs: gunicorn's workers.
"""

import signal
import sys
from pathlib import Path

from csvgate_ops.cloud import stale
from csvgate_ops.cloud.files import DataDir


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    data_dir = DataDir(Path(sys.argv[1]))
    if sys.stdin.buffer.read() != b"stopped":
        stale.clean(data_dir)


if __name__ == "__main__":
    main()
