"""Dead letters on the local cloud: poison in every topic, and a replay that is killed."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from google.cloud.bigquery import SchemaField, Table

from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger.paths import AUDIT_BEGUN, AUDIT_ENDED, LETTER_MARK
from e2e.uploads import emails, table_lines, upload
from local_cloud import CSVGATE, ROOT, LocalCloud, eventually

pytestmark = [pytest.mark.cloud, pytest.mark.timeout(500)]
HEADER = b"order_id,customer_id,email,country,currency,amount,quantity,ordered_at,status,notes\n"
UPLOADS, ROWS = 20, 60
"""Uploads that fail, and the rows of each: a few chunks."""
IMPATIENT = {
    "{min_backoff: 1s, max_backoff: 10s}": "{min_backoff: 1s, max_backoff: 1s}",
    "max_delivery_attempts: 100}": "max_delivery_attempts: 5}",
    "max_delivery_attempts: 10}": "max_delivery_attempts: 5}",
    'CSVGATE_CHUNK_BYTES: "16777216"': 'CSVGATE_CHUNK_BYTES: "2048"',
}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local cloud with short retries and with chunks so small that a small file has many."""
    folder = tmp_path_factory.mktemp("dead-letters")
    text = (ROOT / "deploy" / "topology.yaml").read_text()
    for patient, impatient in IMPATIENT.items():
        assert patient in text
        text = text.replace(patient, impatient)
    (folder / "topology.yaml").write_text(text)
    with LocalCloud(folder / "data", "--topology", str(folder / "topology.yaml")) as found:
        yield found


def letters(cloud: LocalCloud, *filters: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        cloud.csvgate("dlq", "list", "--json", *filters).stdout
    )
    return found


def letter_of(cloud: LocalCloud, function: str, marker: str) -> dict[str, Any]:
    """The one letter of the function whose attributes or content have the marker."""
    shown: dict[str, dict[str, Any]] = {}

    def look() -> list[dict[str, Any]]:
        for letter in (it["id"] for it in letters(cloud, "--function", function)):
            if letter not in shown:
                shown[letter] = json.loads(cloud.csvgate("dlq", "show", letter, "--json").stdout)
        found = shown.values()
        return [it for it in found if marker in json.dumps([it["attributes"], it["content"]])]

    (letter,) = eventually(look, f"a letter of {function} with {marker}")
    return letter


def orders(count: int) -> bytes:
    return HEADER + b"".join(
        b"ORD-%08d,C0000001,a@example.com,DE,USD,10.00,1,2026-11-20T10:00:00Z,NEW,\n" % n
        for n in range(count)
    )


def test_rubbish_in_the_triggers_topic_is_forwarded_by_the_platform(cloud: LocalCloud) -> None:
    transport = cloud.endpoints["triggers"]["validate-and-parse"]["topic"]
    cloud.publish(transport, b"hello by hand", who="rubbish-1")
    letter = letter_of(cloud, "validate_and_parse", "rubbish-1")
    assert ("platform.max_attempts", True) == (letter["code"], letter["platform_forwarded"])
    assert "gave up after 5 deliveries from eventarc-validate-and-parse-sub" in letter["message"]
    assert "hello by hand" == letter["content"]["text"]


def test_a_notification_of_no_object_says_so(cloud: LocalCloud) -> None:
    bucket = cloud.endpoints["buckets"]["uploads"]
    cloud.publish(
        cloud.endpoints["triggers"]["validate-and-parse"]["topic"],
        json.dumps({"bucket": bucket, "name": "orders/ghost.csv", "generation": "1"}).encode(),
        eventType="OBJECT_FINALIZE",
        payloadFormat="JSON_API_V1",
        bucketId=bucket,
        objectId="orders/ghost.csv",
        objectGeneration="1",
    )
    letter = letter_of(cloud, "validate_and_parse", "orders/ghost.csv")
    assert "orders" == letter["dataset"]
    assert letter["code"].endswith(".gone")
    assert "orders/ghost.csv#1 was deleted or overwritten; upload it again" in letter["message"]


