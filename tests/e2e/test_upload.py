"""An upload through the local cloud: real processes, real clients, real files."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from csvgate.protocol.identity import Upload
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


def outcomes(cloud: LocalCloud, upload_id: str) -> list[str]:
    """What validate_and_parse said it did with each delivery of the upload."""
    lines = (cloud.data_dir / "logs" / "validate_and_parse.log").read_text().splitlines()
    entries = [json.loads(line) for line in lines if line.startswith("{")]
    return [entry["message"] for entry in entries if entry.get("upload") == upload_id]


def test_the_same_event_again_at_once_and_later_changes_nothing(local_cloud: LocalCloud) -> None:
    data = HEADER + b"".join(row(n) for n in range(3000)) + row(9999, amount="x")
    blob = local_cloud.bucket("uploads").blob("orders/twice.csv")
    blob.upload_from_string(data, content_type="text/csv")
    upload_id = Upload(blob.bucket.name, blob.name, int(blob.generation)).id

    def deliver_again() -> None:
        local_cloud.publish(
            local_cloud.endpoints["triggers"]["validate-and-parse"]["topic"],
            json.dumps(blob._properties).encode(),
            eventType="OBJECT_FINALIZE",
            payloadFormat="JSON_API_V1",
            bucketId=blob.bucket.name,
            objectId=blob.name,
            objectGeneration=str(blob.generation),
        )

    def look() -> dict[str, Any]:
        answer = local_cloud.csvgate("status", upload_id, "--json", check=False)
        status: dict[str, Any] = json.loads(answer.stdout) if answer.returncode == 0 else {}
        return status

    for _ in range(2):
        deliver_again()
    eventually(lambda: look().get("state") == "completed", "the upload's end")
    eventually(lambda: len(outcomes(local_cloud, upload_id)) >= 3, "three deliveries")
    # Pub/Sub may deliver each of the three again, so outcomes are not counted as a whole.
    before = outcomes(local_cloud, upload_id).count("finished before")
    deliver_again()
    eventually(
        lambda: outcomes(local_cloud, upload_id).count("finished before") > before,
        "a delivery that finds the upload finished",
    )
    assert list(range(2, 3002)) == table_lines(local_cloud, upload_id)
    assert [3002] == reject_lines(local_cloud, look())
    eventually(lambda: emails(local_cloud, upload_id), "an email")
    assert 1 == len(emails(local_cloud, upload_id))


def test_an_unrelated_file_is_explained_to_operator_and_uploader(local_cloud: LocalCloud) -> None:
    status = upload(
        local_cloud, Path(__file__).parents[2] / "samples" / "timesheet.csv", "orders/timesheet.csv"
    )
    assert "rejected" == status["state"]
    waited = local_cloud.csvgate(
        "upload",
        str(Path(__file__).parents[2] / "samples" / "timesheet.csv"),
        "--as=orders/timesheet-too.csv",
        "--wait",
        check=False,
    )
    assert 1 == waited.returncode, "a script must be able to tell"
    assert "header" in status["reasons"][0]["code"]
    (letter,) = [
        m
        for m in letters(local_cloud, "validate_and_parse")
        if m.get("csvgate-upload") == status["id"]
    ]
    assert status["reasons"][0]["code"] == letter["csvgate-code"]
    (email,) = eventually(lambda: emails(local_cloud, status["id"]), "an email")
    assert "orders/timesheet.csv" in email["subject"]


def test_an_object_without_a_contract_is_told_so(local_cloud: LocalCloud, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a\n1\n")
    status = upload(local_cloud, path, "unknown/x.csv")
    assert "ignored" == status["state"]
    assert "orders/*.csv" in status["detail"]


def test_a_corrected_reject_file_loads_its_rows_under_their_lines(
    local_cloud: LocalCloud, tmp_path: Path
) -> None:
    path = tmp_path / "corrected.csv"
    path.write_bytes(HEADER + b"".join(row(n) for n in range(30)) + row(99, amount="ten"))
    original = upload(local_cloud, path, "orders/corrected.csv")
    assert list(range(2, 32)) == table_lines(local_cloud, original["id"])
    bucket, name = original["rejects"].removeprefix("gs://").split("/", 1)
    data: bytes = local_cloud.storage.bucket(bucket).blob(name).download_as_bytes()
    path.write_bytes(data.replace(b",ten,", b",10,"))
    correction = upload(local_cloud, path, name)
    assert "completed" == correction["state"]
    assert original["id"] == correction["corrects"]
    assert list(range(2, 33)) == table_lines(local_cloud, original["id"])
    said = local_cloud.csvgate("status", original["id"]).stdout
    assert correction["id"] in said


def test_a_row_whose_derived_column_fails_is_rejected(
    local_cloud: LocalCloud, tmp_path: Path
) -> None:
    """The amount is valid, but not in euros at the rate of the reference."""
    path = tmp_path / "large.csv"
    path.write_bytes(
        HEADER
        + b"".join(row(number, amount="1.00") for number in range(5))
        + row(6, amount="9999999999.00").replace(b",USD,", b",GBP,")
    )
    status = upload(local_cloud, path, "orders/large.csv")
    assert ("completed", [7]) == (status["state"], reject_lines(local_cloud, status))
    [rejected] = reject_rows(local_cloud, status)
    assert rejected["_csvgate_errors"].startswith("amount_eur: derive.failed ")
    assert [2, 3, 4, 5, 6] == table_lines(local_cloud, status["id"])
