"""Upload a file, follow it, and check the results."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csvgate.contracts.model import Contract
from csvgate_ops.operate.follow import follow, send
from csvgate_ops.operate.required_filter import required_filter
from csvgate_ops.operate.uploads import UploadStatus, status
from csvgate_ops.session import Session

_POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Check:
    what: str
    passed: bool
    detail: str


class Smoke:
    def __init__(self, session: Session, contract: Contract, timeout: float) -> None:
        """`timeout` is in seconds, for the whole test."""
        self._session, self._contract = session, contract
        self._deadline = time.monotonic() + timeout
        self.last = UploadStatus(id="", state="unknown")

    def upload(self, path: Path, name: str, show: Callable[[UploadStatus], None]) -> None:
        """Return when the upload has ended or the time is over. `last` then holds its status."""
        uploaded = send(self._session, path, name)
        self.last = UploadStatus(id=uploaded.id, state="unknown")
        left = max(0.0, self._deadline - time.monotonic())
        for found in follow(self._session.ledger(), uploaded.id, left):
            self.last = found
            show(found)

    def checks(self, rows: int) -> Iterator[Check]:
        """Check the upload, which had this number of rows. Waits for its email."""
        state = self.last.state
        yield Check("the upload completes", state == "completed", self.last.detail or state)
        if state != "completed":
            return
        counts = self.last.counts
        read = counts.read if counts else 0
        rejected = counts.rejected if counts else 0
        yield Check(
            "every row is accepted",
            (read, rejected) == (rows, 0),
            f"{rows} sent, {read} read, {rejected} rejected",
        )
        loaded = self._rows_in_table()
        yield Check("every row is in the table once", loaded == rows, f"{loaded} in {self.table}")
        if self._contract.notify.completed:
            recipients = ", ".join(self._contract.notify.completed)
            yield Check("its email is sent", self._emailed(), recipients)

    @property
    def table(self) -> str:
        destination = self._contract.destination
        return f"{self._session.project}.{destination.dataset}.{destination.table}"

    def remove_rows(self) -> None:
        """Remove the upload's rows from the table. The ledger still records that it was loaded."""
        self._query(f"DELETE FROM `{self.table}`")  # noqa: S608 - a name

    def _rows_in_table(self) -> int:
        counted = f"SELECT COUNT(*) AS n, COUNT(DISTINCT _line) AS lines FROM `{self.table}`"  # noqa: S608
        (row,) = self._query(counted)
        # A duplicate line must not make up for a missing one.
        return int(row["n"]) if row["n"] == row["lines"] else -1

    def _query(self, statement: str) -> list[Any]:
        """Run a statement about the upload's rows."""
        from google.cloud import bigquery

        client = self._session.bigquery()
        condition = required_filter(client, self.table)
        sql = f"{statement} WHERE _upload_id = @upload AND {condition}"
        parameter = bigquery.ScalarQueryParameter("upload", "STRING", self.last.id)
        config = bigquery.QueryJobConfig(query_parameters=[parameter])
        return list(client.query(sql, job_config=config).result())

    def _emailed(self) -> bool:
        ledger = self._session.ledger()
        while not self._sent():
            if time.monotonic() >= self._deadline:
                return False
            time.sleep(_POLL_SECONDS)
            self.last = status(ledger, self.last.id)
        return True

    def _sent(self) -> bool:
        return any(step.what.startswith("emailed: completed.") for step in self.last.timeline)