@pytest.mark.parametrize(
    ("topic", "function"),
    [
        ("validated-records", "enrich_records"),
        ("enrichment-complete", "notify_stakeholders"),
    ],
)
def test_rubbish_in_a_topic_of_ours_says_what_it_lacks(
    cloud: LocalCloud, topic: str, function: str
) -> None:
    cloud.publish(topic, b"hello by hand", who=f"rubbish-{topic}")
    letter = letter_of(cloud, function, f"rubbish-{topic}")
    assert ("event.malformed", False) == (letter["code"], letter["platform_forwarded"])
    assert "lacks the attributes ce-id" in letter["message"]
    assert "hello by hand" == letter["content"]["text"]


def test_a_chunk_of_an_unknown_seal_says_so(cloud: LocalCloud) -> None:
    attributes = {
        "ce-id": "1",
        "ce-source": "//csvgate/validate_and_parse",
        "ce-specversion": "1.0",
        "ce-type": "csvgate.records.validated.v1",
        "ce-uploadid": "ab" * 10,
        "ce-plan": "cd" * 8,
        "ce-seal": "1",
        "content-type": "application/json",
    }
    chunk = {"index": 0, "rows": 1, "sha256": "ef" * 32, "dataref": "gs://elsewhere/x.arrow"}
    cloud.publish("validated-records", json.dumps(chunk).encode(), **attributes)
    letter = letter_of(cloud, "enrich_records", "cd" * 8)
    assert "seal.unknown" == letter["code"]
    assert "gs://elsewhere/x.arrow" in json.dumps(letter["content"])


def marks(cloud: LocalCloud) -> list[str]:
    """The entries of the audit log about what was done to single letters."""
    blobs = cloud.bucket("audit").list_blobs(prefix=LETTER_MARK.prefix())
    return [str(blob.download_as_bytes()) for blob in blobs if LETTER_MARK.parse(blob.name)]


def test_a_discarded_letter_is_gone_and_on_record(cloud: LocalCloud) -> None:
    cloud.publish("enrichment-complete", b"to be discarded", who="unwanted")
    letter = letter_of(cloud, "notify_stakeholders", "unwanted")
    discard = ("dlq", "discard", "--id", letter["id"], "--reason", "made by hand")
    cloud.csvgate(*discard)
    assert letter["id"] in {it["id"] for it in letters(cloud)}, "that was a dry run"
    cloud.csvgate(*discard, "--yes")
    assert letter["id"] not in {it["id"] for it in letters(cloud)}
    assert 1 == sum("made by hand" in mark for mark in marks(cloud))


def broken_table(cloud: LocalCloud) -> str:
    """To be broken before any upload of this cloud has loaded a row: an instance that has seen the
    table whole does not look at it again."""
    name = f"{cloud.project}.sales.orders"
    cloud.bigquery.delete_table(name, not_found_ok=True)
    cloud.bigquery.create_table(Table(name, [SchemaField("amount", "STRING")]))
    return name


