"""Uploading to a running local cloud and looking at what came of it."""

import csv
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_cloud import LocalCloud

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Fault:
    line: int
    column: str | None
    code: str


def make_orders(path: Path, rows: int, bad: float, seed: int) -> list[Fault]:
    """Write a sample; the truth about its bad rows."""
    truth = path.with_suffix(".json")
    command = [sys.executable, ROOT / "samples" / "make_orders.py", "--rows", rows, "--bad", bad]
    command += ["--seed", seed, "--truth", truth, path]
    subprocess.run([str(part) for part in command], check=True, timeout=300)
    return [
        Fault(f["line"], f["column"], f["code"]) for f in json.loads(truth.read_text())["faults"]
    ]


def upload(cloud: LocalCloud, path: Path, name: str) -> dict[str, Any]:
    """Upload, wait for the end; the status as JSON."""
    done = cloud.csvgate("upload", str(path), "--as", name, "--wait", "--json", check=False)
    status: dict[str, Any] = json.loads(done.stdout)
    return status


def table_lines(cloud: LocalCloud, upload_id: str) -> list[int]:
    """`_line` of every row of the upload in BigQuery, sorted, repeated where they repeat."""
    sql = f"SELECT _line FROM `sales.orders` WHERE _upload_id = '{upload_id}' ORDER BY _line"
    return [int(row["_line"]) for row in cloud.bigquery.query(sql).result()]


def reject_rows(cloud: LocalCloud, status: dict[str, Any]) -> list[dict[str, str]]:
    """The reject file's rows by column."""
    if not status["rejects"]:
        return []
    bucket, name = status["rejects"].removeprefix("gs://").split("/", 1)
    data: bytes = cloud.storage.bucket(bucket).blob(name).download_as_bytes()
    text = data.decode("utf-8", "replace")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def reject_lines(cloud: LocalCloud, status: dict[str, Any]) -> list[int]:
    return [int(row["_csvgate_line"]) for row in reject_rows(cloud, status)]


def emails(cloud: LocalCloud, upload_id: str) -> list[dict[str, Any]]:
    from urllib.request import urlopen

    address = f"{cloud.endpoints['mailbox']}/emails.json?upload_id={upload_id}"
    with urlopen(address, timeout=10) as answer:  # noqa: S310 - our own loopback
        found: list[dict[str, Any]] = json.load(answer)
    return found


def email_text(cloud: LocalCloud, email_id: str) -> str:
    """The text of an email, with single spaces and without line breaks."""
    from urllib.request import urlopen

    address = f"{cloud.endpoints['mailbox']}/emails/{email_id}.json"
    with urlopen(address, timeout=10) as answer:  # noqa: S310 - our own loopback
        return " ".join(str(json.load(answer)["text"]).split())


def letters(cloud: LocalCloud, function: str) -> list[dict[str, str]]:
    """Attributes of the letters under review, left where they are."""
    from google.api_core.exceptions import DeadlineExceeded

    subscription = cloud.subscriber.subscription_path(
        cloud.project, cloud.endpoints["dead_letters"][function]["review"]
    )
    try:
        pulled = cloud.subscriber.pull(subscription=subscription, max_messages=1000, timeout=5)
    except DeadlineExceeded:
        return []
    received = pulled.received_messages
    if received:
        cloud.subscriber.modify_ack_deadline(
            subscription=subscription,
            ack_ids=[message.ack_id for message in received],
            ack_deadline_seconds=0,
        )
    return [dict(message.message.attributes) for message in received]
