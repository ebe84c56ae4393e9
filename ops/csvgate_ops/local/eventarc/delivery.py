"""POST an event to a function."""

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

from csvgate_ops.local.eventarc import http_binding
from csvgate_ops.local.eventarc.message import CloudEvent

LONGEST_TIMEOUT = 600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is None when there was no answer; then `problem` says why."""

    status: int | None
    problem: str = ""

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def post(url: str, event: CloudEvent, timeout: float) -> Answer:
    """Deliver once. A connection of its own each time: one kept open to a function that was since
    killed would fail a delivery that never was made."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(
        parts.hostname or "", parts.port, timeout=min(timeout, LONGEST_TIMEOUT)
    )
    try:
        connection.request(
            "POST", parts.path or "/", http_binding.body(event), http_binding.headers(event)
        )
        answer = connection.getresponse()
        answer.read()
        return Answer(answer.status)
    except (OSError, http.client.HTTPException) as error:
        return Answer(None, f"{type(error).__name__}: {error}")
    finally:
        connection.close()
