"""The local cloud of a run, its completion events and its dead letters."""

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from csvgate_ops.cli.session import Session, connect
from csvgate_ops.local.cloud.files import DataDir
from csvgate_ops.local.cloud.launch import start, stop
from csvgate_ops.local.cloud.options import Options

SUBSCRIPTION = "load-watch"
PATIENCE = 600.0
"""Seconds after which the run fails if no upload ends."""


@contextmanager
def local_cloud() -> Iterator[Session]:
    folder = Path(tempfile.mkdtemp(prefix="csvgate-load-"))
    try:
        start(Options(data_dir=folder), lambda _: None)
        session = connect(folder)
        _subscribe(session)
        yield session
    finally:
        stop(DataDir(folder))
        shutil.rmtree(folder, ignore_errors=True)


def pids(session: Session) -> dict[str, int]:
    path = Path(session.endpoints["data_dir"]) / "endpoints.json"
    found: dict[str, int] = json.loads(path.read_text())["pids"]
    return found


def await_ends(session: Session, number: int) -> dict[str, str]:
    """Waits for the completion events of `number` uploads and returns upload id → outcome. Raises
    TimeoutError if none comes within `PATIENCE`."""
    subscriber, path = session.subscriber(), _path(session)
    ends: dict[str, str] = {}
    last = time.monotonic()
    with subscriber:
        while len(ends) < number:
            received = _pull(subscriber, path)
            if received:
                last = time.monotonic()
            elif time.monotonic() - last > PATIENCE:
                raise TimeoutError(
                    f"{len(ends)} of {number} uploads ended, then none for {PATIENCE:.0f} s"
                )
            for one in received:
                event = json.loads(one.message.data)
                ends[event["upload"]["id"]] = event["outcome"]
            if received:
                ids = [one.ack_id for one in received]
                subscriber.acknowledge(subscription=path, ack_ids=ids)
    return ends


def letters(session: Session) -> int:
    """The number of dead letters, except those about rejected rows."""
    number = 0
    with session.subscriber() as subscriber:
        for letter in session.endpoints["dead_letters"].values():
            path = subscriber.subscription_path(session.project, letter["review"])
            while received := _pull(subscriber, path):
                codes = [one.message.attributes.get("csvgate-code", "") for one in received]
                number += sum(code != "rows.rejected" for code in codes)
                ids = [one.ack_id for one in received]
                subscriber.acknowledge(subscription=path, ack_ids=ids)
    return number


def _subscribe(session: Session) -> None:
    with session.subscriber() as subscriber:
        topic = f"projects/{session.project}/topics/{session.endpoints['topics']['complete']}"
        subscriber.create_subscription(name=_path(session), topic=topic)


def _path(session: Session) -> str:
    return f"projects/{session.project}/subscriptions/{SUBSCRIPTION}"


def _pull(subscriber: Any, path: str) -> list[Any]:
    from google.api_core.exceptions import DeadlineExceeded

    try:
        answer = subscriber.pull(subscription=path, max_messages=1000, timeout=3)
    except DeadlineExceeded:
        return []
    return list(answer.received_messages)
