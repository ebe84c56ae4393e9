"""Hostile names, events and messages through real clients, servers and processes: each ends in a
named outcome, and what comes after goes through."""

import gzip
import json
from functools import partial
from http.client import HTTPConnection
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest

from csvgate.protocol.identity import Upload
from e2e.uploads import emails, letters, reject_lines, table_lines
from local_cloud import LocalCloud, eventually
from unit.protocol.orders import HEADER, orders, row

pytestmark = pytest.mark.cloud
NUMBERS = count(1)
"""The same content under the same name would not be loaded again."""
NAMES = [
    "orders/a\nb.csv",
    "orders/quote\"'`;--.csv",
    "orders/<img src=x onerror=alert(1)>.csv",
    "orders/%2e%2e%2f?x=1&y#z.csv",
    "orders/\u202egpj.exe\u202c 订单 заказы طلبات.csv",
    "orders/" + "ü" * 80 + ".csv",
]
"""With what a reject file adds, up to 255 bytes between slashes: fake-gcs-server keeps files."""


def ended(cloud: LocalCloud, upload_id: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        done = cloud.csvgate("status", upload_id, "--json", check=False)
        if done.returncode != 0:
            return None
        status: dict[str, Any] = json.loads(done.stdout)
        return status if status["state"] in ("completed", "rejected", "failed") else None

    found = eventually(look, f"the end of {upload_id}", seconds=120)
    assert found is not None
    return found


def put(cloud: LocalCloud, name: str, data: bytes) -> str:
    blob = cloud.bucket("uploads").blob(name)
    blob.upload_from_string(data, content_type="text/csv")
    return Upload(blob.bucket.name, name, int(blob.generation)).id


@pytest.mark.timeout(300)
def test_names(local_cloud: LocalCloud) -> None:
    ids = {name: put(local_cloud, name, orders(5, 1)) for name in NAMES}
    for name, upload_id in ids.items():
        status = ended(local_cloud, upload_id)
        assert ("completed", name) == (status["state"], status["upload"]["name"])
        assert [2, 3, 4, 5, 6, 7] == sorted(
            table_lines(local_cloud, upload_id) + reject_lines(local_cloud, status)
        )
        (email,) = eventually(partial(emails, local_cloud, upload_id), "an email")
        assert "\n" not in email["subject"]


@pytest.mark.timeout(300)
def test_a_bomb(local_cloud: LocalCloud) -> None:
    """A thousand times its size, by the real stream from the real bucket."""
    data = gzip.compress(HEADER + b"\0" * 500_000_000, compresslevel=1)
    status = ended(local_cloud, put(local_cloud, "orders/bomb.csv.gz", data))
    assert "rejected" == status["state"], status
    assert [] == table_lines(local_cloud, status["id"])


def test_a_message_that_is_not_ours(local_cloud: LocalCloud) -> None:
    local_cloud.publish("validated-records", b"\x00\xff", colour="red")
    local_cloud.publish("enrichment-complete", b"<script>", **{"ce-id": "x"})
    for function in ("enrich_records", "notify_stakeholders"):
        eventually(partial(malformed, local_cloud, function), f"a letter of {function}")


def malformed(cloud: LocalCloud, function: str) -> list[dict[str, str]]:
    found = letters(cloud, function)
    return [letter for letter in found if letter.get("csvgate-code") == "event.malformed"]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", {}),
        (b"{", {"content-type": "application/cloudevents+json"}),
        (b"[" * 50_000, {"content-type": "application/json"}),
        (b"{}", {"ce-id": "1", "ce-type": "x", "ce-source": "y", "ce-specversion": "0.1"}),
    ],
    ids=["nothing", "half an event", "nested", "another version"],
)
@pytest.mark.parametrize("function", ["validate_and_parse", "enrich_records"])
def test_a_request_that_is_no_event(
    local_cloud: LocalCloud, function: str, body: bytes, headers: dict[str, str]
) -> None:
    """Refused, by the framework or by us; the function answers the next one."""
    address = urlsplit(local_cloud.endpoints["functions"][function])
    connection = HTTPConnection(str(address.hostname), address.port, timeout=30)
    connection.request("POST", "/", body, headers)
    assert 400 <= connection.getresponse().status < 600
    connection.close()
    pid = local_cloud.pids[function]
    upload_id = put(local_cloud, "orders/after.csv", HEADER + row(next(NUMBERS)))
    assert "completed" == ended(local_cloud, upload_id)["state"]
    assert pid == local_cloud.pids[function]
