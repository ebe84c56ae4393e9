"""Stores accepted emails in SQLite. An email is on disk before it is answered with 202."""

import json
import sqlite3
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from csvgate_ops.local.mailbox.addresses import recipients

_SCHEMA: Final = """
create table if not exists emails (
  number integer primary key autoincrement,
  id text not null unique,
  received_at text not null,
  upload_id text,
  request text not null
) strict;
create index if not exists emails_upload on emails (upload_id);
create table if not exists recipients (
  address text not null,
  number integer not null references emails (number),
  primary key (address, number)
) strict, without rowid;
"""
_SELECT: Final = "select number, id, received_at, request from emails"


@dataclass(frozen=True, slots=True)
class StoredEmail:
    """An email. `number` counts from 1 in order of arrival; `id` is the X-Message-Id."""

    number: int
    id: str
    received_at: str
    request: dict[str, Any]

    @property
    def to(self) -> list[str]:
        return recipients(self.request)

    @property
    def sender(self) -> str:
        return str(self.request["from"]["email"])

    @property
    def subject(self) -> str:
        return str(self.request["subject"])

    @property
    def custom_args(self) -> dict[str, str]:
        return dict(self.request.get("custom_args") or {})

    def content(self, kind: str) -> str | None:
        """Return the content of type `kind`, such as text/plain or text/html, or None."""
        blocks = (b["value"] for b in self.request["content"] if b.get("type") == kind)
        return next(blocks, None)


class EmailStore:
    def __init__(self, directory: Path) -> None:
        """Create the directory. Raises OSError or sqlite3.Error when it cannot be written."""
        directory.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(directory / "mailbox.sqlite3", check_same_thread=False)
        self._db.executescript("pragma journal_mode = wal; pragma synchronous = full;" + _SCHEMA)

    def add(self, message_id: str, at: datetime, request: dict[str, Any]) -> None:
        upload = (request.get("custom_args") or {}).get("upload_id")
        row = (message_id, at.isoformat(), upload, json.dumps(request))
        addresses = {address.casefold() for address in recipients(request)}
        with self._lock, self._db:
            inserted = self._db.execute(
                "insert into emails (id, received_at, upload_id, request) values (?, ?, ?, ?)", row
            )
            self._db.executemany(
                "insert into recipients values (?, ?)",
                [(address, inserted.lastrowid) for address in addresses],
            )

    def get(self, message_id: str) -> StoredEmail | None:
        found = self._query(f"{_SELECT} where id = ?", [message_id])
        return found[0] if found else None

    def newest(
        self,
        *,
        to: str | None = None,
        upload_id: str | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[StoredEmail]:
        """Return the matching emails, newest first; `before` excludes that `number` and later
        ones."""
        conditions, values = ["true"], list[str | int]()
        if to:
            conditions.append("number in (select number from recipients where address = ?)")
            values.append(to.casefold())
        if upload_id:
            conditions.append("upload_id = ?")
            values.append(upload_id)
        if before is not None:
            conditions.append("number < ?")
            values.append(before)
        where = " and ".join(conditions)
        return self._query(
            f"{_SELECT} where {where} order by number desc limit ?", [*values, limit]
        )

    def count(self) -> int:
        with self._lock:
            return int(self._db.execute("select count(*) from emails").fetchone()[0])

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _query(self, statement: str, values: list[str] | list[str | int]) -> list[StoredEmail]:
        with self._lock:
            found = self._db.execute(statement, values).fetchall()
        return [
            StoredEmail(number, message_id, at, json.loads(request))
            for number, message_id, at, request in found
        ]
