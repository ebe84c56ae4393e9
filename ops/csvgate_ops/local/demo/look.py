"""Reads the results of an upload: the table, the reject file, the mailbox and dead letters."""

import csv
import io
import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from csvgate.rejects.reject_file import ERRORS, LINE
from csvgate_ops.operate.uploads import UploadStatus
from csvgate_ops.session import Session

T = TypeVar("T")
_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class RejectedRow:
    line: int
    errors: str


def patiently(look: Callable[[], T | None]) -> T | None:
    """Call `look` until it returns something, for at most 30 s."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (seen := look()) is None and time.monotonic() < deadline:
        time.sleep(0.2)
    return seen


def query(session: Session, sql: str, **parameters: str) -> list[dict[str, Any]]:
    """Run a query in the local BigQuery and return its rows."""
    from google.cloud import bigquery

    config = bigquery.QueryJobConfig(
        query_parameters=[
            bigquery.ScalarQueryParameter(name, "STRING", value)
            for name, value in parameters.items()
        ]
    )
    return [dict(row) for row in session.bigquery().query(sql, job_config=config).result()]


def rejected_rows(session: Session, status: UploadStatus, most: int) -> list[RejectedRow]:
    """Return the first rows of the reject file."""
    if status.rejects is None:
        return []
    bucket, name = status.rejects.removeprefix("gs://").split("/", 1)
    text = (
        session.storage().bucket(bucket).blob(name).download_as_bytes().decode("utf-8", "replace")
    )
    rows = csv.DictReader(io.StringIO(text, newline=""))
    first = (row for row, _ in zip(rows, range(most), strict=False))
    return [RejectedRow(int(row[LINE]), row[ERRORS]) for row in first]


def email_address(session: Session, upload_id: str) -> tuple[str, dict[str, Any]] | None:
    """Return the address of the upload's email in the mailbox and the email, or None if there is
    none."""
    mailbox = session.endpoints["mailbox"]
    address = f"{mailbox}/emails.json?{urllib.parse.urlencode({'upload_id': upload_id})}"
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own loopback
        emails = json.load(answer)
    found = emails["emails"] if isinstance(emails, dict) else emails
    if not found:
        return None
    return f"{mailbox}/emails/{found[0]['id']}", found[0]


def dead_letter(session: Session, function: str, upload_id: str) -> dict[str, str] | None:
    """Return the attributes of the upload's dead letter, which stays in its topic, or None."""
    for attributes in _peek(session, session.endpoints["dead_letters"][function]["review"]):
        if attributes.get("csvgate-upload") == upload_id:
            return attributes
    return None


def _peek(session: Session, subscription: str) -> Iterator[dict[str, str]]:
    from google.api_core.exceptions import DeadlineExceeded

    with session.subscriber() as subscriber:
        path = subscriber.subscription_path(session.project, subscription)
        try:
            found = subscriber.pull(subscription=path, max_messages=100, timeout=5)
        except DeadlineExceeded:
            return
        ack_ids = [message.ack_id for message in found.received_messages]
        if ack_ids:
            subscriber.modify_ack_deadline(
                subscription=path, ack_ids=ack_ids, ack_deadline_seconds=0
            )
        for received in found.received_messages:
            yield dict(received.message.attributes)