def replay(cloud: LocalCloud, *more: str) -> "subprocess.Popen[bytes]":
    command = [CSVGATE, "dlq", "replay", "--code", "table.contradicts", "--yes", *more]
    return subprocess.Popen(
        [str(part) for part in [*command, "--data-dir", cloud.data_dir]],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_a_replay_killed_in_the_middle_and_run_again_loses_and_doubles_nothing(
    cloud: LocalCloud, tmp_path: Path
) -> None:
    table = broken_table(cloud)
    sent = set()
    for number in range(UPLOADS):
        blob = cloud.bucket("uploads").blob(f"orders/killed-replay-{number}.csv")
        blob.upload_from_string(orders(ROWS), content_type="text/csv")
        sent.add(Upload(blob.bucket.name, blob.name, int(blob.generation)).id)
    mine = ("--code", "table.contradicts")

    def complete() -> list[dict[str, Any]]:
        """Every upload has failed. Each has one letter, however many chunks it has."""
        found = letters(cloud, *mine)
        return found if {letter["upload"] for letter in found} >= sent else []

    waiting = eventually(complete, "a letter for every upload", 150)
    assert UPLOADS <= len(waiting)
    cloud.bigquery.delete_table(table)
    cloud.csvgate("dlq", "replay", *mine)
    assert len(waiting) == len(letters(cloud, *mine)), "that was a dry run"

    first = replay(cloud, "--rate", "4")
    try:
        eventually(
            lambda: 4 <= sum("table.contradicts" in mark for mark in marks(cloud)),
            "some letters replayed",
        )
        assert first.poll() is None, "it was to be killed in the middle"
    finally:
        os.kill(first.pid, signal.SIGKILL)
        first.wait(10)
    audit = cloud.bucket("audit")
    runs = [b.name for b in audit.list_blobs(prefix=AUDIT_BEGUN.prefix())]
    begun, ended = (
        {(found["day"], found["run"]) for name in runs if (found := path.parse(name))}
        for path in (AUDIT_BEGUN, AUDIT_ENDED)
    )
    (killed,) = begun - ended
    said = cloud.csvgate("dlq", "list", *mine).stderr
    assert "/".join(killed) in said

    assert 0 == replay(cloud).wait(240)
    assert [] == letters(cloud, *mine)
    for one in sent:
        eventually(partial(_is_announced, cloud, one), "an email", 120)
        assert 1 == _outcomes(cloud, one).count("completed")
    assert {one: list(range(2, ROWS + 2)) for one in sent} == _lines(cloud, sent)


def _is_announced(cloud: LocalCloud, upload_id: str) -> bool:
    return "completed" in _outcomes(cloud, upload_id)


def _lines(cloud: LocalCloud, uploads: set[str]) -> dict[str, list[int]]:
    """Return the lines of the rows in the table, by upload."""
    found: dict[str, list[int]] = {}
    for row in cloud.bigquery.query(
        "SELECT _upload_id AS upload, _line FROM sales.orders"
    ).result():
        if row["upload"] in uploads:
            found.setdefault(row["upload"], []).append(int(row["_line"]))
    return {upload_id: sorted(lines) for upload_id, lines in found.items()}


def test_rejected_rows_sent_again_are_a_correction_of_their_upload(
    cloud: LocalCloud, tmp_path: Path
) -> None:
    path = tmp_path / "rejected.csv"
    path.write_bytes(orders(20) + orders(1).splitlines()[1].replace(b"10.00", b"ten") + b"\n")
    original = upload(cloud, path, "orders/rejected.csv")
    assert (20, 1) == (original["counts"]["valid"], original["counts"]["rejected"])
    (letter,) = letters(cloud, "--upload", original["id"])
    assert (True, "rows.rejected") == (letter["rejection"], letter["code"])
    shown = json.loads(cloud.csvgate("dlq", "show", letter["id"], "--json").stdout)
    assert {"constraint.unique": 1, "type.number": 1} == shown["counts"]
    assert ["email"] == shown["masked"]
    assert "a@example.com" not in json.dumps(shown)
    again = ("dlq", "replay", "--rejected-rows", "--upload", original["id"])
    assert "contract is still the one that rejected them" in cloud.csvgate(*again).stdout
    cloud.csvgate(*again, "--yes")
    assert [] == letters(cloud, "--upload", original["id"])

    def corrected() -> list[str]:
        status = json.loads(cloud.csvgate("status", original["id"], "--json").stdout)
        return list(status["corrected_by"])

    (correction,) = eventually(corrected, "a correction")
    done = eventually(lambda: _completed(cloud, correction), "its end")
    assert (1, 0) == (done["counts"]["read"], done["counts"]["valid"])
    assert list(range(2, 22)) == table_lines(cloud, original["id"])


def _completed(cloud: LocalCloud, wanted: str) -> dict[str, Any]:
    status: dict[str, Any] = json.loads(cloud.csvgate("status", wanted, "--json").stdout)
    return status if status["state"] == "completed" else {}


def _outcomes(cloud: LocalCloud, wanted: str) -> list[str]:
    return [str(email["custom_args"]["outcome"]) for email in emails(cloud, wanted)]
