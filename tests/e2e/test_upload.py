"""An upload through the local cloud: real processes, real clients, real files."""

import json
from collections import Counter
from pathlib import Path

import pytest

from e2e.uploads import emails, letters, make_orders, reject_lines, reject_rows, table_lines, upload
from local_cloud import LocalCloud, eventually

pytestmark = pytest.mark.cloud
HEADER = b"order_id,customer_id,email,country,currency,amount,quantity,ordered_at,status,notes\n"


def row(number: int, notes: str = "", amount: str = "10.00") -> bytes:
    return (
        f"ORD-{number:08d},C0000001,a@example.com,DE,USD,{amount},1,2026-11-20T10:00:00Z,NEW,{notes}\n"
    ).encode()


def test_every_row_is_in_bigquery_or_in_the_reject_file(
    local_cloud: LocalCloud, tmp_path: Path
) -> None:
    path = tmp_path / "orders.csv"
    truth = make_orders(path, rows=3000, bad=0.02, seed=11)
    status = upload(local_cloud, path, "orders/e2e.csv")
    assert "completed" == status["state"]
    loaded, rejected = table_lines(local_cloud, status["id"]), reject_lines(local_cloud, status)
    assert sorted({fault.line for fault in truth}) == sorted(rejected)
    assert [] == [line for line, n in Counter(loaded + rejected).items() if n > 1]
    counts = status["counts"]
    assert (len(loaded), len(rejected)) == (counts["valid"], counts["rejected"])
    assert counts["read"] == len(loaded) + len(rejected)
    named = {
        (int(row["_csvgate_line"]), fault.code)
        for row in reject_rows(local_cloud, status)
        for fault in truth
        if fault.line == int(row["_csvgate_line"]) and fault.code in row["_csvgate_errors"]
    }
    assert {(fault.line, fault.code) for fault in truth} == named
    (email,) = eventually(lambda: emails(local_cloud, status["id"]), "an email")
    assert "orders/e2e.csv" in email["subject"]


def test_lines_are_those_an_editor_shows(local_cloud: LocalCloud, tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_bytes(
        HEADER
        + row(1)
        + row(2, '"first\nsecond\r\nthird"')
        + row(3, amount="ten")
        + b"\n"
        + row(4, '"a ""quoted"" word"')
        + row(5, '"x\ny"', amount="-1")
        + b"".join(row(n) for n in range(6, 12))
    )
    status = upload(local_cloud, path, "orders/lines.csv")
    assert [2, 3, 8, 11, 12, 13, 14, 15, 16] == table_lines(local_cloud, status["id"])
    assert [6, 9] == reject_lines(local_cloud, status)


def test_the_same_event_again_at_once_and_later_changes_nothing(
    local_cloud: LocalCloud, tmp_path: Path
) -> None:
    path = tmp_path / "twice.csv"
    path.write_bytes(HEADER + b"".join(row(n) for n in range(200)) + row(999, amount="x"))
    first = upload(local_cloud, path, "orders/twice.csv")
    before = table_lines(local_cloud, first["id"])
    blob = local_cloud.bucket("uploads").get_blob("orders/twice.csv")
    assert blob is not None
    trigger = local_cloud.endpoints["triggers"]["validate-and-parse"]
    notification = blob._properties  # the object resource, as the notification carries it
    for _ in range(3):
        local_cloud.publish(
            trigger["topic"],
            json.dumps(notification).encode(),
            eventType="OBJECT_FINALIZE",
            payloadFormat="JSON_API_V1",
            bucketId=blob.bucket.name,
            objectId=blob.name,
            objectGeneration=str(blob.generation),
        )
    settled = upload(local_cloud, path, "orders/after-twice.csv")
    assert "completed" == settled["state"]
    assert before == table_lines(local_cloud, first["id"])
    assert 1 == len(emails(local_cloud, first["id"]))
    found = letters(local_cloud, "validate_and_parse")
    assert 1 == sum(letter.get("csvgate-upload") == first["id"] for letter in found)


def test_a_hopeless_file_is_explained_to_operator_and_uploader(local_cloud: LocalCloud) -> None:
    status = upload(
        local_cloud, Path(__file__).parents[2] / "samples" / "hopeless.csv", "orders/hopeless.csv"
    )
    assert "rejected" == status["state"]
    assert "header" in status["reasons"][0]["code"]
    (letter,) = [
        m
        for m in letters(local_cloud, "validate_and_parse")
        if m.get("csvgate-upload") == status["id"]
    ]
    assert status["reasons"][0]["code"] == letter["csvgate-code"]
    (email,) = eventually(lambda: emails(local_cloud, status["id"]), "an email")
    assert "orders/hopeless.csv" in email["subject"]


def test_an_object_without_a_contract_is_told_so(local_cloud: LocalCloud, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a\n1\n")
    status = upload(local_cloud, path, "unknown/x.csv")
    assert "ignored" == status["state"]
    assert "orders/*.csv" in status["detail"]
