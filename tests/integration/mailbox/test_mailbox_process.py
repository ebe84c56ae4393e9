"""The mailbox as a process: what it keeps, how it starts and how it ends."""

import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import pytest

from integration.mailbox.mailbox_process import COMMAND, await_true, mailbox, request
from servers import free_port


def test_an_accepted_email_survives_sigkill(tmp_path: Path) -> None:
    with mailbox(tmp_path) as box:
        message_id = box.send(request(subject="kept")).headers["X-Message-Id"]
        box.process.kill()
        box.process.wait(10)
        port = box.port
    with mailbox(tmp_path, port) as again:
        assert again.email(message_id)["subject"] == "kept"
        again.send(request(subject="next"))
        assert [email["subject"] for email in again.emails()] == ["next", "kept"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_at_once_while_an_answer_is_held_back(tmp_path: Path, number: signal.Signals) -> None:
    with mailbox(tmp_path) as box, ThreadPoolExecutor() as clients:
        box.fault(delay_seconds=60)
        unanswered = clients.submit(box.send, request())
        await_true(lambda: len(box.emails()) == 1)
        started = time.monotonic()
        box.process.send_signal(number)
        assert box.process.wait(10) == 0
        assert time.monotonic() - started < 5
        assert isinstance(unanswered.exception(10), HTTPException | OSError)


def refused_start(*arguments: object) -> str:
    finished = subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=30, check=False
    )
    assert finished.returncode == 1
    assert finished.stdout == ""
    return finished.stderr


def test_says_when_the_port_is_in_use(tmp_path: Path) -> None:
    with mailbox(tmp_path) as box:
        said = refused_start("--port", box.port, "--data-dir", tmp_path / "other")
    assert said == (
        f"mailbox: cannot listen on 127.0.0.1:{box.port}: [Errno 98] Address already in use\n"
    )


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("0.0.0.0", "mailbox: 0.0.0.0 is not a loopback address\n"),
        ("example.com", "mailbox: example.com is not an IP address\n"),
    ],
)
def test_listens_on_loopback_only(tmp_path: Path, host: str, said: str) -> None:
    arguments = ("--host", host, "--port", free_port(), "--data-dir", tmp_path)
    assert refused_start(*arguments) == said


@pytest.mark.parametrize("port", [-1, 70000])
def test_says_when_the_port_is_none(tmp_path: Path, port: int) -> None:
    said = refused_start("--port", port, "--data-dir", tmp_path)
    assert said.startswith(f"mailbox: cannot listen on 127.0.0.1:{port}: ")


def test_says_when_the_data_directory_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    said = refused_start("--port", free_port(), "--data-dir", file)
    assert said.startswith(f"mailbox: cannot store emails in {file}: ")


def test_says_when_the_data_is_not_its_own(tmp_path: Path) -> None:
    tmp_path.joinpath("mailbox.sqlite3").write_text("something else" * 100)
    said = refused_start("--port", free_port(), "--data-dir", tmp_path)
    assert said.startswith(f"mailbox: cannot store emails in {tmp_path}: ")


def test_port_0_takes_a_free_one_and_prints_it(tmp_path: Path) -> None:
    command = [*COMMAND, "--port", "0", "--data-dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("mailbox: http://127.0.0.1:")
            socket.create_connection(("127.0.0.1", int(line.rsplit(":", 1)[1]))).close()
        finally:
            process.terminate()
    assert process.returncode == 0
