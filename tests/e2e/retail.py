"""Contracts of a chain of shops, one for each way in which an upload changes its table."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csvgate.gcp.storage import GcsObjectStore
from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger.ledger import Ledger
from csvgate_ops.operate.uploads import UploadStatus, status
from e2e.held_requests import HeldRequests, created_object, started_job
from local_cloud import LocalCloud, eventually, variables
from servers import free_port

ENDS = ("completed", "rejected", "failed")
CONTRACTS = {
    "returns": """
schema:
  fields:
    - {name: receipt, constraints: {required: true}}
    - {name: amount, type: number, bigquery: "NUMERIC(12, 2)", constraints: {minimum: 0}}
destination: {dataset: retail, table: returns}
""",
    "sales": """
schema:
  fields:
    - {name: receipt, constraints: {required: true}}
    - {name: shop, constraints: {required: true}}
    - {name: amount, type: number, bigquery: "NUMERIC(12, 2)", constraints: {minimum: 0}}
destination: {dataset: retail, table: sales}
on_overwrite: replace
""",
    "stock": """
schema:
  fields:
    - {name: day, type: date, constraints: {required: true}}
    - {name: article, constraints: {required: true}}
    - {name: pieces, type: integer}
destination: {dataset: retail, table: stock, partition_by: day}
replace_by: [day]
""",
    "prices": """
schema:
  fields:
    - {name: article, constraints: {required: true}}
    - {name: price, type: number, bigquery: "NUMERIC(12, 2)"}
destination: {dataset: retail, table: prices}
replace: table
""",
    "customers": """
schema:
  fields:
    - {name: customer, constraints: {required: true}}
    - {name: city}
    - {name: state, constraints: {enum: [active, deleted]}}
    - {name: changed_at, type: datetime}
destination: {dataset: retail, table: customers}
merge: {key: [customer], latest_by: changed_at, delete_when: state = 'deleted', lateness_days: 30}
""",
    "invoices": """
schema:
  fields:
    - {name: invoice, constraints: {required: true, unique: table}}
    - {name: total, type: number, bigquery: "NUMERIC(12, 2)"}
destination: {dataset: retail, table: invoices}
notify: {rejected: [till@example.com]}
""",
}


Row = tuple[str, int, str]
"""The upload, the line, and the cells separated by spaces, without csvgate's own columns."""


@dataclass
class Retail:
    """A running local cloud with these contracts. Its BigQuery is behind `jobs`; a test may put
    `objects` before its Cloud Storage."""

    cloud: LocalCloud
    jobs: HeldRequests
    objects: HeldRequests
    folder: Path

    def file(self, text: str) -> Path:
        """Write a file of such cells, as `csv` does."""
        path = self.folder / "upload.csv"
        path.write_text(csv(text))
        return path

    def upload(self, name: str, text: str) -> UploadStatus:
        """Upload a file of such cells, as `send` does."""
        return self.send(name, csv(text))

    def send(self, name: str, data: str) -> UploadStatus:
        """Upload, wait for the end, and return the status. It costs no start of the command."""
        blob = self.cloud.bucket("uploads").blob(name)
        blob.upload_from_string(data, content_type="text/csv")
        upload = Upload(blob.bucket.name, name, int(blob.generation))

        def ended() -> UploadStatus | None:
            found = status(self.ledger, upload.id)
            return found if found.state in ENDS else None

        found = eventually(ended, f"the end of {name}")
        assert found is not None
        return found

    def latest(self, name: str) -> UploadStatus:
        """The status of the latest upload of this name."""
        generation = self.cloud.bucket("uploads").get_blob(name).generation
        bucket = self.cloud.endpoints["buckets"]["uploads"]
        return status(self.ledger, Upload(bucket, name, int(generation)).id)

    @cached_property
    def ledger(self) -> Ledger:
        with variables(self.cloud.environment):
            store = GcsObjectStore(self.cloud.project)
        return Ledger(store, self.cloud.endpoints["buckets"]["ledger"])

    def rows(self, table: str) -> list[Row]:
        """All rows of the table, sorted."""
        sql = f"SELECT * FROM `retail.{table}` ORDER BY _upload_id, _line"
        found = [dict(row.items()) for row in self.cloud.bigquery.query(sql).result()]
        return [
            (
                row["_upload_id"],
                row["_line"],
                " ".join(_text(row[name]) for name in row if name[0] != "_"),
            )
            for row in found
        ]


def csv(text: str) -> str:
    """Return the file: its cells are separated by spaces here, which is easier to read."""
    return "\n".join(",".join(line.split()) for line in text.splitlines()) + "\n"


def _text(cell: Any) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%dT%H:%M:%SZ}"
    return f"{cell.normalize():f}" if isinstance(cell, Decimal) else str(cell)


@contextmanager
def retail(folder: Path) -> Iterator[Retail]:
    contracts = folder / "contracts"
    contracts.mkdir()
    for name, text in CONTRACTS.items():
        (contracts / f"{name}.yaml").write_text(f'dataset: {name}\nmatch: ["{name}/*.csv"]{text}')
    jobs = HeldRequests(free_port(), free_port(), started_job)
    options = (
        *("--contracts", str(contracts), "--port", f"bigquery={jobs.backend}"),
        *("--env", f"BIGQUERY_EMULATOR_HOST=http://127.0.0.1:{jobs.port}"),
    )
    with ExitStack() as stack:
        stack.enter_context(jobs.serving())
        cloud = stack.enter_context(LocalCloud(folder / "cloud", *options))
        storage = urlsplit(cloud.endpoints["storage"]).port
        assert storage is not None
        objects = HeldRequests(free_port(), storage, created_object)
        stack.enter_context(objects.serving())
        yield Retail(cloud, jobs, objects, folder)
