"""For each function, an event that it answers without work, so that only its start is measured."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.paths import HELLO, ROOT

ID: Final = "0123456789abcdef"
AT: Final = "2026-11-21T12:00:00Z"
UPLOAD: Final = {"id": ID, "bucket": "b", "name": "orders/a.csv", "generation": 1}
COUNTS: Final = {"read": 1, "valid": 0, "rejected": 1}
HELLO_WORLD: Final = "hello_world"
"""The function in bench/hello, which does nothing."""


@dataclass(frozen=True, slots=True)
class FunctionEvent:
    function: str
    headers: dict[str, str]
    body: bytes
    outcome: str

    @property
    def source(self) -> Path:
        """The folder of its main.py."""
        return HELLO if self.function == HELLO_WORLD else ROOT / "functions" / self.function


def _binary(function: str, kind: str, data: Any, outcome: str) -> FunctionEvent:
    headers = {
        "ce-id": "1",
        "ce-source": "//bench",
        "ce-specversion": "1.0",
        "ce-type": kind,
        "content-type": "application/json",
    }
    return FunctionEvent(function, headers, json.dumps(data).encode(), outcome)


def _message(function: str, kind: str, data: Any, outcome: str) -> FunctionEvent:
    attributes = {
        "ce-id": "1",
        "ce-source": "//csvgate/bench",
        "ce-specversion": "1.0",
        "ce-type": kind,
        "ce-uploadid": ID,
        "ce-plan": ID,
        "ce-seal": "1",
        "content-type": "application/json",
    }
    message = {
        "messageId": "1",
        "publishTime": AT,
        "attributes": attributes,
        "data": base64.b64encode(json.dumps(data).encode()).decode(),
    }
    wrapped = {"message": message, "subscription": "projects/bench/subscriptions/bench"}
    return _binary(function, "google.cloud.pubsub.topic.v1.messagePublished", wrapped, outcome)


EVENTS: Final = (
    _binary(
        HELLO_WORLD,
        "google.cloud.storage.object.v1.finalized",
        {"bucket": "another-bucket", "name": "a.csv", "generation": "1", "size": "10"},
        "any event: nothing is done",
    ),
    _binary(
        "validate_and_parse",
        "google.cloud.storage.object.v1.finalized",
        {"bucket": "another-bucket", "name": "a.csv", "generation": "1", "size": "10"},
        "an object of another bucket: ignored",
    ),
    _message(
        "enrich_records",
        "csvgate.upload.validated.v1",
        {
            "upload": UPLOAD,
            "plan": ID,
            "seal": 1,
            "dataset": "orders",
            "status": "over_limit",
            "counts": COUNTS,
            "chunks": 0,
            "validated_at": AT,
        },
        "an upload that is finished: four reads of the ledger",
    ),
    _message(
        "notify_stakeholders",
        "csvgate.upload.completed.v1",
        {
            "upload": UPLOAD,
            "plan": ID,
            "dataset": "orders",
            "outcome": "completed",
            "counts": COUNTS,
            "received_at": AT,
            "finished_at": AT,
        },
        "an upload without a recipient: no email",
    ),
)
