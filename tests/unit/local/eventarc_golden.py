"""Read tests/golden/eventarc_*.json: a Pub/Sub message, and the request that Eventarc makes of it.

`message.data` is text, `message.resource` is JSON that travels as text, `message.base64` is bytes.
"""

import base64
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from csvgate_ops.local.eventarc.message import Received

GOLDEN = Path(__file__).parents[2] / "golden"
NAMES = sorted(path.stem for path in GOLDEN.glob("eventarc_*.json"))


def read(name: str) -> dict[str, Any]:
    golden: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return golden


def received(message: dict[str, Any]) -> Received:
    if "resource" in message:
        data = json.dumps(message["resource"]).encode()
    elif "base64" in message:
        data = base64.b64decode(message["base64"])
    else:
        data = message["data"].encode()
    return Received(
        data=data,
        attributes=message["attributes"],
        message_id=message["message_id"],
        publish_time=datetime.fromisoformat(message["publish_time"]),
        ordering_key=message.get("ordering_key", ""),
        delivery_attempt=message.get("delivery_attempt"),
    )
