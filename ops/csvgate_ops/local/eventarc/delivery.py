"""Delivers a CloudEvent to a function, in the binary mode of the CloudEvents 1.0 HTTP binding."""

import http.client
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from csvgate_ops.local.eventarc.message import CloudEvent

LONGEST_TIMEOUT = 600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The response. `status` is None if there was none; then `problem` says why."""

    status: int | None
    problem: str = ""

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def post(url: str, event: CloudEvent, timeout: float) -> Answer:
    """Deliver an event once, on a new connection.

    A kept-alive connection to a function that has been killed would fail without a delivery.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(
        parts.hostname or "", parts.port, timeout=min(timeout, LONGEST_TIMEOUT)
    )
    try:
        connection.request("POST", parts.path or "/", body(event), headers(event))
        answer = connection.getresponse()
        answer.read()
        return Answer(answer.status)
    except (OSError, http.client.HTTPException) as error:
        return Answer(None, f"{type(error).__name__}: {error}")
    finally:
        connection.close()


def headers(event: CloudEvent) -> dict[str, str]:
    """Return the headers that Google's servers send, except host, length and transport headers."""
    context = {f"ce-{name}": header_value(value) for name, value in event.attributes.items()}
    return context | {
        "accept": "application/json",
        "content-type": "application/json",
        "from": "noreply@google.com",
        "user-agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
    }


def body(event: CloudEvent) -> bytes:
    """Return the data as JSON."""
    return json.dumps(event.data, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def header_value(text: str) -> str:
    """Percent-encode the space, `"`, `%` and non-printable or non-ASCII characters (3.1.3.2)."""
    return "".join(
        chr(byte) if 0x21 <= byte <= 0x7E and byte not in b'"%' else f"%{byte:02X}"
        for byte in text.encode("utf-8")
    )
