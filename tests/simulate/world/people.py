"""People upload, overwrite, delete and correct files, and change the table. What they did is
kept as evidence."""

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from csvgate.contracts.checks.column_names import INGESTED_AT, LINE, UPLOAD_ID
from csvgate.ports import Column
from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger.entries import Settled
from csvgate.protocol.staging import staged_folder
from fakes.bigquery import Table
from simulate.world import shop
from simulate.world.cloud import Cloud
from simulate.world.operator import Action
from simulate.world.parcels import Mailroom
from world import finalized

Key = tuple[str, int, datetime]
"""`_upload_id`, `_line` and `_ingested_at` of a row."""
REQUIRED = Column("supplier", "STRING", required=True)
"""A column that no contract knows: BigQuery refuses rows without it."""


@dataclass(slots=True)
class Sent:
    """One generation of one object that somebody uploaded."""

    upload: Upload
    file: shop.File
    corrected: dict[int, shop.Row] | None = None
    """For a correction: the rows it contains, by their original lines."""
    gone: bool = False
    """It was overwritten or deleted."""

    @property
    def refuses(self) -> bool:
        return self.upload.name.startswith("held/")

    @property
    def replaces(self) -> bool:
        """Whether it would remove rows even if it had none."""
        return self.way in ("daily", "whole")

    @property
    def way(self) -> str | None:
        """The folder, if uploads in it change rows of their table; None if they add rows."""
        folder = self.upload.name.partition("/")[0]
        return folder if folder in shop.WAYS else None


