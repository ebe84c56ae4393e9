"""One deadline for a whole send, against real servers that are slow in every way."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import pytest

from csvgate.gcp.mail import SendGridMailer
from csvgate.ports import SEND_SECONDS, Email
from csvgate.runtime.errors import Failure, Transient
from notification.send_once import LEASE

DEADLINE, PATIENCE = 0.8, 15.0
"""Seconds of the deadline under test, and after which the slow servers give up."""
EMAIL = Email(
    sender="csvgate@localhost",
    recipients=("a@example.com",),
    subject="Loaded 2 rows",
    html="<p>html</p>",
    text="text",
)
Server = Callable[[socket.socket], None]


def drip(connection: socket.socket, data: bytes) -> None:
    """Send a byte every tenth of a second: no wait on the socket is ever long."""
    end = time.monotonic() + PATIENCE
    for byte in cycle(data):
        if time.monotonic() > end:
            return
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


def drips_the_status(connection: socket.socket) -> None:
    connection.recv(65536)
    drip(connection, b"HTTP/1.1 202 " + b"A" * 1000)


def drips_headers(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 202 Accepted\r\n")
    drip(connection, b"X-Slow: 1\r\n")


def drips_the_body(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 100000\r\n\r\n")
    drip(connection, b"x")


def drips_an_error(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 500 Error\r\nContent-Length: 100000\r\n\r\n")
    drip(connection, b"x")


def never_answers(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.settimeout(PATIENCE)
    while connection.recv(65536):
        pass


def reads_slowly(connection: socket.socket) -> None:
    end = time.monotonic() + 6
    while time.monotonic() < end and connection.recv(1024):
        time.sleep(0.1)


@contextmanager
def serving(server: Server, wrap: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve one connection; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            accepted, _ = listener.accept()
            accepted.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            try:
                with wrap.wrap_socket(accepted, server_side=True) if wrap else accepted as found:
                    server(found)
            except OSError:
                return  # the client gave up, as it should

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join(2 * PATIENCE)
        assert not thread.is_alive()


def failure(mailer: SendGridMailer, email: Email = EMAIL) -> Failure:
    began = time.monotonic()
    with pytest.raises(Failure) as raised:
        mailer.send(email)
    # Far beyond the deadline, and far below what the slow servers take.
    assert time.monotonic() - began < PATIENCE / 2
    return raised.value


def test_the_lease_covers_a_slow_claim_a_whole_send_and_a_slow_mark() -> None:
    assert SEND_SECONDS == SendGridMailer("k")._deadline
    assert LEASE.total_seconds() >= 3 * SEND_SECONDS


@pytest.mark.parametrize(
    "server", [drips_the_status, drips_the_body, drips_an_error, never_answers]
)
def test_a_slow_answer_ends_at_the_deadline_and_may_have_been_sent(server: Server) -> None:
    with serving(server) as port:
        failed = failure(SendGridMailer("k", f"http://127.0.0.1:{port}", DEADLINE))
    assert (type(failed), failed.code) == (Transient, "mail.unknown")
    assert failed.message == "SendGrid did not answer within 0.8 s"


def test_an_email_that_was_accepted_is_sent_though_the_headers_are_slow() -> None:
    with serving(drips_headers) as port:
        began = time.monotonic()
        assert "" == SendGridMailer("k", f"http://127.0.0.1:{port}", DEADLINE).send(EMAIL)
        assert time.monotonic() - began < PATIENCE / 2


def test_a_slow_reader_ends_at_the_deadline() -> None:
    large = Email(EMAIL.sender, EMAIL.recipients, "s", "<p>" + "x" * 12_000_000, "text")
    with serving(reads_slowly) as port:
        # The request is built within the deadline, too.
        failed = failure(SendGridMailer("k", f"http://127.0.0.1:{port}", 4 * DEADLINE), large)
    assert (type(failed), failed.code) == (Transient, "mail.unknown")


@pytest.mark.parametrize("server", [drips_the_status, never_answers])
def test_a_slow_answer_over_tls_ends_at_the_deadline(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout {key}"
    names = ["-out", str(certificate), "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*make.split(), *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving(server, context) as port:
        failed = failure(SendGridMailer("k", f"https://localhost:{port}", DEADLINE))
    assert (type(failed), failed.code) == (Transient, "mail.unknown")
    assert failed.message == "SendGrid did not answer within 0.8 s"


def test_a_tls_handshake_without_an_answer_was_not_sent() -> None:
    with serving(never_answers) as port:
        failed = failure(SendGridMailer("k", f"https://127.0.0.1:{port}", DEADLINE))
    assert (type(failed), failed.code) == (Transient, "mail.unsent")


def test_nothing_is_sent_after_a_deadline_that_ended_while_connecting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The resolution of a name cannot be interrupted, so that the send may take longer, but then
    it sends nothing."""
    received = list[bytes]()
    resolve = socket.getaddrinfo

    def slowly(*arguments: object, **options: object) -> object:
        time.sleep(2 * DEADLINE)
        return resolve(*arguments, **options)  # type: ignore[arg-type]

    with serving(lambda connection: received.append(connection.recv(65536))) as port:
        monkeypatch.setattr(socket, "getaddrinfo", slowly)
        failed = failure(SendGridMailer("k", f"http://127.0.0.1:{port}", DEADLINE))
    assert (type(failed), failed.code) == (Transient, "mail.unsent")
    assert "not connected within 0.8 s" in failed.message
    assert [b""] == received


def test_no_thread_remains_after_a_send() -> None:
    def answers(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nX-Message-Id: m\r\n\r\n")

    before = threading.active_count()
    with serving(answers) as port:
        assert "m" == SendGridMailer("k", f"http://127.0.0.1:{port}").send(EMAIL)
    deadline = time.monotonic() + PATIENCE
    while threading.active_count() > before:
        assert time.monotonic() < deadline
        time.sleep(0.01)
