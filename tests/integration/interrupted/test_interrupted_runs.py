"""An interrupted or killed test run leaves no process behind, whichever signal ended it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local_cloud import ROOT, eventually, mentions
from reaper import PARENT

SERVERS = "tests/integration/interrupted/waiting_servers.py"
CLOUD = "tests/integration/interrupted/waiting_cloud.py"
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
OUTER = (PARENT, "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "MAKEFLAGS")


@contextmanager
def started(command: list[str], folder: Path, tests: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A run of the waiting tests, once all of them wait."""
    environment = {name: value for name, value in os.environ.items() if name not in OUTER}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            # A shell that runs this in the background may have SIGINT ignored, and its children
            # would inherit that.
            ["env", "--default-signal=INT", *command],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def all_wait() -> bool:
        assert process.poll() is None, (folder / "log").read_text()
        return len(list(folder.rglob("*.ready"))) == tests

    try:
        eventually(all_wait, "all tests wait")
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def require_nothing_left(folder: Path) -> None:
    eventually(lambda: not mentions(str(folder)), "every process of the run has ended", 30)


@pytest.mark.cloud
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_to_pytests_controller(number: signal.Signals, tmp_path: Path) -> None:
    pytest_ = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "2", SERVERS, CLOUD]
    with started([*pytest_, f"--basetemp={tmp_path / 'inner'}"], tmp_path, tests=2) as process:
        assert len(mentions(str(tmp_path))) > 10
        process.send_signal(number)
        process.wait(60)
        require_nothing_left(tmp_path)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_to_make(number: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C in a terminal reaches make and pytest alike, a kill reaches make alone."""
    arguments = f"-p no:cacheprovider {SERVERS} --basetemp={tmp_path / 'inner'}"
    with started(["make", "test", f"ARGS={arguments}"], tmp_path, tests=1) as process:
        assert len(mentions(str(tmp_path))) > 3
        if number == signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        process.wait(60)
        require_nothing_left(tmp_path)


def test_a_fork_that_survives_the_run_does_not_delay_its_end() -> None:
    program = (
        "import os, signal, time; from reaper import Reaper; reaper = Reaper(); fork = os.fork()\n"
        "if not fork: time.sleep(60); os._exit(0)\n"
        "reaper.dismiss(interrupted=False); os.kill(fork, signal.SIGKILL)"
    )
    environment = {name: value for name, value in os.environ.items() if name not in OUTER}
    subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT / "tests", env=environment, check=True, timeout=20
    )