@dataclass(slots=True)
class People:
    cloud: Cloud
    mailroom: Mailroom
    sent: list[Sent] = field(default_factory=list)
    heard: int = 0
    """How many messages of enrichment-complete have been checked."""
    seen: int = 0
    """How many rows of the table have been checked."""
    executed: int = 0
    """How many effects on tables have been checked."""
    revocations: int = 0
    """How many effects have been looked at for rows that were removed."""
    entries: set[str] = field(default_factory=set)
    """Entries of the ledger that have been checked."""
    pinned_late: set[str] = field(default_factory=set)
    """Uploads that were pinned by a late call, or by an instance that had stood still, after they
    were ignored, without a contract. Nothing delivers them any more; `csvgate reconcile` finds
    them."""
    second_emails: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often an email may have been sent without being marked, by upload and end."""
    removed: set[Key] = field(default_factory=set)
    """Rows that somebody deleted from the table."""
    unstaged: set[str] = field(default_factory=set)
    """Uploads of which a staged object was deleted."""
    settled: set[tuple[str, int]] = field(default_factory=set)
    """Attempts whose outcome somebody has settled."""
    _cities: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._note_reference()

    def sent_as(self, upload: str) -> Sent:
        """Return what somebody uploaded, by its id."""
        return next(sent for sent in self.sent if sent.upload.id == upload)

    def send(self, name: str, file: shop.File) -> Sent:
        return self._put(name, file.data, file)

    def delete(self, name: str) -> None:
        self.cloud.store.delete("uploads", name)
        self._is_gone(name)

    def touch_reference(self, data: bytes = shop.OTHER_SHOPS) -> None:
        self.cloud.store.put("references", "shops.csv", data)
        self._note_reference()

    def city(self, generation: int) -> str:
        """Return the city that this generation of the reference names."""
        return self._cities[generation]

    def unstage(self, upload: str) -> bool:
        """Delete the first staged object of an upload; False when it has none."""
        staged = self.cloud.store.buckets["staging"]
        names = sorted(name for name in staged if name.startswith(staged_folder(upload)))
        if names:
            self.cloud.store.delete("staging", names[0])
            self.unstaged.add(upload)
        return bool(names)

    def correct(self, name: str, *, fixed: int) -> Sent:
        """Upload a reject file with its first `fixed` rows corrected."""
        text = self.cloud.store.buckets["rejects"][name].data.decode()
        records = list(csv.reader(io.StringIO(text)))
        corrected: dict[int, shop.Row] = {}
        for number, cells in enumerate(records[1:]):
            if number < fixed:
                cells[-1] = str(number + 1)
            corrected[int(cells[0])] = shop.Row(cells[2], cells[4])
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(records)
        return self._put(name, out.getvalue().encode(), shop.File(), corrected)

    def remove_rows(self, most: int) -> None:
        """Delete rows from the table, the latest first."""
        rows = self.cloud.warehouse.rows(shop.TABLE)
        taken, rows[:] = rows[max(0, len(rows) - most) :], rows[: max(0, len(rows) - most)]
        self.removed |= set(map(key_of, taken))
        self.seen = len(rows)

    def drop_table(self, *, replaced: bool = False) -> None:
        """Drop the table, and perhaps create it again without its rows."""
        self.remove_rows(len(self.cloud.warehouse.rows(shop.TABLE)))
        old = self.cloud.warehouse.tables.pop(shop.TABLE, None)
        if old and replaced:
            now = self.cloud.clock()
            self.cloud.warehouse.tables[shop.TABLE] = Table(old.columns, created=now)

    def require_column(self) -> None:
        """Alter the table so that it refuses our rows."""
        if table := self.cloud.warehouse.tables.get(shop.TABLE):
            table.columns = (*table.columns, REQUIRED)

    def repair_table(self) -> None:
        if table := self.cloud.warehouse.tables.get(shop.TABLE):
            table.columns = tuple(c for c in table.columns if c is not REQUIRED)

    def settle(
        self, upload: str, attempt: int, verdict: Literal["committed", "not-loaded"]
    ) -> None:
        """Settle an attempt as `csvgate settle` does, for somebody who has looked at the table."""
        if verdict == "not-loaded":
            self._remove_load(upload)
        entries = self.cloud.unwatched_ledger().upload(upload).attempt(attempt)
        entries.settle(
            Settled(verdict=verdict, actor="a person", reason="looked", at=self.cloud.clock())
        )
        self.settled.add((upload, attempt))

    def order(self, action: Action, upload: str) -> None:
        """Revoke or restore an upload by the command of csvgate."""
        self.cloud.orders.given.append((action, upload))
        self.mailroom.act(len(self.cloud.orders.given) - 1)

    def _remove_load(self, upload: str) -> None:
        seal = self.cloud.unwatched_ledger().upload(upload).standing_seal()
        assert seal is not None
        owner = seal[1].corrects or upload, seal[1].ingested_at
        rows = self.cloud.warehouse.rows(shop.TABLE)
        ours = [row for row in rows if (row[UPLOAD_ID], row[INGESTED_AT]) == owner]
        self.removed |= set(map(key_of, ours))
        rows[:] = [row for row in rows if row not in ours]
        self.seen = len(rows)

    def _put(
        self, name: str, data: bytes, file: shop.File, corrected: dict[int, shop.Row] | None = None
    ) -> Sent:
        self._is_gone(name)
        info = self.cloud.store.put("uploads", name, data)
        sent = Sent(Upload(info.bucket, info.name, info.generation), file, corrected)
        self.sent.append(sent)
        label = f"upload {info.name.split('.')[0]}#{info.generation % 1000}"
        self.mailroom.post("validate_and_parse", label, finalized(info))
        return sent

    def _is_gone(self, name: str) -> None:
        for sent in self.sent:
            if sent.upload.name == name:
                sent.gone = not self.cloud.store.versioned

    def _note_reference(self) -> None:
        stored = self.cloud.store.buckets["references"]["shops.csv"]
        self._cities[stored.info.generation] = shop.CITIES[stored.data]


def key_of(row: dict[str, object]) -> Key:
    upload, line, at = row[UPLOAD_ID], row[LINE], row[INGESTED_AT]
    assert isinstance(upload, str)
    assert isinstance(line, int)
    assert isinstance(at, datetime)
    return upload, line, at
