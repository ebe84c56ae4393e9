"""What the recording functions do: append the event to a file, then fail or hang as it asks."""

import json
import os
import time
from pathlib import Path
from typing import Any

from cloudevents.http import CloudEvent


def record(function: str, event: CloudEvent) -> None:
    """A line of JSON in CSVGATE_TEST_RECORDS/FUNCTION.jsonl. A message whose attribute `fail` is
    at least its delivery attempt fails; `sleep` waits so many seconds first."""
    data: dict[str, Any] = event.data
    message = data.get("message", {})
    if len(message.get("data", "")) > 100_000:
        message = {**message, "data": f"{len(message['data'])} characters of base64"}
        data = {**data, "message": message}
    line = json.dumps(
        {"attributes": dict(event.get_attributes()), "data": data, "pid": os.getpid()}
    )
    folder = Path(os.environ["CSVGATE_TEST_RECORDS"])
    with (folder / f"{function}.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    asked = message.get("attributes", {})
    time.sleep(float(asked.get("sleep", 0)))
    if int(asked.get("fail", 0)) >= data.get("deliveryAttempt", 1):
        raise RuntimeError("as the message asked")
